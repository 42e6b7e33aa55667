// Whether a caller has a role that allows an action.

import type { EstateStore } from '../estate/estate-store.ts';
import type { Caller } from '../identity/directory.ts';
import { isObject, type JsonObject, member } from '../json/json.ts';
import { hasAction, roles } from '../roles/built-in-roles.ts';

/** Whether a role that is assigned to the caller at the scope, or above it, has the action. Assignments to groups do not count. */
export function mayByAssignment(estate: EstateStore, caller: Caller, action: string, scope: string): boolean {
  return scopesOf(scope)
    .flatMap((id) => assignmentsAt(estate, id))
    .filter((assignment) => member(assignment, 'properties', 'principalId') === caller.objectId)
    .some((assignment) => {
      const id = String(member(assignment, 'properties', 'roleDefinitionId'))
        .split('/')
        .at(-1);
      const role = Object.values(roles).find((one) => one.id === id);
      return role !== undefined && hasAction(role.actions, action) && !hasAction(role.notActions ?? [], action);
    });
}

/** What is assigned at exactly this scope. */
export function assignmentsAt(estate: EstateStore, scope: string): JsonObject[] {
  const value = member(estate.find(scope)?.documents.get('roleAssignments'), 'value');
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The scope and all that it is below of, by whole segments. */
export function scopesOf(scope: string): string[] {
  const segments = scope.split('/').filter((segment) => segment !== '');
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}
