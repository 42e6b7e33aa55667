// Who may do what at a scope: assignments at the scope itself and, in the same list, those of every scope above it.

import { assignmentsAt, type RoleName, roles } from './built-in-roles.ts';
import type { Caller } from './contract.ts';
import type { Place } from './documents.ts';
import { errors, Refusal } from './errors.ts';
import type { EstateStore } from './estate-store.ts';
import { type JsonObject, member } from './merge.ts';

export interface Access {
  role: RoleName;
  to: Caller | { type: 'group'; objectId: string };
}

/**
 * What is assigned at this scope and above it: without the filter also what is below, and of one principal alone where the
 * filter names it. Throws a Refusal for a filter that it does not know.
 */
export function roleAssignmentsOf({ estate, resource, filter }: Place): JsonObject[] {
  const principal = principalIn(filter);
  const { subscriptionId, resourceGroup } = resource.address;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const site = resource.id.replace(/\/slots\/[^/]+$/i, '');
  const above = [`/subscriptions/${subscriptionId}`, ...(resourceGroup ? [group] : []), site, resource.id];
  const scopes = [...new Set(above)].flatMap((id) => estate.find(id) ?? []);
  const below = filter === undefined ? estate.below(resource.id) : [];
  const all = [...scopes, ...below].flatMap(({ id }) => assignmentsAt(estate, id));
  return principal === null ? all : all.filter((one) => member(one, 'properties', 'principalId') === principal);
}

/** Whose assignments a filter asks for; null for everybody's. Throws a Refusal for one that it does not know. */
export function principalIn(filter = 'atScope()'): string | null {
  const known = /^atScope\(\)(?: and assignedTo\('(?<principal>[0-9a-f-]+)'\))?$/i.exec(filter);
  if (!known) {
    throw new Refusal(errors.badRequest('UnsupportedQuery', `The filter '${filter}' is not supported.`)); // wording unverified
  }
  return known.groups?.principal ?? null;
}

/** Assigns a built-in role at exactly this scope. Throws when there is nothing with that id. */
export function assign(estate: EstateStore, scope: string, access: Access): void {
  const resource = estate.find(scope);
  if (!resource) throw new Error(`There is no ${scope} to assign a role at.`);
  const known = assignmentsAt(estate, scope);
  const assignment = rawRoleAssignment(resource.id, access, known.length + 1);
  resource.documents.set('roleAssignments', { value: [...known, assignment] });
}

/** An assignment as Microsoft.Authorization shows it. A scope above the subscription names its role without one. */
export function rawRoleAssignment(scope: string, { role, to }: Access, number: number): JsonObject {
  const name = `00000000-0000-4000-8000-0000000005${String(number).padStart(2, '0')}`;
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? '';
  const writer = '00000000-0000-4000-8000-000000000103';
  return {
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roles[role].id}`,
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
