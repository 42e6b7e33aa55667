// Who may do what at a scope: assignments at the scope itself and, in the same list, those of every scope above it.
import type { Caller } from './contract.ts';
import type { Place } from './documents.ts';
import { errors, Refusal } from './errors.ts';
import type { StoredResource } from './estate-store.ts';
import { type JsonObject, member } from './merge.ts';

/** Built-in roles by what they are called; the ids are Azure's. */
const ROLES = {
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  'User Access Administrator': '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  'Website Contributor': 'de139f84-1756-47ae-9be6-808fbbe84772',
};

export interface Access {
  role: keyof typeof ROLES;
  to: Caller | { type: 'group'; objectId: string };
}

/** The list at this scope: without the filter also what is below. Throws a Refusal for a filter that it does not know. */
export function roleAssignmentsOf({ estate, resource, filter }: Place): unknown {
  if (filter !== undefined && filter.toLowerCase() !== 'atscope()') {
    throw new Refusal(errors.badRequest('UnsupportedQuery', `The filter '${filter}' is not supported.`)); // wording unverified
  }
  const { subscriptionId, resourceGroup } = resource.address;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const site = resource.id.replace(/\/slots\/[^/]+$/i, '');
  const above = [`/subscriptions/${subscriptionId}`, ...(resourceGroup ? [group] : []), site, resource.id];
  const scopes = [...new Set(above)].flatMap((id) => estate.find(id) ?? []);
  const below = filter === undefined ? estate.below(resource.id) : [];
  return { value: [...scopes, ...below].flatMap(own) };
}

/** An assignment as Microsoft.Authorization shows it. A scope above the subscription names its role without one. */
export function rawRoleAssignment(scope: string, { role, to }: Access, number: number): JsonObject {
  const name = `00000000-0000-4000-8000-0000000005${String(number).padStart(2, '0')}`;
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? '';
  const writer = '00000000-0000-4000-8000-000000000103';
  return {
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`,
      principalId: to.objectId,
      principalType: { user: 'User', app: 'ServicePrincipal', group: 'Group' }[to.type],
      scope,
      condition: null,
      conditionVersion: null,
      createdOn: '2026-01-12T09:30:00.4166667Z',
      updatedOn: '2026-01-12T09:30:00.4166667Z',
      createdBy: writer,
      updatedBy: writer,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    type: 'Microsoft.Authorization/roleAssignments',
    name,
  };
}

function own(resource: StoredResource): unknown[] {
  const value = member(resource.documents.get('roleAssignments'), 'value');
  return Array.isArray(value) ? value : [];
}
