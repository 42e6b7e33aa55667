import type { JsonObject } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-registry-identity.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (properties: JsonObject) => ({
  resource: site({}, { kind: 'app,linux,container' }),
  'config/web': webConfig({
    linuxFxVersion: 'DOCKER|contoso.azurecr.io/shop/web:1.4',
    windowsFxVersion: null,
    acrUseManagedIdentityCreds: false,
    acrUserManagedIdentityID: null,
    ...properties,
  }),
});
const change = { document: 'config/web', path: '/properties/acrUseManagedIdentityCreds', to: true } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [{ title: 'true', documents: documents({ acrUseManagedIdentityCreds: true }) }],
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
    {
      title: 'a registry of another cloud',
      documents: documents({ linuxFxVersion: 'DOCKER|contoso.azurecr.cn/web' }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
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
    {
      title: 'hosted on Container Apps',
      documents: { ...documents({}), resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    {
      title: 'several containers: their images stand elsewhere',
      documents: documents({ linuxFxVersion: 'SITECONTAINERS' }),
    },
    { title: 'a compose file', documents: documents({ linuxFxVersion: 'COMPOSE|dmVyc2lvbjogJzMnCg==' }) },
    { title: 'a stack of another form', documents: documents({ linuxFxVersion: ['DOCKER|contoso.azurecr.io/web'] }) },
    { title: 'neither true nor false', documents: documents({ acrUseManagedIdentityCreds: 'perhaps' }) },
  ],
});
