/** The tables of a rule about direct role assignments, for each kind of app. */
import type { JsonObject } from '../../../../src/domain/resources/json.ts';
import { assigned, roleAssignments, USER } from '../../fixtures/role-assignments.ts';
import type { Tables } from '../../rule-tester.ts';

export const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
export const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const CONTAINER_APPS_OPERATOR = 'f3bd1b5c-91fa-40e7-afe7-0c11d331232c';

/** The tables for an app; roles of users that open a console matter for container apps only. */
export function roleAssignmentsTables(id: string, opensConsole: boolean): Omit<Tables, 'id'> {
  const group = id.split('/').slice(0, 5).join('/');
  const documents = (...value: JsonObject[]) => ({ roleAssignments: roleAssignments(...value) });
  const advice = { tier: 'advice', changes: [] } as const;
  const console_ = documents(assigned(CONTAINER_APPS_OPERATOR, id));
  return {
    compliant: [
      { title: 'none', documents: documents() },
      { title: 'none: another role is not meant', documents: documents(assigned(READER, id)) },
      { title: 'groups pass', documents: documents(assigned(OWNER, id, 'Group')) },
      { title: 'service principals pass', documents: documents(assigned(CONTRIBUTOR, id, 'ServicePrincipal')) },
      {
        title: "inherited assignments are not this rule's business",
        documents: documents(
          assigned(OWNER, group),
          assigned(OWNER, '/subscriptions/11111111-2222-3333-4444-555555555555'),
          assigned(OWNER, '/providers/Microsoft.Management/managementGroups/root'),
          assigned(OWNER, `${id}-two`),
        ),
      },
      ...(opensConsole ? [] : [{ title: 'none: a role for other apps', documents: console_ }]),
    ],
    violation: [
      {
        title: 'a user holds Owner',
        documents: documents(assigned(READER, id), assigned(OWNER, id)),
        ...advice,
        reason: new RegExp(`^Directly on the app, the user ${USER} is Owner\\.$`),
      },
      {
        title: 'a user holds Contributor, in other cases',
        documents: documents(assigned(CONTRIBUTOR.toUpperCase(), `${id.toUpperCase()}/`, 'user')),
        ...advice,
        reason: /is Contributor\.$/,
      },
      {
        title: 'a user holds User Access Administrator, and another',
        documents: documents(assigned(USER_ACCESS_ADMINISTRATOR, id), assigned(OWNER, id)),
        ...advice,
        reason: /is User Access Administrator, the user .* is Owner\.$/,
      },
      {
        title: 'a user holds Owner, beside what nobody understands',
        documents: documents({ properties: { scope: id } }, assigned(OWNER, id)),
        ...advice,
      },
      ...(opensConsole
        ? [
            {
              title: 'a user holds a role that opens its console',
              documents: console_,
              ...advice,
              reason: /is Container Apps Operator\.$/,
            },
          ]
        : []),
    ],
    unknown: [
      { title: 'not read', documents: {} },
      { title: 'not found', documents: { roleAssignments: null } },
      { title: 'no list', documents: { roleAssignments: { value: null } } },
      { title: 'an assignment that does not say whose it is', documents: documents(assigned(OWNER, id, null)) },
      { title: 'an assignment that does not say where it is', documents: documents({ properties: null }) },
    ],
  };
}
