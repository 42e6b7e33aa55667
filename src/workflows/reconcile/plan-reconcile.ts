/**
 * Plans a reconcile: reconciles approvals with the fresh verdicts, and selects what is to be written. A plan is
 * computed only: this file and what it calls use no port.
 */

import { isOpen } from '../../domain/approvals/approval.ts';
import type { Attempt } from '../../domain/approvals/attempt.ts';
import { type ChangeSet, overlaps } from '../../domain/approvals/change-set.ts';
import { type ApprovalPlan, reconcileApprovals } from '../approvals/reconcile-approvals.ts';
import { reconcileRollbacks } from '../approvals/reconcile-rollbacks.ts';
import { factsBeforePlan } from '../state/decision-input.ts';
import type { ReconcileInput } from '../state/reconcile-context.ts';
import type { Assessment } from './evaluate.ts';

export interface ReconcilePlan extends Pick<ApprovalPlan, 'store' | 'byRule' | 'expired'> {
  /** Azure still executes an earlier write, so the claim grants nothing else. */
  readonly running: boolean;
  /** What is to be written, rollbacks first. Each must still be granted. */
  readonly wanted: readonly ChangeSet[];
  /** The digests of the changes that are still needed, or may be. */
  readonly needed: ReadonlySet<string>;
  /** The ends of the holds on rollbacks (ISO); null when an end is not known. */
  readonly heldUntil: readonly (string | null)[];
}

export function planReconcile(
  input: ReconcileInput,
  { attempts, running, evaluated, evidence, exemptions, ...assessment }: Assessment,
): ReconcilePlan {
  const { state } = input;
  // A write that Azure is executing cannot be stopped by a new approval request.
  const objections = running ? new Map() : assessment.objections;
  // The outcome of an approved write decides about its approval. The fresh verdict does not.
  const carriedOut = new Set(attempts.flatMap(({ result, approvalId }) => (result ? approvalId : [])));
  const unresolved = state.approvals.filter(({ value }) => !carriedOut.has(value.id));
  const facts = factsBeforePlan(input, exemptions, evidence);
  const rollbacks = reconcileRollbacks(input, facts, unresolved, objections);
  const fixes = reconcileApprovals(input, unresolved, evaluated, objections);
  const wanted = [
    ...rollbacks.changeSets,
    ...evaluated
      .flatMap(({ evaluation, changeSet, decision }) => {
        return fixes.approved.get(evaluation.rule.id) ?? (decision?.action === 'fix' ? (changeSet ?? []) : []);
      })
      // Nothing else is written at the paths of a rollback.
      .filter((one) => !rollbacks.changeSets.some((rollback) => overlaps(rollback.changes, one.changes))),
  ];
  // When a rule could not be evaluated, it is not known whether its attempts are still needed.
  const unchecked = evaluated.flatMap(({ evaluation: { verdict, rule } }) => (verdict === 'unknown' ? rule.id : []));
  return {
    byRule: fixes.byRule,
    expired: fixes.expired,
    heldUntil: rollbacks.heldUntil,
    store: [...rollbacks.store, ...fixes.store],
    running,
    wanted: wanted.filter((one) => !isStillBlocked(input, one, attempts)),
    needed: new Set([
      ...evaluated.flatMap(({ changeSet }) => changeSet?.digest ?? []),
      ...unresolved.flatMap(({ value }) => (value.purpose === 'rollback' && isOpen(value) ? value.digest : [])),
      ...attempts.flatMap(({ rule, digest }) => (unchecked.includes(rule.id) ? digest : [])),
    ]),
  };
}

/**
 * Whether Azure blocked this change set before. It is attempted again on an event, on a sweep, or when a user requests
 * it. A wake-up is none of these: it is for other work on the same resource.
 */
function isStillBlocked(
  { message, state }: ReconcileInput,
  { digest, approvalId }: ChangeSet,
  attempts: readonly Attempt[],
): boolean {
  if (message.cause !== 'wake') return false;
  const newlyDecided = state.approvals.some(({ value }) => value.id === approvalId && value.status === 'approved');
  return !newlyDecided && attempts.some((attempt) => attempt.digest === digest && attempt.status === 'blocked');
}
