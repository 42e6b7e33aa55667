// Role definitions as Microsoft.Authorization shows them: the built-in ones, and the one under which Plumbline runs, which is
// assigned to its identity only.

import type { Place } from '../estate/place.ts';
import { serviceIdentity } from '../identity/directory.ts';
import { asObject, type JsonObject } from '../json/json.ts';
import { roles } from '../roles/built-in-roles.ts';
import { rawRoleAssignment } from '../roles/role-assignment.ts';
import { principalIn, roleAssignmentsOf } from './role-assignments.ts';

const deployedId = '00000000-0000-4000-8000-000000000601';

/** Undefined when there is none of this id. */
export function roleDefinitionOf({ resource, captured, serviceActions }: Place): unknown {
  const found = Object.entries(roles).find(([, { id }]) => id === captured.toLowerCase());
  const isDeployed = captured.toLowerCase() === deployedId;
  if (!found && !isDeployed) return undefined;
  const [roleName, { actions, notActions = [] }] = found ?? ['Plumbline', { actions: serviceActions?.() ?? [] }];
  return {
    properties: {
      roleName,
      type: isDeployed ? 'CustomRole' : 'BuiltInRole',
      description: '',
      assignableScopes: [isDeployed ? resource.id : '/'],
      permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
    },
    id: `${resource.id}/providers/Microsoft.Authorization/roleDefinitions/${captured}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    name: captured,
  };
}

/** The assignments at a place; a query for Plumbline's identity includes that of its role. */
export function assignmentsOf(place: Place): unknown {
  const { resource, filter } = place;
  const isAsked = principalIn(filter) === serviceIdentity.objectId;
  const deployed = isAsked ? [deployedAssignment(`/subscriptions/${resource.address.subscriptionId}`)] : [];
  return { value: [...roleAssignmentsOf(place), ...deployed] };
}

function deployedAssignment(subscription: string): JsonObject {
  const raw = rawRoleAssignment(subscription, { role: 'Reader', to: serviceIdentity }, 99);
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${deployedId}`;
  return { ...raw, properties: { ...asObject(raw.properties), roleDefinitionId } };
}
