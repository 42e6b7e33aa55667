import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-managed-identity.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (identity: Json) => ({ resource: containerApp(ingress({}), { identity }) });
const change = { document: 'resource', path: '/identity/type', to: 'SystemAssigned' } as const;
const assigned = {
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/cart':
    { principalId: 'aaaaaaaa-0000-0000-0000-000000000000', clientId: 'bbbbbbbb-0000-0000-0000-000000000000' },
};

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'contains SystemAssigned', documents: documents({ type: 'SystemAssigned', principalId: 'x' }) },
    {
      title: 'contains UserAssigned',
      documents: documents({ type: 'UserAssigned', userAssignedIdentities: assigned }),
    },
    { title: '"SystemAssigned,UserAssigned" passes', documents: documents({ type: 'SystemAssigned,UserAssigned' }) },
    { title: '"SystemAssigned, UserAssigned" passes', documents: documents({ type: 'SystemAssigned, UserAssigned' }) },
    { title: 'case-insensitive', documents: documents({ type: 'userassigned' }) },
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
      title: 'merge: what is assigned stays',
      documents: documents({ type: 'None', userAssignedIdentities: assigned }),
      tier: 'risky',
      changes: [{ ...change, from: 'None', to: 'SystemAssigned,UserAssigned' }],
      kept: [{ document: 'resource', path: '/identity/userAssignedIdentities', value: assigned }],
      undo: false,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a type that Azure does not have', documents: documents({ type: 'Delegated' }) },
    { title: 'a type that is no text', documents: documents({ type: true }) },
    { title: 'an identity that is none', documents: documents('SystemAssigned') },
    { title: 'assigned identities that are none', documents: documents({ type: 'None', userAssignedIdentities: [] }) },
  ],
});
