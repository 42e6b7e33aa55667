/** What a principal may do in a subscription, by roles assigned there or above, to the principal or a group of it. */
import { z } from 'zod';
import type { Client } from '../../src/azure/client.ts';

const VERSION = '2022-04-01';
const assignments = z.object({ value: z.array(z.object({ properties: z.object({ roleDefinitionId: z.string() }) })) });
const actions = z.array(z.string()).default([]);
const definition = z.object({
  properties: z.object({ permissions: z.array(z.object({ actions, notActions: actions })) }),
});

/** Null when the caller may not see it. */
export async function mayInSubscription(
  arm: Client,
  subscriptionId: string,
  objectId: string,
  action: string,
): Promise<boolean | null> {
  if (!z.guid().safeParse(objectId).success) return null;
  const get = async <T>(path: string, shape: z.ZodType<T>, query = {}): Promise<T | null> => {
    const { status, body } = await arm.send('GET', arm.urlOf(path, VERSION, query));
    return status === 200 ? shape.parse(body) : null;
  };
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments`;
  const assigned = await get(path, assignments, { $filter: `atScope() and assignedTo('${objectId}')` });
  if (!assigned) return null;
  const ids = new Set(assigned.value.map(({ properties }) => properties.roleDefinitionId));
  const roles = await Promise.all([...ids].map((id) => get(id, definition)));
  const permissions = roles.flatMap((role) => role?.properties.permissions ?? []);
  if (permissions.some((one) => has(one.actions, action) && !has(one.notActions, action))) return true;
  return roles.includes(null) ? null : false;
}

/** `*` in a role stands for anything, slashes included. */
function has(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.\\/]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
  });
}
