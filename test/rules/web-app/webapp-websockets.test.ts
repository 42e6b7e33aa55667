import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-websockets.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const windows = site({ reserved: false }, { kind: 'app' });
const documents = (webSocketsEnabled: Json, resource = windows) => ({
  resource,
  'config/web': webConfig({ webSocketsEnabled }),
});
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
    { title: 'always on, on Linux: true', documents: documents(true, site()), reason: /on Linux, where WebSockets/ },
    { title: 'always on, on Linux: false', documents: documents(false, site()), reason: /on Linux, where WebSockets/ },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(true), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'neither true nor false', documents: documents('on') },
    { title: 'on, the site itself not read', documents: { 'config/web': webConfig({ webSocketsEnabled: true }) } },
    {
      title: 'on, and the system is not said',
      documents: documents(true, site({ reserved: null }, { kind: null })),
      reason: /Windows was not said/,
    },
  ],
});
