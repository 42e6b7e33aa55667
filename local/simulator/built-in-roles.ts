// Built-in roles of Azure that people hold, with what they may: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
import type { Caller } from './contract.ts';
import type { EstateStore } from './estate-store.ts';
import { isObject, type JsonObject, member } from './merge.ts';

interface Role {
  id: string;
  /** `*` stands for anything, slashes included. */
  actions: readonly string[];
  notActions?: readonly string[];
}

const noRights = ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'];

export const roleNames = [
  'Owner',
  'Contributor',
  'User Access Administrator',
  'Reader',
  'Website Contributor',
] as const;
export type RoleName = (typeof roleNames)[number];

export const roles: Record<RoleName, Role> = {
  Owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', actions: ['*'] },
  Contributor: {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    actions: ['*'],
    notActions: [...noRights, 'Microsoft.Authorization/elevateAccess/Action'],
  },
  'User Access Administrator': {
    id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    actions: ['*/read', 'Microsoft.Authorization/*'],
  },
  Reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', actions: ['*/read'] },
  'Website Contributor': {
    id: 'de139f84-1756-47ae-9be6-808fbbe84772',
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Resources/deployments/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Web/certificates/*',
      'Microsoft.Web/serverFarms/join/action',
      'Microsoft.Web/serverFarms/read',
      'Microsoft.Web/sites/*',
    ],
  },
};
/** Whether a role that is assigned to the caller at the scope, or above it, has the action. What groups hold is nobody's. */
export function mayByAssignment(estate: EstateStore, caller: Caller, action: string, scope: string): boolean {
  return scopesOf(scope)
    .flatMap((id) => assignmentsAt(estate, id))
    .filter((assignment) => member(assignment, 'properties', 'principalId') === caller.objectId)
    .some((assignment) => {
      const id = String(member(assignment, 'properties', 'roleDefinitionId'))
        .split('/')
        .at(-1);
      const role = Object.values(roles).find((one) => one.id === id);
      return role !== undefined && has(role.actions, action) && !has(role.notActions ?? [], action);
    });
}

/** What is assigned at exactly this scope. */
export function assignmentsAt(estate: EstateStore, scope: string): JsonObject[] {
  const value = member(estate.find(scope)?.documents.get('roleAssignments'), 'value');
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The scope and all that it is below of, by whole segments. */
function scopesOf(scope: string): string[] {
  const segments = scope.split('/').filter((segment) => segment !== '');
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}

function has(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.\\/]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
  });
}
