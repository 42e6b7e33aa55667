/**
 * No signed cause, no write. A row can be written by whoever holds the tables; what the log says is signed. So right before
 * the writer, everything that is wanted is held against the log: for this resource, and for the digest recomputed from the
 * changes that would be written. An automatic fix needs nothing but the intent that the writer signs for it.
 */
import type { Approval } from '../domain/approval.ts';
import type { AuditEntry, AuditFact } from '../domain/audit.ts';
import { type Change, digestOf, samePlace } from '../domain/change.ts';
import { digestIn } from '../domain/digests.ts';
import { sameJson } from '../domain/json.ts';
import type { Resource } from '../domain/resource.ts';
import { hasWritten } from '../domain/rollback.ts';
import type { Wanted } from './apply-plan.ts';
import { endAmong } from './facts-of.ts';
import type { World } from './ports.ts';
import { writtenSince } from './written-since.ts';

export type Cause =
  | {
      readonly kind: 'proven';
      /** Of the intent without an end that the log has for it. */
      readonly operationId?: string;
      /** The object id of who approved it. */
      readonly decidedBy?: string;
    }
  /** Nobody decided it; a row says otherwise. */
  | { readonly kind: 'undecided'; readonly text: string }
  | { readonly kind: 'unproven'; readonly text: string }
  /** It was decided, and has come to another end since; a row of before says otherwise. */
  | { readonly kind: 'over'; readonly status: Over; readonly text: string }
  /** A rollback that was proven, until somebody else wrote. */
  | { readonly kind: 'overtaken'; readonly text: string };

type Over = 'expired' | 'superseded' | 'cleared';

/** What the log says about the cause of a write. `approval` is its row; null for an automatic fix. */
export async function causeOf(
  world: World,
  resource: Resource,
  want: Wanted,
  approval: Approval | null,
): Promise<Cause> {
  const { rule, purpose, changes, digest, approvalId } = want;
  if (digestOf(resource, rule, purpose, changes) !== digest) return unproven('its digest is not that of its changes');
  if (approvalId === null && purpose === 'fix') return { kind: 'proven' };
  if (approvalId === null || approval === null) return unproven('nobody asked for it');
  const known = await world.audit.about(approvalId);
  const found = (kind: AuditEntry['kind']) =>
    known.find((entry) => entry.kind === kind && isAbout(entry, resource, want));
  const decision = found('approval.approved');
  if (!decision) {
    const decided = known.some(({ kind }) => kind === 'approval.approved' || kind === 'approval.rejected');
    const text = 'the log has no signed decision of it';
    return decided ? unproven(text) : { kind: 'undecided', text };
  }
  const over = overBy(known);
  if (over) return over;
  const decidedBy = approval.decision?.by.objectId;
  if (decidedBy === undefined || decision.actor.objectId !== decidedBy) return unproven('somebody else decided it');
  if (purpose === 'fix' && !found('approval.requested')) return unproven('the log has no signed request of it');
  const intent = found(`${purpose}.intended`);
  const end = intent ? endAmong(known, intent) : null;
  if (end) return unproven(`it was carried out at ${end.at}`);
  const doubt = purpose === 'rollback' ? await doubtOfRollback(world, resource, want, approval) : null;
  if (doubt) return doubt;
  const under = intent?.operationId ? { operationId: intent.operationId } : {};
  return { kind: 'proven', ...under, decidedBy };
}

/** Whether an entry is about these changes to this resource: by what it says, not by where it was found. */
export function isAbout(
  entry: AuditFact,
  resource: Resource,
  { rule, purpose, digest, approvalId }: Pick<Wanted, 'rule' | 'purpose' | 'digest' | 'approvalId'>,
): boolean {
  return (
    entry.resource?.id.toLowerCase() === resource.key &&
    entry.rule === rule.id &&
    entry.approvalId === approvalId &&
    digestIn(entry.reasons) === digest &&
    digestOf(resource, rule, purpose, entry.changes) === digest
  );
}

/** A rollback is, value by value, the way back of a fix; what moved along with that fix goes back while nobody else wrote. */
async function doubtOfRollback(
  world: World,
  resource: Resource,
  { rule, changes }: Wanted,
  { auditIds: [fixId] }: Approval,
): Promise<Cause | null> {
  const fix = fixId === undefined ? null : await world.audit.get(fixId);
  if (!fix || !hasWritten(fix)) return unproven('the log has no signed entry of a fix that it puts back');
  if (fix.rule !== rule.id || fix.resource?.id.toLowerCase() !== resource.key)
    return unproven('the fix that it names is of another rule or resource');
  const isOf = (known: readonly Change[]) => (change: Change) =>
    known.some((one) => samePlace(one, change) && sameJson(one.from, change.to));
  const along = changes.filter((change) => !isOf(fix.changes)(change));
  const strange = along.find((change) => !isOf(fix.alsoMoved)(change));
  if (strange) return unproven(`the fix did not find that value at ${strange.document} ${strange.path}`);
  const since = along.length === 0 ? null : await writtenSince(world, resource, fix);
  return since === null ? null : { kind: 'overtaken', text: since };
}

/** What has become of an approval other than its write. */
function overBy(known: readonly AuditEntry[]): Cause | null {
  for (const status of ['expired', 'superseded', 'cleared'] as const) {
    const end = known.find(({ kind }) => kind === `approval.${status}`);
    if (end) return { kind: 'over', status, text: `it was ${status} at ${end.at}` };
  }
  return null;
}

function unproven(text: string): Cause {
  return { kind: 'unproven', text };
}
