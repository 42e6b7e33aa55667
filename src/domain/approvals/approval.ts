/**
 * An approval is bound by its digest to what was shown. The digest covers version, resource, rule, purpose and
 * changes. It leaves out texts, plan, people and times, which do not identify the change. `reconcileApproval` compares
 * an approval with a fresh verdict: keep, clear, supersede, expire or execute.
 */

import type { SealedRecord } from '../audit/audit.ts';
import { type Change, type PreservedValue, type Purpose, valueAt } from '../changes/change.ts';
import type { Impact } from '../resources/documents.ts';
import type { Caller } from '../resources/event.ts';
import { sameJson } from '../resources/json.ts';
import type { Reason } from '../resources/reasons.ts';
import type { ResourceView } from '../resources/resource.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import type { Severity, Source } from '../rules/rule.ts';

/** approved, blocked and unknown: the decision is valid and waits for its write. The last six statuses are final. */
export const APPROVAL_STATUSES = [
  'pending',
  'approved',
  'blocked',
  'unknown',
  'applied',
  'failed',
  'rejected',
  'expired',
  'superseded',
  'cleared',
] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

export interface Person {
  readonly objectId: string;
  readonly name: string;
}

export interface ApprovalDecision {
  readonly by: Person;
  readonly at: string;
  readonly comment: string | null;
  readonly decision: 'approve' | 'reject';
  /** No changer was known, so separation of duties could not be checked. */
  readonly changerUnknown: boolean;
}

export interface Approval {
  readonly id: string;
  readonly purpose: Purpose;
  readonly status: ApprovalStatus;
  readonly digest: string;
  readonly resource: ResourceView;
  readonly rule: {
    readonly id: string;
    readonly version: number;
    readonly title: string;
    readonly severity: Severity;
    readonly risk: string;
    readonly impact: Impact;
    readonly reversible: boolean;
  };
  readonly changes: readonly Change[];
  readonly preserved: readonly PreservedValue[];
  readonly source: Source;
  readonly changedBy: Caller | null;
  readonly reasons: readonly Reason[];
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decision: ApprovalDecision | null;
  readonly supersededBy: string | null;
  /**
   * What changed since the approval that this one replaced: `from` is the value that was shown, `to` the value that
   * was found. A superseded rollback lists its own changes.
   */
  readonly moved: readonly Change[];
  readonly auditIds: readonly string[];
  /** Audit records that are not in the log yet. They are stored in the row, so that a crash cannot lose them. */
  readonly outbox: readonly SealedRecord[];
}

export type ApprovalTransition =
  | { readonly kind: 'keep' }
  | { readonly kind: 'clear'; readonly reason: Reason }
  /** `reason`: the cause, when no value changed. */
  | { readonly kind: 'supersede'; readonly moved: readonly Change[]; readonly reason?: Reason }
  | { readonly kind: 'expire' }
  | { readonly kind: 'execute' };

export function isOpen({ status }: Approval): boolean {
  return status === 'pending' || isDecided(status);
}

/** Whether there is a decision that waits for its write. */
export function isDecided(status: ApprovalStatus): boolean {
  return status === 'approved' || status === 'blocked' || status === 'unknown';
}

/**
 * The transition of an open approval by a fresh evaluation of its rule. `evaluation` is null when the rule is no
 * longer evaluated on the resource. `digest` is that of the fresh changes.
 */
export function reconcileApproval(
  approval: Approval,
  evaluation: Evaluation | null,
  digest: string | null,
  snapshot: Snapshot,
  now: Date,
): ApprovalTransition {
  const expired = approval.status === 'pending' && Date.parse(approval.expiresAt) <= now.getTime();
  if (evaluation === null) {
    return {
      kind: 'clear',
      reason: { code: 'already-right', text: 'The rule is no longer evaluated on this resource.' },
    };
  }
  // Unknown neither confirms nor clears an approval, and never allows a write.
  if (evaluation.verdict === 'unknown') return expired ? { kind: 'expire' } : { kind: 'keep' };
  if (evaluation.verdict !== 'violation') {
    return { kind: 'clear', reason: { code: 'already-right', text: evaluation.reason } };
  }
  if (evaluation.changes.length === 0) {
    return { kind: 'clear', reason: { code: 'tier-advice', text: evaluation.reason } };
  }
  if (digest !== approval.digest || !samePreserved(approval.preserved, evaluation.preserved)) {
    return { kind: 'supersede', moved: movedSince(approval, snapshot) };
  }
  if (expired) return { kind: 'expire' };
  return { kind: isDecided(approval.status) ? 'execute' : 'keep' };
}

/** The values that changed since the approval showed them. */
export function movedSince({ changes, preserved }: Approval, snapshot: Snapshot): Change[] {
  const shown = [
    ...changes.map(({ document, path, from }) => ({ document, path, from })),
    ...preserved.map(({ document, path, value }) => ({ document, path, from: value })),
  ];
  return shown
    .map((value) => ({ ...value, to: valueAt(bodyOf(snapshot, value.document) ?? {}, value.path) }))
    .filter(({ from, to }) => !sameJson(from, to));
}

function samePreserved(a: readonly PreservedValue[], b: readonly PreservedValue[]): boolean {
  return (
    a.length === b.length &&
    a.every((one) =>
      b.some((other) => other.document === one.document && other.path === one.path && sameJson(other.value, one.value)),
    )
  );
}
