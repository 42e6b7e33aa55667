import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-ssh.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (sshEnabled: Json) => ({ resource: site({ sshEnabled }) });
const change = { document: 'resource', path: '/properties/sshEnabled', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: documents(false) },
    { title: 'the word false', documents: documents('False') },
  ],
  violation: [
    { title: 'true', documents: documents(true), tier: 'risky', changes: [{ ...change, from: true }] },
    {
      title: 'policy flags null/absent: null',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'the property is new and often absent: policy flags it',
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
    { title: 'neither true nor false', documents: documents(2) },
  ],
});
