/** Role assignments on the app itself. Custom roles are not recognized: an assignment names its role by id only. */
import type { JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, type Source, unknown, violation } from '../../../domain/rules/rule.ts';
import { declared, Expression } from '../../declare/printers.ts';
import { judgeList, propertiesOf } from '../documents/resource-lists.ts';

/** The names of built-in roles by id, which is the same in every tenant. */
export type Roles = ReadonlyMap<string, string>;

/** Roles that may change the app, or give others access to it. */
export const PRIVILEGED_ROLES: Roles = new Map([
  ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner'],
  ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor'],
  ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator'],
]);

/** Checks the assignments whose scope is exactly the app. Inherited ones belong to the scope they come from. */
export function judgeDirectAssignments(snapshot: Snapshot, roles: Roles): CheckResult {
  return judgeList(snapshot, 'roleAssignments', (assignments) => {
    const all = assignments.map(propertiesOf);
    const direct = all.filter(({ scope }) => isScope(scope, snapshot.resource.key));
    const held = direct.flatMap((assignment) => {
      const role = roleOf(assignment, roles);
      return role && isUser(assignment) ? [`${nameOf(assignment)} is ${role}`] : [];
    });
    if (held.length > 0) {
      return violation(`Directly on the app, ${held.join(', ')}.`);
    }
    if (!all.every(({ scope }) => typeof scope === 'string') || !direct.every(isClear)) {
      return unknown('A role assignment does not say who has which role where.');
    }
    return compliant('No user has such a role directly on the app.');
  });
}

/** The lines that assign a role on the app to a group. */
export function groupAssignmentSource(app: string, role: string): Source {
  return declared({
    type: 'Microsoft.Authorization/roleAssignments@2022-04-01',
    name: 'access',
    body: {
      scope: new Expression('app'),
      name: new Expression('guid(app.id, groupId, roleDefinitionId)'),
      properties: {
        roleDefinitionId: new Expression('roleDefinitionId'),
        principalId: new Expression('groupId'),
        principalType: 'Group',
      },
    },
    azurerm: {
      resource: 'azurerm_role_assignment',
      body: {
        scope: new Expression(`${app}.id`),
        role_definition_name: role,
        principal_id: new Expression('var.group_id'),
        principal_type: 'Group',
      },
    },
  });
}

function isScope(scope: unknown, key: string): boolean {
  return typeof scope === 'string' && scope.replace(/\/$/, '').toLowerCase() === key;
}

function isUser({ principalType }: JsonObject): boolean {
  return typeof principalType === 'string' && principalType.toLowerCase() === 'user';
}

function roleOf({ roleDefinitionId }: JsonObject, roles: Roles): string | undefined {
  return typeof roleDefinitionId === 'string'
    ? roles.get(roleDefinitionId.toLowerCase().split('/').at(-1) ?? '')
    : undefined;
}

function isClear({ principalType, roleDefinitionId }: JsonObject): boolean {
  return typeof principalType === 'string' && typeof roleDefinitionId === 'string';
}

/** The user by object id; the document has no names. */
function nameOf({ principalId }: JsonObject): string {
  return typeof principalId === 'string' ? `the user ${principalId}` : 'a user';
}
