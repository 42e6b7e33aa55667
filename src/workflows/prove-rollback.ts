/**
 * What a rollback writes is read from a row, which whoever may write tables can change; what the log says is signed. So a
 * rollback is carried out only when it is, value by value, the way back of a fix in the log; and what moved along with that
 * fix only while nobody else is known to have written the resource since.
 */
import type { Approval } from '../domain/approval.ts';
import { type Change, samePlace } from '../domain/change.ts';
import { sameJson } from '../domain/json.ts';
import type { Resource } from '../domain/resource.ts';
import { hasWritten } from '../domain/rollback.ts';
import type { World } from './ports.ts';
import { signedEntry } from './signed-entry.ts';
import { writtenSince } from './written-since.ts';

/** `unproven`: it is not the way back of a signed fix; `overtaken`: it was, until somebody else wrote. Null when it is. */
export interface Doubt {
  readonly kind: 'unproven' | 'overtaken';
  readonly text: string;
}

/** Why this rollback may not be carried out as it is; null when it may. */
export async function doubtOf(
  world: World,
  target: Resource,
  { resource, rule, changes, auditIds: [fixId] }: Approval,
): Promise<Doubt | null> {
  const fix = fixId === undefined ? null : await signedEntry(world, fixId);
  if (!fix || !hasWritten(fix)) return unproven('the log has no signed entry of a fix that it puts back');
  if (fix.rule !== rule.id || fix.resource?.id.toLowerCase() !== resource.id.toLowerCase()) {
    return unproven('the fix that it names is of another rule or resource');
  }
  const isOf = (known: readonly Change[]) => (change: Change) =>
    known.some((one) => samePlace(one, change) && sameJson(one.from, change.to));
  const along = changes.filter((change) => !isOf(fix.changes)(change));
  const strange = along.find((change) => !isOf(fix.alsoMoved)(change));
  if (strange) return unproven(`the fix did not find that value at ${strange.document} ${strange.path}`);
  const since = along.length === 0 ? null : await writtenSince(world, target, fix);
  return since === null ? null : { kind: 'overtaken', text: since };
}

function unproven(text: string): Doubt {
  return { kind: 'unproven', text };
}
