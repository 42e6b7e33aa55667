import { rule } from '../../../src/rules/web-app/webapp-key-vault-references.ts';
import { SITE_ID, SLOT_ID } from '../fixtures/web-app.ts';
import { keyVaultReferences } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

const DOCUMENT = 'config/configreferences/appsettings';
const statuses = (...found: Parameters<typeof keyVaultReferences>) => ({ [DOCUMENT]: keyVaultReferences(...found) });

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'every reference has status Resolved', documents: statuses({ DATABASE: 'Resolved', QUEUE: 'Resolved' }) },
    { title: 'or Initialized', documents: statuses({ DATABASE: 'Initialized', QUEUE: 'Resolved' }) },
    { title: 'statuses compare without case', documents: statuses({ DATABASE: 'resolved' }) },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: statuses({ DATABASE: 'Resolved' }) },
  ],
  violation: [
    {
      title: 'a vault that refuses',
      documents: statuses({ DATABASE: 'AccessToKeyVaultDenied', QUEUE: 'Resolved' }),
      tier: 'advice',
      changes: [],
      reason: /^Not resolved: DATABASE \(AccessToKeyVaultDenied\)\.$/,
    },
    {
      title: 'several of them, in any state that is another one',
      documents: statuses({ A: 'SecretNotFound', B: 'InvalidSyntax', C: 'OtherReasons' }),
      tier: 'advice',
      changes: [],
      reason: /A \(SecretNotFound\), B \(InvalidSyntax\), C \(OtherReasons\)/,
    },
    {
      title: 'what does not resolve is wrong, whether or not another one says its status',
      documents: statuses({ A: null, B: 'VaultNotFound' }),
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [{ title: 'no references = not applicable', documents: statuses({}) }],
  unknown: [
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { [DOCUMENT]: null } },
    { title: 'a reference without status', documents: statuses({ DATABASE: null }) },
    { title: 'no list', documents: { [DOCUMENT]: { value: 'none' } } },
  ],
});
