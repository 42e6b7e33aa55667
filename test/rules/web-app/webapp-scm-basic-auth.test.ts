import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-scm-basic-auth.ts';
import { publishingPolicy, SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const DOCUMENT = 'basicPublishingCredentialsPolicies/scm';
const allowing = (allow: Json) => ({ [DOCUMENT]: publishingPolicy('scm', { allow }) });
const change = { document: DOCUMENT, path: '/properties/allow', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: allowing(false) },
    { title: 'the word false', documents: allowing('False') },
  ],
  violation: [
    { title: 'true = violation', documents: allowing(true), tier: 'risky', changes: [{ ...change, from: true }] },
    {
      title: 'null = violation (default true)',
      documents: allowing(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
  ],
  unknown: [
    { title: '404 = unknown: the policy always exists', documents: { [DOCUMENT]: null } },
    { title: 'neither true nor false', documents: allowing({ ftp: false }) },
    { title: 'a number', documents: allowing(0) },
    { title: 'not read', documents: {} },
  ],
});
