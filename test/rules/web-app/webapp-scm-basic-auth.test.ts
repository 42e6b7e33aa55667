import { rule } from '../../../src/rules/web-app/webapp-scm-basic-auth.ts';
import { publishingPolicy, SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const DOCUMENT = 'basicPublishingCredentialsPolicies/scm';
const allowing = (allow: boolean | null) => ({ [DOCUMENT]: publishingPolicy('scm', { allow }) });
const change = { document: DOCUMENT, path: '/properties/allow', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [{ title: 'false', documents: allowing(false) }],
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
    { title: 'not read', documents: {} },
  ],
});
