import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-token-store.ts';
import { authSettings } from '../fixtures/easy-auth.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (tokenStore: Json, platform: Json = { enabled: true, runtimeVersion: '~1' }) => ({
  'config/authsettingsV2': authSettings({ platform, login: { routes: {}, tokenStore } }),
});
const off = { enabled: false, tokenRefreshExtensionHours: 72.0, fileSystem: {}, azureBlobStorage: {} };
const change = {
  document: 'config/authsettingsV2',
  path: '/properties/login/tokenStore/enabled',
  from: false,
  to: true,
} as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: documents({ ...off, enabled: true }) },
    { title: 'absent = default on for App Service: pass', documents: documents({ tokenRefreshExtensionHours: 72.0 }) },
    { title: 'absent = default on for App Service: pass: null is absent', documents: documents({ enabled: null }) },
    { title: 'absent = default on for App Service: pass: no store at all', documents: documents(null) },
    {
      title: 'absent = default on for App Service: pass: no login at all',
      documents: { 'config/authsettingsV2': authSettings({ login: null }) },
    },
  ],
  violation: [
    {
      title: 'hosted on Container Apps, where no site is written',
      documents: { ...documents(off), resource: site({}, { kind: 'functionapp,linux,azurecontainerapps' }) },
      tier: 'advice',
      changes: [],
    },
    { title: 'false', documents: documents(off), tier: 'risky', changes: [change] },
    { title: 'false on a slot', id: SLOT_ID, documents: documents(off), tier: 'risky', changes: [change] },
  ],
  notApplicable: [
    {
      title: 'on Azure Arc, which was retired',
      documents: { ...documents(off), resource: site({}, { kind: 'app,linux,kubernetes' }) },
      reason: /Azure Arc/,
    },
    { title: 'authentication off (not applicable)', documents: documents(off, { enabled: false }) },
    { title: 'authentication off (not applicable): absent is off', documents: documents(off, null) },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'not found', documents: { 'config/authsettingsV2': null } },
    { title: 'a switch that is no switch', documents: documents({ enabled: 'false' }) },
    ...[true, false].map((enabled) => ({
      title: `sign-in comes from a file in the app, and is ${enabled ? 'on' : 'off'} here`,
      documents: documents(off, { enabled, configFilePath: '/home/site/wwwroot/auth.json' }),
      reason: /file in the app/,
    })),
    { title: 'a store that is none', documents: documents([]) },
    { title: 'authentication that is neither on nor off', documents: documents(off, { enabled: 'yes' }) },
  ],
});
