import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-auth.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { authConfig } from '../fixtures/easy-auth.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const resource = containerApp(ingress({}));
const documents = (properties: JsonObject = {}) => ({ resource, 'authConfigs/current': authConfig(properties) });
const platform = { enabled: false };
const change = {
  document: 'authConfigs/current',
  path: '/properties/platform/enabled',
  from: false,
  to: true,
} as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'platform.enabled true with a registered provider', documents: documents() },
    {
      title: 'platform.enabled true with a registered provider: GitHub',
      documents: documents({
        identityProviders: { gitHub: { registration: { clientId: 'shop', clientSecretSettingName: 'github' } } },
      }),
    },
  ],
  violation: [
    {
      title: '404 = violation, advice',
      documents: { resource, 'authConfigs/current': null },
      tier: 'advice',
      changes: [],
    },
    {
      title: 'no provider = violation, advice',
      documents: documents({ platform, identityProviders: {} }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'no provider = violation, advice: switched on all the same',
      documents: documents({ identityProviders: { azureActiveDirectory: { registration: { clientId: '' } } } }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'disabled with a provider = violation, risky',
      documents: documents({ platform }),
      tier: 'risky',
      changes: [change],
      reason: /Microsoft Entra ID/,
    },
    {
      title: 'disabled with a provider = violation, risky: absent is disabled',
      documents: documents({ platform: {} }),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
  ],
  notApplicable: [
    {
      title: 'an environment whose public network access is disabled',
      documents: { ...documents({ platform }), environment: environmentWith({ publicNetworkAccess: 'Disabled' }) },
    },
    {
      title: 'an internal environment',
      documents: { ...documents({ platform }), environment: environmentWith(vnet(SUBNET_ID)) },
    },
    {
      title: 'internal ingress = not applicable',
      documents: { ...documents({ platform }), resource: containerApp(ingress({ external: false })) },
    },
    {
      title: 'no ingress = not applicable',
      documents: { ...documents({ platform }), resource: containerApp(null) },
    },
    {
      title: 'no ingress = not applicable: nor has one of TCP anything to sign in to',
      documents: { ...documents({ platform }), resource: containerApp(ingress({ transport: 'Tcp' })) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource } },
    { title: 'the app was not read', documents: { 'authConfigs/current': authConfig({ platform }) } },
    { title: 'a switch that is no switch', documents: documents({ platform: { enabled: 1 } }) },
    {
      title: 'external as nobody knows it',
      documents: { resource: containerApp(ingress({ external: 'yes' })), 'authConfigs/current': null },
    },
  ],
});
