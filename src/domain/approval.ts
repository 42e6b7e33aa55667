/**
 * An approval is bound to what was shown: its digest covers version, resource, rule, purpose and changes. It leaves out the
 * texts, the plan, the people and the clock, which may change without the change being another one. `settle` compares it
 * with a fresh verdict: keep it, clear it, supersede it, let it expire, or execute it.
 */

import type { SealedFact } from './audit.ts';
import { type Change, type Kept, type Purpose, valueAt } from './change.ts';
import type { Impact } from './documents.ts';
import type { Evaluation } from './evaluate.ts';
import type { Caller } from './event.ts';
import { sameJson } from './json.ts';
import type { Reason } from './reasons.ts';
import type { ResourceView } from './resource.ts';
import type { Severity, Source } from './rule.ts';
import { bodyOf, type Snapshot } from './snapshot.ts';

/** approved, blocked, unknown: the decision stands and waits for its write. The last six are final. */
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
  /** That no changer was known, so separation of duties could not be checked. */
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
  readonly kept: readonly Kept[];
  readonly source: Source;
  readonly changedBy: Caller | null;
  readonly reasons: readonly Reason[];
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decision: ApprovalDecision | null;
  readonly supersededBy: string | null;
  /** What this approval, when it replaced another, found moved: from is what had been shown, to what is there now. A rollback tells it of itself. */
  readonly moved: readonly Change[];
  readonly auditIds: readonly string[];
  /** Facts about it that are not in the log yet: kept with the row so that a crash cannot lose them. */
  readonly unlogged: readonly SealedFact[];
}

export type Settlement =
  | { readonly kind: 'keep' }
  | { readonly kind: 'clear'; readonly reason: Reason }
  /** `reason`: why, when nothing moved. */
  | { readonly kind: 'supersede'; readonly moved: readonly Change[]; readonly reason?: Reason }
  | { readonly kind: 'expire' }
  | { readonly kind: 'execute' };

export function isOpen({ status }: Approval): boolean {
  return status === 'pending' || isDecided(status);
}

/** Whether a decision stands that still waits for its write. */
export function isDecided(status: ApprovalStatus): boolean {
  return status === 'approved' || status === 'blocked' || status === 'unknown';
}

/**
 * What becomes of an open approval against a fresh evaluation of its rule.
 * `evaluation` is null when the rule is no longer evaluated on the resource; `digest` is that of the fresh changes.
 */
export function settle(
  approval: Approval,
  evaluation: Evaluation | null,
  digest: string | null,
  snapshot: Snapshot,
  now: Date,
): Settlement {
  const expired = approval.status === 'pending' && Date.parse(approval.expiresAt) <= now.getTime();
  if (evaluation === null) {
    return {
      kind: 'clear',
      reason: { code: 'already-right', text: 'The rule is no longer evaluated on this resource.' },
    };
  }
  // Unknown is no verdict: it neither confirms nor clears, and never lets a write through.
  if (evaluation.verdict === 'unknown') return expired ? { kind: 'expire' } : { kind: 'keep' };
  if (evaluation.verdict !== 'violation') {
    return { kind: 'clear', reason: { code: 'already-right', text: evaluation.reason } };
  }
  if (evaluation.changes.length === 0) {
    return { kind: 'clear', reason: { code: 'tier-advice', text: evaluation.reason } };
  }
  if (digest !== approval.digest || !sameKept(approval.kept, evaluation.kept)) {
    return { kind: 'supersede', moved: movedSince(approval, snapshot) };
  }
  if (expired) return { kind: 'expire' };
  return { kind: isDecided(approval.status) ? 'execute' : 'keep' };
}

/** The leaves that are no longer as the approval showed them. */
export function movedSince({ changes, kept }: Approval, snapshot: Snapshot): Change[] {
  const shown = [
    ...changes.map(({ document, path, from }) => ({ document, path, from })),
    ...kept.map(({ document, path, value }) => ({ document, path, from: value })),
  ];
  return shown
    .map((leaf) => ({ ...leaf, to: valueAt(bodyOf(snapshot, leaf.document) ?? {}, leaf.path) }))
    .filter(({ from, to }) => !sameJson(from, to));
}

function sameKept(a: readonly Kept[], b: readonly Kept[]): boolean {
  return (
    a.length === b.length &&
    a.every((one) =>
      b.some((other) => other.document === one.document && other.path === one.path && sameJson(other.value, one.value)),
    )
  );
}
