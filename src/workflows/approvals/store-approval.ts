/** Stores an approval with its audit records, then logs the records, then stores that they are logged. */

import type { Approval, ApprovalDecision } from '../../domain/approvals/approval.ts';
import { type EndedAttempt, isNotSent } from '../../domain/approvals/attempt.ts';
import type { AuditKind } from '../../domain/audit/audit.ts';
import { MAX_AUDIT_IDS } from '../../domain/resources/limits.ts';
import type { ReasonCode } from '../../domain/resources/reasons.ts';
import { RecordConflict } from '../ports/audit.ts';
import type { Deps } from '../ports/deps.ts';
import { appendSealed } from '../ports/outbox.ts';
import type { Versioned } from '../ports/storage.ts';
import { dropUnrequestedRecords } from './verify-request.ts';

/** The reasons of a rollback about side effects. They stay on the approval. */
const SIDE_EFFECT_CODES: readonly ReasonCode[] = ['also-moved', 'not-put-back'];

/** The approval after its write. A change that was not sent stays approved. */
export function approvalAfterWrite(approval: Approval, { intent, result }: EndedAttempt): Approval {
  const auditIds = latestIds([...approval.auditIds, intent.id, result.record.id]);
  if (isNotSent(result)) return { ...approval, status: 'approved', auditIds };
  const sideEffectReasons = approval.reasons.filter(
    ({ code }) => approval.purpose === 'rollback' && SIDE_EFFECT_CODES.includes(code),
  );
  return { ...approval, status: result.state, auditIds, reasons: [...sideEffectReasons, ...result.reasons] };
}

/** Throws ConflictError when another instance saved first. */
export async function storeApproval(
  deps: Deps,
  approval: Approval,
  version: string | null,
): Promise<Versioned<Approval>> {
  const value = await dropUnrequestedRecords(deps, approval);
  return flushApprovalRecords(deps, { value, version: await deps.approvals.save(value, version) });
}

/** Logs the records in the outbox of an approval. Repeating it is harmless. */
export async function flushApprovalRecords(deps: Deps, stored: Versioned<Approval>): Promise<Versioned<Approval>> {
  const { value, version } = stored;
  if (value.outbox.length === 0) return stored;
  const logged = await appendRecords(deps, value);
  return { value: logged, version: await deps.approvals.save(logged, version) };
}

/** The log has one decision for each approval. When it differs from the row, the log counts. */
async function appendRecords(deps: Deps, approval: Approval): Promise<Approval> {
  try {
    // Whoever requests a rollback has decided it at once.
    const receipts = new Map(approval.purpose === 'fix' ? [[approval.id, approval.requestedAt]] : []);
    const entries = await appendSealed(deps, approval.outbox, { approvalId: approval.id }, receipts);
    const auditIds = latestIds([...approval.auditIds, ...entries.map(({ id }) => id)]);
    return { ...approval, auditIds, outbox: [] };
  } catch (error) {
    const status = error instanceof RecordConflict ? DECIDED[error.entry.kind] : undefined;
    if (!(error instanceof RecordConflict) || !status) throw error;
    const { id, at, actor, message } = error.entry;
    deps.log.error(
      { approvalId: approval.id, auditId: id },
      'the log has another decision than the row; the log counts',
    );
    const decision: ApprovalDecision = {
      by: { objectId: actor.objectId ?? '', name: actor.name ?? '' },
      at,
      comment: message,
      decision: status === 'approved' ? 'approve' : 'reject',
      changerUnknown: false,
    };
    return { ...approval, status, decision, auditIds: [...new Set([...approval.auditIds, id])], outbox: [] };
  }
}

const DECIDED: Readonly<Partial<Record<AuditKind, 'approved' | 'rejected'>>> = {
  'approval.approved': 'approved',
  'approval.rejected': 'rejected',
  'health.worse': 'approved',
};

/** The first id, which is the fix of a rollback, and the latest ones. The log finds all by the id of the approval. */
function latestIds(ids: readonly string[]): string[] {
  const [first, ...others] = new Set(ids);
  return first === undefined ? [] : [first, ...others.slice(1 - MAX_AUDIT_IDS)];
}
