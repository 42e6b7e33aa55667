/**
 * Compares every open rollback with the fresh snapshot. It is executed while the values are those that the fix wrote,
 * whatever the verdict of the rule.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import { type ChangeSet, overlaps } from '../../domain/approvals/change-set.ts';
import { reconcileRollback } from '../../domain/approvals/rollback.ts';
import { summarizeChanges } from '../../domain/changes/diff-summary.ts';
import { type Decision, decideApproved } from '../../domain/decisions/decide.ts';
import type { Evaluation } from '../../domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import type { Versioned } from '../ports/storage.ts';
import { type DecisionFacts, decisionInputOf } from '../state/decision-input.ts';
import type { ReconcileInput } from '../state/reconcile-context.ts';
import { type ApprovalToStore, applyTransition, type Objections, withObjection } from './reconcile-approvals.ts';

export interface RollbackPlan {
  readonly store: readonly ApprovalToStore[];
  readonly changeSets: readonly ChangeSet[];
  /** The ends of the holds on rollbacks (ISO); null when an end is not known. No finding shows them. */
  readonly heldUntil: readonly (string | null)[];
}

export function reconcileRollbacks(
  input: ReconcileInput,
  facts: DecisionFacts,
  loaded: readonly Versioned<Approval>[],
  objections: Objections,
): RollbackPlan {
  const store: ApprovalToStore[] = [];
  const changeSets: ChangeSet[] = [];
  const heldUntil: (string | null)[] = [];
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'rollback' || !isOpen(approval)) continue;
    const transition = withObjection(reconcileRollback(approval, input.snapshot), approval, objections);
    const decision = decideRollback(input, facts, approval);
    const reconciled = applyTransition(input.audit, approval, transition, { supersededBy: null, decision });
    // A rollback has no successor, so it lists the changes itself.
    const updated =
      transition.kind === 'supersede'
        ? { ...reconciled, moved: summarizeChanges(transition.moved).listed }
        : reconciled;
    if (updated !== approval) store.push({ approval: updated, version });
    if (transition.kind !== 'execute' || !decision) continue;
    if (hasOpenEnd(decision)) heldUntil.push(null);
    else if (decision.action === 'hold') heldUntil.push(decision.until);
    // When two rollbacks have a path in common, the second one is superseded in the next reconcile.
    if (decision.action !== 'fix' || changeSets.some((one) => overlaps(one.changes, approval.changes))) continue;
    changeSets.push(changeSetOf(approval));
  }
  return { store, changeSets, heldUntil };
}

/** Whether an operator lifts what holds it, at any time: a stop, also of a scope, or mode audit. */
function hasOpenEnd({ reasons }: Decision): boolean {
  return reasons.some(({ code }) => code === 'stopped' || code === 'mode-audit');
}

/**
 * The decision about an approved change; null when its rule does not exist. Exemptions, rejections and failed fixes do
 * not prevent a rollback.
 */
function decideRollback(
  input: ReconcileInput,
  facts: DecisionFacts,
  { rule: { id }, changes, preserved, digest, health }: Approval,
): Decision | null {
  const rule = input.allRules.find((one) => one.id === id);
  if (!rule) return null;
  const evaluation: Evaluation = {
    ...{ rule, verdict: 'violation', tier: 'risky', severity: rule.severity, changes, preserved },
    reason: 'A fix is put back.',
  };
  const decisionInput = decisionInputOf(input, facts, evaluation, digest);
  // What hurts an app is taken back at once: neither windows nor freezes hold it. A stop does.
  const ordered = health ? { window: null, frozen: null } : {};
  const noHistory = { exemption: null, declined: null, history: NO_HISTORY };
  return decideApproved(evaluation, { ...decisionInput, ...noHistory, ...ordered });
}

function changeSetOf({ id, rule, digest, changes, preserved, health, reasons: approvalReasons }: Approval): ChangeSet {
  if (health)
    return { rule, purpose: 'rollback', digest, changes, preserved, approvalId: id, reasons: approvalReasons };
  const otherReasons = approvalReasons.filter(({ code }) => code !== 'approved');
  const reasons = [{ code: 'approved' as const, text: 'A person has what the fix changed put back.' }, ...otherReasons];
  return { rule, purpose: 'rollback', digest, changes, preserved, approvalId: id, reasons };
}
