/** The permissions of a principal by its roles, as Microsoft.Authorization lists them. */
import { describe, expect, test } from 'vitest';
import { createClient } from '../../../src/azure/client.ts';
import { mayInSubscription } from '../../../tools/doctor/permissions.ts';
import { optionsAnswering, SUBSCRIPTION } from '../../azure/azure.ts';

const OURS = '00000000-0000-4000-8000-0000000000b1';
const ACTION = 'Microsoft.Insights/eventtypes/values/read';

type Role = { readonly actions: readonly string[]; readonly notActions?: readonly string[] } | null;

/**
 * The roles by name, each assigned once; null for one that must not be read. Null for all: the assignments must not be
 * read either.
 */
async function may(roles: Readonly<Record<string, Role>> | null, objectId = OURS) {
  const asked: URL[] = [];
  const { options } = optionsAnswering(({ url }) => {
    const at = new URL(url);
    asked.push(at);
    const name = at.pathname.split('/').at(-1) ?? '';
    if (name !== 'roleAssignments') {
      const role = roles?.[name];
      return role ? { status: 200, body: { properties: { permissions: [role] } } } : { status: 403, body: {} };
    }
    if (!roles) return { status: 403, body: {} };
    const value = Object.keys(roles).map((one) => ({
      properties: {
        roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${one}`,
      },
    }));
    return { status: 200, body: { value } };
  });
  const answer = await mayInSubscription(createClient(options), SUBSCRIPTION, objectId, ACTION);
  return { answer, asked };
}

describe('a principal may do', () => {
  test.each<[string, Parameters<typeof may>[0], boolean | null]>([
    ['what a role names, in any casing', { reader: { actions: [ACTION.toUpperCase()] } }, true],
    ['what a wildcard includes', { reader: { actions: ['*/read'] } }, true],
    [
      'what one of several roles includes',
      { one: { actions: [] }, other: { actions: ['Microsoft.Insights/*'] } },
      true,
    ],
    ['nothing that a role excludes', { one: { actions: ['*'], notActions: ['Microsoft.Insights/*'] } }, false],
    [
      'what one role excludes and another includes',
      { one: { actions: ['*'], notActions: ['*'] }, other: { actions: ['*'] } },
      true,
    ],
    [
      'nothing that only has the same prefix',
      { one: { actions: ['Microsoft.Insights/eventtypes', 'MicrosoftxInsights/eventtypes/values/read'] } },
      false,
    ],
    ['nothing without a role', {}, false],
    ['an unknown set, without the assignments', null, null],
    ['an unknown set, without one of the definitions', { hidden: null, one: { actions: [] } }, null],
    ['what a readable role includes, with others hidden', { hidden: null, one: { actions: ['*'] } }, true],
  ])('%s', async (_, roles, expected) => {
    expect((await may(roles)).answer).toBe(expected);
  });

  test('assignments are read at the subscription and above it, for the principal and its groups', async () => {
    const { asked } = await may({});
    expect(asked.map(({ pathname, searchParams }) => [pathname, searchParams.get('$filter')])).toEqual([
      [
        `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments`,
        `atScope() and assignedTo('${OURS}')`,
      ],
    ]);
  });

  test('no request is made for a text that is no object id', async () => {
    expect(await may({}, "x') or ('")).toEqual({ answer: null, asked: [] });
  });
});
