// The body of a role assignment.

import type { Caller } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import { type RoleName, roles } from './built-in-roles.ts';

export interface Access {
  role: RoleName;
  to: Caller | { type: 'group'; objectId: string };
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
