import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-managed-identity.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (identity: Json) => ({ resource: site({}, { identity }) });
const change = { document: 'resource', path: '/identity/type', to: 'SystemAssigned' } as const;
const assigned = {
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shop':
    { principalId: 'aaaaaaaa-0000-0000-0000-000000000000', clientId: 'bbbbbbbb-0000-0000-0000-000000000000' },
};

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'contains SystemAssigned', documents: documents({ type: 'SystemAssigned', principalId: 'x' }) },
    {
      title: 'contains UserAssigned',
      documents: documents({ type: 'UserAssigned', userAssignedIdentities: assigned }),
    },
    { title: '"SystemAssigned,UserAssigned" passes', documents: documents({ type: 'SystemAssigned,UserAssigned' }) },
    { title: '"SystemAssigned, UserAssigned" passes', documents: documents({ type: 'SystemAssigned, UserAssigned' }) },
    { title: 'split on ",", trimmed', documents: documents({ type: 'None, UserAssigned' }) },
    { title: 'case-insensitive', documents: documents({ type: 'systemassigned' }) },
  ],
  violation: [
    {
      title: '"None" = fail',
      documents: documents({ type: 'None' }),
      tier: 'risky',
      changes: [{ ...change, from: 'None' }],
      undo: false,
    },
    {
      title: 'null = fail',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'absent = fail',
      documents: { resource: site() },
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'with the existing map: what is assigned stays',
      documents: documents({ type: null, userAssignedIdentities: assigned }),
      tier: 'risky',
      changes: [{ ...change, from: null, to: 'SystemAssigned, UserAssigned' }],
      kept: [{ document: 'resource', path: '/identity/userAssignedIdentities', value: assigned }],
      undo: false,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
  ],
});
