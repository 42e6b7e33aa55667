import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-auth.ts';
import { authSettings, ENTRA, providers } from '../fixtures/easy-auth.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (properties: JsonObject = {}) => ({ 'config/authsettingsV2': authSettings(properties) });
const platform = { enabled: false, runtimeVersion: '~1' };
const change = {
  document: 'config/authsettingsV2',
  path: '/properties/platform/enabled',
  from: false,
  to: true,
} as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'platform.enabled true with a registered provider', documents: documents() },
    {
      title: 'AllowAnonymous is a note in the reason',
      documents: documents({
        globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' },
      }),
    },
    ...[null, '', ' '].map((configFilePath) => ({
      title: `no file: ${JSON.stringify(configFilePath)}`,
      documents: documents({ platform: { enabled: true, configFilePath } }),
    })),
    {
      title: 'a registered provider of another kind: an application of Facebook',
      documents: documents({
        identityProviders: providers({ facebook: { enabled: true, registration: { appId: '123' }, login: {} } }),
      }),
    },
    {
      title: 'a registered provider of another kind: a consumer key',
      documents: documents({ identityProviders: providers({ twitter: { registration: { consumerKey: 'key' } } }) }),
    },
    {
      title: 'a registered provider of another kind: one of OpenID Connect',
      documents: documents({
        identityProviders: { customOpenIdConnectProviders: { okta: { registration: { clientId: 'shop' } } } },
      }),
    },
  ],
  violation: [
    {
      title: 'hosted on Container Apps, where no site is written',
      documents: { ...documents({ platform }), resource: site({}, { kind: 'functionapp,linux,azurecontainerapps' }) },
      tier: 'advice',
      changes: [],
    },
    {
      title: 'disabled with a provider registered = violation, risky',
      documents: documents({ platform }),
      tier: 'risky',
      changes: [change],
      reason: /^Authentication is off, although Microsoft Entra ID is registered\.$/,
    },
    {
      title: 'disabled with a provider registered = violation, risky: on a slot',
      id: SLOT_ID,
      documents: documents({ platform }),
      tier: 'risky',
      changes: [change],
    },
    {
      title: 'disabled with a provider registered = violation, risky: nothing is said of the platform',
      documents: documents({ platform: null }),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'disabled with a provider registered = violation, risky: and would let everybody through',
      documents: documents({ platform, globalValidation: { unauthenticatedClientAction: 'allowanonymous' } }),
      tier: 'risky',
      changes: [change],
      reason: /AllowAnonymous/,
    },
    {
      title: 'no provider = violation, advice: as when nobody has configured it',
      documents: documents({ platform, identityProviders: providers({}) }),
      tier: 'advice',
      changes: [],
      reason: /^No identity provider is registered, and authentication is off\.$/,
    },
    {
      title: 'no provider = violation, advice: switched on all the same',
      documents: documents({ identityProviders: null }),
      tier: 'advice',
      changes: [],
      reason: /authentication is on\.$/,
    },
    {
      title: 'no provider = violation, advice: one that is switched off is none',
      documents: documents({ platform, identityProviders: { azureActiveDirectory: { ...ENTRA, enabled: false } } }),
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    {
      title: 'on Azure Arc, which was retired',
      documents: { ...documents({ platform }), resource: site({}, { kind: 'app,linux,kubernetes' }) },
      reason: /Azure Arc/,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'not found', documents: { 'config/authsettingsV2': null } },
    { title: 'a switch that is no switch', documents: documents({ platform: { enabled: 'true' } }) },
    ...[true, false].map((enabled) => ({
      title: `sign-in comes from a file in the app, and is ${enabled ? 'on' : 'off'} here`,
      documents: documents({ platform: { ...platform, enabled, configFilePath: '/home/site/wwwroot/auth.json' } }),
      reason: /file in the app, \/home\/site\/wwwroot\/auth\.json/,
    })),
    {
      title: 'sign-in comes from a file in the app, and nothing is said of providers here',
      documents: documents({ platform: { ...platform, configFilePath: 'auth.json' }, identityProviders: null }),
      reason: /file in the app/,
    },
    { title: 'a platform that is none', documents: documents({ platform: 'off' }) },
    { title: 'providers that are none', documents: documents({ identityProviders: ['facebook'] }) },
  ],
});
