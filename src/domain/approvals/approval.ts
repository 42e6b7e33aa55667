/**
 * An approval is bound by its digest to what was shown. The digest covers version, resource, rule, purpose and
 * changes. It leaves out texts, plan, people and times, which do not identify the change. `reconcileApproval` compares
 * an approval with a fresh verdict: keep, clear, supersede, expire or execute.
 */

import * as z from 'zod';
import { outboxAbout } from '../audit/audit.ts';
import { type Change, change, type PreservedValue, preservedValue, purpose, valueAt } from '../changes/change.ts';
import { IMPACTS } from '../resources/documents.ts';
import { sameJson } from '../resources/json.ts';
import { caller, person } from '../resources/principal.ts';
import { type Reason, reason } from '../resources/reasons.ts';
import { resourceView } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import { SEVERITIES, source } from '../rules/rule.ts';

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

export const approvalDecision = z.strictObject({
  by: person,
  at: time,
  comment: z.string().nullable(),
  decision: z.enum(['approve', 'reject']),
  /** No changer was known, so separation of duties could not be checked. */
  changerUnknown: z.boolean(),
});
export type ApprovalDecision = Infer<typeof approvalDecision>;

export const approval = z.strictObject({
  id: z.string(),
  purpose,
  status: z.enum(APPROVAL_STATUSES),
  digest: z.string().describe('The digest that a decision must name: sha256:<hex>'),
  resource: resourceView,
  rule: z.strictObject({
    id: z.string(),
    version: z.int(),
    title: z.string(),
    severity: z.enum(SEVERITIES),
    risk: z.string(),
    impact: z.enum(IMPACTS),
    reversible: z.boolean(),
  }),
  changes: z.array(change),
  preserved: z.array(preservedValue),
  source,
  changedBy: caller.nullable(),
  /**
   * The object ids (lower case) of the changers at the last reconcile, and whether none can be missing. Absent in a row of
   * an earlier version, and of a rollback.
   */
  changers: z.strictObject({ objectIds: z.array(z.string()), complete: z.boolean() }).exactOptional(),
  reasons: z.array(reason),
  requestedAt: time,
  expiresAt: time,
  decision: approvalDecision.nullable(),
  supersededBy: z.string().nullable(),
  /** `from` is the value that was shown, `to` the value that was found. A superseded rollback lists its own changes. */
  moved: z
    .array(change)
    .describe('Values that changed since the approval that this one replaced; of a superseded rollback, since its fix'),
  auditIds: z.array(z.string()),
  /** The health gate that ordered this rollback. */
  health: z.strictObject({ gate: z.string() }).exactOptional(),
  outbox: outboxAbout('approval', 'health'),
});
export type Approval = Infer<typeof approval>;

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

/** The fresh evaluation of the rule of an approval. */
export interface FreshEvaluation {
  /** Null when the rule is no longer evaluated on the resource. */
  readonly evaluation: Evaluation | null;
  /** The digest of its changes. */
  readonly digest: string | null;
  readonly snapshot: Snapshot;
}

/** The transition of an open approval by a fresh evaluation of its rule. */
export function reconcileApproval(
  approval: Approval,
  { evaluation, digest, snapshot }: FreshEvaluation,
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
