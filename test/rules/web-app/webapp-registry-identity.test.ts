import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-registry-identity.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const CLIENT = 'bbbbbbbb-0000-0000-0000-000000000000';
const PULLER = `${SITE_ID.split('/providers/')[0]}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller`;
const SYSTEM = { type: 'SystemAssigned', principalId: 'aaaaaaaa', tenantId: 'cccccccc' };
const ASSIGNED = {
  type: 'UserAssigned',
  userAssignedIdentities: { [PULLER]: { principalId: 'dddddddd', clientId: CLIENT } },
};

const documents = (properties: JsonObject, identity: Json = SYSTEM) => ({
  resource: site({}, { kind: 'app,linux,container', identity }),
  'config/web': webConfig({
    linuxFxVersion: 'DOCKER|contoso.azurecr.io/shop/web:1.4',
    windowsFxVersion: null,
    acrUseManagedIdentityCreds: false,
    acrUserManagedIdentityID: null,
    ...properties,
  }),
});
const change = { document: 'config/web', path: '/properties/acrUseManagedIdentityCreds', to: true } as const;
const fixed = { tier: 'risky', changes: [{ ...change, from: false }] } as const;
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: documents({ acrUseManagedIdentityCreds: true }) },
    {
      title: 'true, with an identity that is named',
      documents: documents({ acrUseManagedIdentityCreds: true, acrUserManagedIdentityID: CLIENT }, ASSIGNED),
    },
  ],
  violation: [
    {
      title: 'false; the pull fails unless AcrPull is granted',
      documents: documents({}),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'null',
      documents: documents({ acrUseManagedIdentityCreds: null }),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'an image in an odd casing',
      documents: documents({ linuxFxVersion: 'Docker|Contoso.AzureCR.io/web@sha256:0f' }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'a container on Windows',
      documents: documents({ linuxFxVersion: '', windowsFxVersion: 'DOCKER|contoso.azurecr.io/web:ltsc2022' }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    ...['contoso.azurecr.cn', 'contoso.azurecr.us', 'contoso-a1b2.azurecr.io:443', 'https://Contoso.azurecr.io'].map(
      (registry) => ({
        title: `a registry of Azure: ${registry}`,
        documents: documents({ linuxFxVersion: `DOCKER|${registry}/web` }),
        ...fixed,
      }),
    ),
    ...[CLIENT, CLIENT.toUpperCase(), PULLER, PULLER.toLowerCase()].map((named) => ({
      title: `a user-assigned identity that acrUserManagedIdentityID names: ${named}`,
      documents: documents({ acrUserManagedIdentityID: named }, ASSIGNED),
      ...fixed,
    })),
    {
      title: 'an identity of its own beside assigned ones',
      documents: documents({}, { ...ASSIGNED, type: 'SystemAssigned, UserAssigned' }),
      ...fixed,
    },
    ...[null, { type: 'None' }, { ...ASSIGNED, type: 'None' }].map((identity) => ({
      title: `no identity: advice: ${JSON.stringify(identity)}`,
      documents: documents({}, identity),
      ...advice,
      reason: /^Images are pulled with a password .*no managed identity that could pull/,
    })),
    {
      title: 'a container on Windows without an identity: advice',
      documents: documents({ linuxFxVersion: '', windowsFxVersion: 'DOCKER|contoso.azurecr.io/web:ltsc2022' }, null),
      ...advice,
    },
    ...[null, ''].map((acrUserManagedIdentityID) => ({
      title: `only a user-assigned identity, and none is named: advice: ${acrUserManagedIdentityID}`,
      documents: documents({ acrUserManagedIdentityID }, ASSIGNED),
      ...advice,
      reason: /acrUserManagedIdentityID does not say/,
    })),
    ...[ASSIGNED, SYSTEM].map((identity) => ({
      title: `an identity is named that the app does not have: advice: ${identity.type}`,
      documents: documents({ acrUserManagedIdentityID: 'eeeeeeee-0000-0000-0000-000000000000' }, identity),
      ...advice,
      reason: /does not have the identity/,
    })),
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents({}),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
  ],
  notApplicable: [
    { title: 'not applicable for code apps', documents: documents({ linuxFxVersion: 'NODE|22-lts' }) },
    { title: 'not applicable for code apps on Windows', documents: documents({ linuxFxVersion: '' }) },
    {
      title: 'non-ACR registries',
      documents: documents({ linuxFxVersion: 'DOCKER|mcr.microsoft.com/appsvc/staticsite:latest' }),
    },
    {
      title: 'non-ACR registries: a name that only looks like one',
      documents: documents({ linuxFxVersion: 'DOCKER|contoso.azurecr.io.example.com/web' }),
    },
    ...[
      'azurecr.io',
      'azurecr.io.example.com',
      'contosoazurecr.io',
      'contoso.azurecr.de',
      'contoso.azurecr.io@evil',
    ].map((registry) => ({
      title: `non-ACR registries: ${registry}`,
      documents: documents({ linuxFxVersion: `DOCKER|${registry}/web` }),
    })),
    {
      title: 'hosted on Container Apps',
      documents: { ...documents({}), resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    {
      title: 'whether the app has an identity is not read',
      documents: { 'config/web': documents({})['config/web'] },
    },
    { title: 'an identity of a type that nobody knows', documents: documents({}, { type: 'Other' }) },
    {
      title: 'several containers: their images stand elsewhere',
      documents: documents({ linuxFxVersion: 'SITECONTAINERS' }),
    },
    { title: 'a compose file', documents: documents({ linuxFxVersion: 'COMPOSE|dmVyc2lvbjogJzMnCg==' }) },
    { title: 'a stack of another form', documents: documents({ linuxFxVersion: ['DOCKER|contoso.azurecr.io/web'] }) },
    { title: 'neither true nor false', documents: documents({ acrUseManagedIdentityCreds: 'perhaps' }) },
  ],
});
