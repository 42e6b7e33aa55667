/** Who was given a role on the app itself. Custom roles cannot be told from an assignment: it names them by id alone. */
import type { JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, type Source, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { judgeList, propertiesOf } from './listed.ts';
import { declared, Expression } from './source-lines.ts';

/** Built-in roles by the id that is the same in every tenant. */
export type Roles = ReadonlyMap<string, string>;

/** Those who may change the app, or who may. */
export const PRIVILEGED_ROLES: Roles = new Map([
  ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner'],
  ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor'],
  ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator'],
]);

/** Judges the assignments whose scope is exactly the app: what is inherited belongs to the scope it comes from. */
export function judgeDirectAssignments(snapshot: Snapshot, roles: Roles): Judgement {
  return judgeList(snapshot, 'roleAssignments', (assignments) => {
    const all = assignments.map(propertiesOf);
    const direct = all.filter(({ scope }) => isScope(scope, snapshot.resource.key));
    const held = direct.flatMap((assignment) => {
      const role = roleOf(assignment, roles);
      return role && isUser(assignment) ? [`${nameOf(assignment)} is ${role}`] : [];
    });
    if (held.length > 0) {
      return { verdict: 'violation', reason: `Directly on the app, ${held.join(', ')}.`, changes: [] };
    }
    if (!all.every(({ scope }) => typeof scope === 'string') || !direct.every(isClear)) {
      return unknown('A role assignment does not say who has which role where.');
    }
    return compliant('No user has such a role directly on the app.');
  });
}

/** The role that a team needs, given to its group. */
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

/** Who it is by object id; the document has no names of people. */
function nameOf({ principalId }: JsonObject): string {
  return typeof principalId === 'string' ? `the user ${principalId}` : 'a user';
}
