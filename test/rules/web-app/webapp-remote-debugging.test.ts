import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-remote-debugging.ts';
import { SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (remoteDebuggingEnabled: Json) => ({
  resource: site(),
  'config/web': webConfig({ remoteDebuggingEnabled }),
});
const change = { document: 'config/web', path: '/properties/remoteDebuggingEnabled', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: documents(false) },
    { title: 'null in config/web = pass (default false)', documents: documents(null) },
    { title: 'absent = pass', documents: { resource: site(), 'config/web': { properties: {} } } },
    { title: 'string "false" = pass', documents: documents('False') },
  ],
  violation: [
    { title: 'true', documents: documents(true), tier: 'risky', changes: [{ ...change, from: true }] },
    { title: 'string "true"', documents: documents('true'), tier: 'risky', changes: [{ ...change, from: 'true' }] },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(true), resource: site({}, { kind: 'functionapp,linux,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'neither true nor false', documents: documents({ toString: 'false' }) },
    { title: 'config/web must exist', documents: { resource: site(), 'config/web': null } },
  ],
});
