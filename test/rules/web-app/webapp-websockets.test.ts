import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-websockets.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (webSocketsEnabled: Json) => ({ resource: site(), 'config/web': webConfig({ webSocketsEnabled }) });
const change = { document: 'config/web', path: '/properties/webSocketsEnabled', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: documents(false) },
    { title: 'null is the default, which is off', documents: documents(null) },
  ],
  violation: [
    {
      title: 'only AzTS asks for it: true, which breaks SignalR/WebSocket apps',
      documents: documents(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(true), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'neither true nor false', documents: documents('on') },
  ],
});
