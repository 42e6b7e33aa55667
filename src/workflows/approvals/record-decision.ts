/**
 * Records the decision of a user about an approval. Only the decision is stored, bound to the digest that was shown.
 * Then the resource is queued, and the reconcile executes it after a fresh read. When two users decide at once, the
 * store accepts one.
 */

import type { Approval, ApprovalDecision } from '../../domain/approvals/approval.ts';
import { digestReason } from '../../domain/approvals/digests.ts';
import { approverRefusal, closedRefusal, type Decider, readOnlyRefusal } from '../../domain/approvals/may-decide.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { type AuditRecord, recordId } from '../../domain/audit/audit.ts';
import { auditRecord } from '../../domain/audit/record.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { modeFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue, withWakeup } from '../ports/enqueue.ts';
import { sealRecord } from '../ports/outbox.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { retryOnConflict, type Versioned } from '../ports/storage.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { checkSeparationOfDuties, reasonsAtDecision } from './separation-of-duties.ts';
import { storeApproval } from './store-approval.ts';

export interface DecisionRequest {
  readonly approvalId: string;
  readonly decision: 'approve' | 'reject';
  /** The digest that was shown; null when the request has none. A rejection needs none. */
  readonly digest: string | null;
  readonly comment: string | null;
  readonly person: Decider;
}

/**
 * Returns the approval after the decision. Throws Refusal with the first reason in this order: not found, closed,
 * digest, read-only, not an approver, separation of duties.
 */
export async function recordDecision(deps: Deps, request: DecisionRequest): Promise<Approval> {
  return retryOnConflict(async () => {
    const found = await deps.approvals.get(request.approvalId);
    if (!found) throw new Refusal('not-found', `There is no approval '${request.approvalId}'.`);
    return tryDecide(deps, request, found);
  });
}

async function tryDecide(deps: Deps, request: DecisionRequest, found: Versioned<Approval>): Promise<Approval> {
  const { value: approval } = found;
  const now = deps.clock.now();
  if (isRepetition(approval, request)) return approval;
  const resource = parseResourceId(approval.resource.id);
  if (!resource) throw new Error(`approval ${approval.id} names no resource`);
  refuseIfClosed(approval, now);
  const settings = await loadSettings(deps);
  // A rejection needs no digest. A wrong digest still shows that the user saw something else.
  if (request.decision === 'approve' || request.digest !== null) refuseDigestMismatch(approval, request);
  if (request.decision === 'approve') {
    refuseIfReadOnly(settings, resource);
    refuseUnlessApprover(settings, resource, request.person);
  }
  const separation =
    request.decision === 'approve'
      ? await checkSeparationOfDuties(deps, settings.settings, {
          resource,
          rule: approval.rule.id,
          purpose: approval.purpose,
          by: request.person.objectId,
          namedChangers: approval.changedBy ? [approval.changedBy] : [],
          namedAt: approval.requestedAt,
        })
      : null;
  const decision: ApprovalDecision = {
    by: { objectId: request.person.objectId, name: request.person.name },
    at: now.toISOString(),
    comment: request.comment,
    decision: request.decision,
    changerUnknown: separation?.changerUnknown ?? false,
  };
  const current: Approval = separation
    ? {
        ...approval,
        changedBy: approval.changedBy ?? separation.changedBy,
        reasons: reasonsAtDecision(approval, separation),
      }
    : approval;
  const mode = modeFor(settings.settings, resource);
  const decided: Approval = {
    ...current,
    status: request.decision === 'approve' ? 'approved' : 'rejected',
    decision,
    outbox: [...approval.outbox, sealRecord(deps, decisionRecord(current, decision, mode, separation?.remarks ?? []))],
  };
  const stored = await withWakeup(deps, resource, `approval ${approval.id} decided`, async () => {
    const { value } = await storeApproval(deps, decided, found.version);
    // The log had another decision: the row was replaced by an older version.
    if (!isRepetition(value, request)) refuseIfClosed(value, now);
    await enqueue(deps, resource, 'decision');
    return value;
  });
  deps.log.info(
    { approvalId: approval.id, resource: resource.id, rule: approval.rule.id, by: request.person.objectId },
    `approval ${stored.status}`,
  );
  return stored;
}

function isRepetition({ decision, digest }: Approval, request: DecisionRequest): boolean {
  return (
    decision !== null &&
    decision.by.objectId === request.person.objectId &&
    decision.decision === request.decision &&
    (request.decision === 'reject' || request.digest === digest)
  );
}

function refuseIfClosed(approval: Approval, now: Date): void {
  throwIf(closedRefusal(approval, now));
}

function refuseDigestMismatch(approval: Approval, request: DecisionRequest): void {
  if (request.digest === approval.digest) return;
  throw new Refusal(
    'digest-mismatch',
    'The digest is not that of this approval; look at it again and decide what you see.',
  );
}

export function refuseUnlessApprover({ settings }: StoredSettings, resource: Resource, person: Decider): void {
  throwIf(approverRefusal(settings, resource, person));
}

export function refuseIfReadOnly({ settings }: StoredSettings, resource: Resource): void {
  throwIf(readOnlyRefusal(settings, resource));
}

function throwIf(refusal: Refusal | null): void {
  if (refusal) throw refusal;
}

/** Approval and rejection share this id, so the log takes one decision. */
export function decisionId(approvalId: string): string {
  return recordId(approvalId, 'decision');
}

/** The audit record of a decision. `remarks` follow the comment. */
export function decisionRecord(
  approval: Approval,
  decision: ApprovalDecision,
  mode: ReturnType<typeof modeFor>,
  remarks: readonly string[],
): AuditRecord {
  const kind = decision.decision === 'approve' ? 'approval.approved' : 'approval.rejected';
  return auditRecord({
    id: decisionId(approval.id),
    at: decision.at,
    kind,
    resource: approval.resource,
    rule: approval.rule.id,
    mode,
    approvalId: approval.id,
    actor: { type: 'user', ...decision.by },
    trigger: { type: 'decision' },
    changes: approval.changes,
    reasons: [...approval.reasons, digestReason(approval.digest)],
    message: [decision.comment ?? 'No comment.', ...remarks].join(' '),
  });
}
