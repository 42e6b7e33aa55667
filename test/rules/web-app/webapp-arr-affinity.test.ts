import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-arr-affinity.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (clientAffinityEnabled: Json) => ({ resource: site({ clientAffinityEnabled }) });
const change = { document: 'resource', path: '/properties/clientAffinityEnabled', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [{ title: 'false', documents: documents(false) }],
  violation: [
    {
      title: 'true; stateful apps lose sessions',
      documents: documents(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
    {
      title: 'null = fail in PSRule (default true)',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'absent, as null (default true)',
      documents: { resource: site() },
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'neither true nor false', documents: documents({ enabled: true }) },
  ],
});
