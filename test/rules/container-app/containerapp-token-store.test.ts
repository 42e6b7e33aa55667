import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-token-store.ts';
import { CONTAINER_APP_ID } from '../fixtures/container-app.ts';
import { authConfig } from '../fixtures/easy-auth.ts';
import { testRule } from '../rule-tester.ts';

const documents = (tokenStore: Json, platform: Json = { enabled: true }) => ({
  'authConfigs/current': authConfig({ platform, login: { tokenStore } }),
});

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'enabled with a blob container',
      documents: documents({ enabled: true, azureBlobStorage: { sasUrlSettingName: 'token-store-sas' } }),
    },
    {
      title: 'enabled with a blob container: by an identity of the app',
      documents: documents({
        enabled: true,
        azureBlobStorage: { blobContainerUri: 'https://shop.blob.core.windows.net/tokens', clientId: 'x' },
      }),
    },
  ],
  violation: [
    {
      title: 'enabled without a blob container',
      documents: documents({ enabled: true, azureBlobStorage: { sasUrlSettingName: '' } }),
      tier: 'advice',
      changes: [],
      reason: /has no blob container/,
      undo: false,
    },
    { title: 'off', documents: documents({ enabled: false }), tier: 'advice', changes: [], reason: /is off/ },
    { title: 'absent, which is off here', documents: documents(null), tier: 'advice', changes: [], reason: /is off/ },
  ],
  notApplicable: [
    { title: 'no authConfig = not applicable', documents: { 'authConfigs/current': null } },
    { title: 'no authentication = not applicable', documents: documents({ enabled: false }, { enabled: false }) },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'a switch that is no switch', documents: documents({ enabled: 'true' }) },
  ],
});
