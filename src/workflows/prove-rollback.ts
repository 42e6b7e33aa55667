/**
 * What a rollback writes is read from a row, which whoever may write tables can change; what the log says is signed. So a
 * rollback is carried out only when it is, value by value, the way back of a fix in the log.
 */
import type { Approval } from '../domain/approval.ts';
import { sameJson } from '../domain/json.ts';
import type { World } from './ports.ts';
import { signedEntry } from './signed-entry.ts';

/** Why this rollback is not the way back of a signed fix of the same rule on the same resource; null when it is. */
export async function unprovenRollback(
  world: Pick<World, 'audit' | 'log'>,
  { resource, rule, changes, auditIds: [fixId] }: Approval,
): Promise<string | null> {
  const fix = fixId === undefined ? null : await signedEntry(world, fixId);
  if (fix?.kind !== 'fix.applied') return 'the log has no signed entry of a fix that it puts back';
  if (fix.rule !== rule.id || fix.resource?.id.toLowerCase() !== resource.id.toLowerCase()) {
    return 'the fix that it names is of another rule or resource';
  }
  const strange = changes.find(
    ({ document, path, to }) =>
      !fix.changes.some((one) => one.document === document && one.path === path && sameJson(one.from, to)),
  );
  return strange ? `the fix did not find that value at ${strange.document} ${strange.path}` : null;
}
