// Role assignments of a scope: those at the scope itself and, in the same list, those of every scope above it.

import { ArmError, errors } from '../arm/errors.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { Place } from '../estate/place.ts';
import { type JsonObject, member } from '../json/json.ts';
import { type Access, rawRoleAssignment } from '../roles/role-assignment.ts';
import { assignmentsAt } from './access.ts';

/**
 * What is assigned at this scope and above it: without the filter also what is below, and of one principal alone where the
 * filter names it. Throws an ArmError for a filter that it does not know.
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

/** The principal whose assignments a filter selects; null for all. Throws an ArmError for an unknown filter. */
export function principalIn(filter = 'atScope()'): string | null {
  const known = /^atScope\(\)(?: and assignedTo\('(?<principal>[0-9a-f-]+)'\))?$/i.exec(filter);
  if (!known) {
    throw new ArmError(errors.badRequest('UnsupportedQuery', `The filter '${filter}' is not supported.`)); // wording unverified
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
