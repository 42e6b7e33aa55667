/** The tables of a rule that requires a managed identity: both kinds of apps have its types at the same path. */
import type { Json, JsonObject } from '../../../../src/domain/resources/json.ts';
import type { Tables } from '../../rule-tester.ts';

const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/ids/providers';
const assigned = {
  [`${GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/shop`]: {
    principalId: 'aaaaaaaa-0000-0000-0000-000000000000',
    clientId: 'bbbbbbbb-0000-0000-0000-000000000000',
  },
};
const change = { document: 'resource', path: '/identity/type', to: 'SystemAssigned' } as const;
const kept = [{ document: 'resource', path: '/identity/userAssignedIdentities', value: assigned }] as const;

/** `both` is how the provider writes an identity of both types; without an argument `app` has no such member. */
export function identityTables(app: (beside?: JsonObject) => JsonObject, both: string): Omit<Tables, 'id'> {
  const documents = (identity: Json) => ({ resource: app({ identity }) });
  const fails = { tier: 'risky', undo: false } as const;
  return {
    compliant: [
      { title: 'contains SystemAssigned', documents: documents({ type: 'SystemAssigned', principalId: 'x' }) },
      {
        title: 'contains UserAssigned',
        documents: documents({ type: 'UserAssigned', userAssignedIdentities: assigned }),
      },
      { title: '"SystemAssigned,UserAssigned" passes', documents: documents({ type: 'SystemAssigned,UserAssigned' }) },
      {
        title: '"SystemAssigned, UserAssigned" passes',
        documents: documents({ type: 'SystemAssigned, UserAssigned' }),
      },
      { title: 'split on ",", trimmed', documents: documents({ type: 'None, UserAssigned' }) },
      { title: 'case-insensitive', documents: documents({ type: 'systemassigned' }) },
      { title: 'case-insensitive: the other type', documents: documents({ type: 'userassigned' }) },
    ],
    violation: [
      {
        title: '"None" = fail',
        documents: documents({ type: 'None' }),
        changes: [{ ...change, from: 'None' }],
        ...fails,
      },
      { title: 'null = fail', documents: documents(null), changes: [{ ...change, from: null }], ...fails },
      { title: 'absent = fail', documents: { resource: app() }, changes: [{ ...change, from: null }], ...fails },
      {
        title: 'merge: what is assigned stays',
        documents: documents({ type: 'None', userAssignedIdentities: assigned }),
        changes: [{ ...change, from: 'None', to: both }],
        kept,
        ...fails,
      },
      {
        title: 'with the existing map: what is assigned stays',
        documents: documents({ type: null, userAssignedIdentities: assigned }),
        changes: [{ ...change, from: null, to: both }],
        kept,
        ...fails,
      },
    ],
    unknown: [
      { title: 'not read', documents: {} },
      { title: 'gone', documents: { resource: null } },
      { title: 'a type that Azure does not have', documents: documents({ type: 'Delegated' }) },
      { title: 'a type that is no text', documents: documents({ type: true }) },
      { title: 'an identity that is none', documents: documents('SystemAssigned') },
      {
        title: 'assigned identities that are none',
        documents: documents({ type: 'None', userAssignedIdentities: [] }),
      },
    ],
  };
}
