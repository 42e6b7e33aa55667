/** An approval is stored with the facts about it, then the facts are logged, then it is known that they are. */
import type { Approval, ApprovalDecision } from '../domain/approval.ts';
import type { AuditKind } from '../domain/audit.ts';
import { MOST_AUDIT_IDS } from '../domain/limits.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import { asAskedFor } from './asked-for.ts';
import { isHeldBack } from './facts-of.ts';
import { recordSealed } from './outbox.ts';
import { FactConflict, type Versioned, type World } from './ports.ts';
import type { EndedEntry } from './resolve-intents.ts';

/** What a rollback says of that which moved along with its fix; it stays on the card. */
const ALONG: readonly ReasonCode[] = ['also-moved', 'not-put-back'];

/** The approval when its write has ended. A change that was only held back at the last moment stays approved. */
export function afterWrite(
  approval: Approval,
  end: Pick<EndedEntry, 'state' | 'reasons'>,
  facts: readonly string[],
): Approval {
  const auditIds = latestIds([...approval.auditIds, ...facts]);
  if (isHeldBack(end)) return { ...approval, status: 'approved', auditIds };
  const along = approval.reasons.filter(({ code }) => approval.purpose === 'rollback' && ALONG.includes(code));
  return { ...approval, status: end.state, auditIds, reasons: [...along, ...end.reasons] };
}

/** Throws StaleVersion when somebody else was faster. */
export async function storeApproval(
  world: World,
  approval: Approval,
  version: string | null,
): Promise<Versioned<Approval>> {
  const value = await asAskedFor(world, approval);
  return logFacts(world, { value, version: await world.approvals.save(value, version) });
}

/** Logs what is known about an approval and not in the log yet; harmless when it is there already. */
export async function logFacts(world: World, stored: Versioned<Approval>): Promise<Versioned<Approval>> {
  const { value, version } = stored;
  if (value.unlogged.length === 0) return stored;
  const logged = await withLogged(world, value);
  return { value: logged, version: await world.approvals.save(logged, version) };
}

/** The log takes one decision of an approval. Where it has another one than the row, that one counts. */
async function withLogged(world: World, approval: Approval): Promise<Approval> {
  try {
    const entries = await recordSealed(world, approval.unlogged, { approvalId: approval.id });
    const auditIds = latestIds([...approval.auditIds, ...entries.map(({ id }) => id)]);
    return { ...approval, auditIds, unlogged: [] };
  } catch (error) {
    const status = error instanceof FactConflict ? DECIDED[error.entry.kind] : undefined;
    if (!(error instanceof FactConflict) || !status) throw error;
    const { id, at, actor, message } = error.entry;
    world.log.error(
      { approvalId: approval.id, auditId: id },
      'decided before, as the log has it; the row said otherwise',
    );
    const decision: ApprovalDecision = {
      by: { objectId: actor.objectId ?? '', name: actor.name ?? '' },
      at,
      comment: message,
      decision: status === 'approved' ? 'approve' : 'reject',
      changerUnknown: false,
    };
    return { ...approval, status, decision, auditIds: [...new Set([...approval.auditIds, id])], unlogged: [] };
  }
}

const DECIDED: Readonly<Partial<Record<AuditKind, 'approved' | 'rejected'>>> = {
  'approval.approved': 'approved',
  'approval.rejected': 'rejected',
};

/** The first, which is the fix that a rollback is of, and the latest: the log finds all of them by the id of the approval. */
function latestIds(ids: readonly string[]): string[] {
  const [first, ...others] = new Set(ids);
  return first === undefined ? [] : [first, ...others.slice(1 - MOST_AUDIT_IDS)];
}
