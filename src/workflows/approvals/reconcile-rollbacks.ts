/**
 * Compares every open rollback with the fresh snapshot. It is executed while the values are those that the fix wrote,
 * whatever the verdict of the rule. This only plans, with one exception: a rollback on hold gets a wake-up, because no
 * finding shows it.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { reconcileRollback } from '../../domain/approvals/rollback.ts';
import { summarizeChanges } from '../../domain/changes/diff-summary.ts';
import { decideApproved } from '../../domain/decisions/decide.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Evaluation } from '../../domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import { roundUpToMinute } from '../events/requeue.ts';
import type { Deps } from '../ports/deps.ts';
import type { Versioned } from '../ports/storage.ts';
import type { AuditContext } from '../state/audit-records.ts';
import { NO_CHANGERS } from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import { decisionInputOf } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { type ApprovalPlan, applyTransition, type Objections, withObjection } from './reconcile-approvals.ts';

export interface RollbackPlan {
  readonly store: ApprovalPlan['store'];
  readonly changeSets: readonly ChangeSet[];
}

/** The wait before the next reconcile when the end of a hold is not known. */
const HELD_MINUTES = 5;

export async function reconcileRollbacks(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  loaded: readonly Versioned<Approval>[],
  snapshot: Snapshot,
  context: AuditContext,
  objections: Objections,
): Promise<RollbackPlan> {
  const store: { approval: Approval; version: string | null }[] = [];
  const changeSets: ChangeSet[] = [];
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'rollback' || !isOpen(approval)) continue;
    const transition = withObjection(reconcileRollback(approval, snapshot), approval, objections);
    const evaluated = evaluateRollback(deps, resource, state, snapshot, context, approval);
    const reconciled = applyTransition(approval, transition, null, evaluated, context);
    // A rollback has no successor, so it lists the changes itself.
    const updated =
      transition.kind === 'supersede'
        ? { ...reconciled, moved: summarizeChanges(transition.moved).listed }
        : reconciled;
    if (updated !== approval) store.push({ approval: updated, version });
    if (transition.kind !== 'execute') continue;
    const decision = evaluated?.approvedDecision;
    if (decision?.action === 'hold') await scheduleHeldWakeup(deps, resource, decision.until);
    // When two rollbacks have a path in common, the second one is superseded in the next reconcile.
    if (decision?.action !== 'fix' || changeSets.some(({ changes }) => overlaps(changes, approval.changes))) continue;
    changeSets.push(changeSetOf(approval));
  }
  return { store, changeSets };
}

/** Whether two sets of changes have a path in common. */
export function overlaps(a: Approval['changes'], b: Approval['changes']): boolean {
  return a.some(({ document, path }) => b.some((other) => other.document === document && other.path === path));
}

/**
 * Evaluates the constraints for an approved change. Exemptions, rejections and failed fixes do not prevent a rollback.
 */
function evaluateRollback(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  snapshot: Snapshot,
  { at }: AuditContext,
  { rule: { id }, changes, preserved, digest }: Approval,
): EvaluatedRule | null {
  const rule = deps.rules.find((one) => one.id === id);
  if (!rule) return null;
  const evaluation: Evaluation = {
    ...{ rule, verdict: 'violation', tier: 'risky', severity: rule.severity, changes, preserved },
    reason: 'A fix is put back.',
  };
  const input = decisionInputOf(deps, resource, state, snapshot, new Date(at), evaluation, digest);
  const approvedDecision = decideApproved(evaluation, {
    ...input,
    exemption: null,
    declined: null,
    history: NO_HISTORY,
  });
  return { evaluation, digest, decision: null, approvedDecision, changers: NO_CHANGERS };
}

function changeSetOf({ id, rule, digest, changes, preserved, reasons: approvalReasons }: Approval): ChangeSet {
  const otherReasons = approvalReasons.filter(({ code }) => code !== 'approved');
  const reasons = [{ code: 'approved' as const, text: 'A person has what the fix changed put back.' }, ...otherReasons];
  return { rule, purpose: 'rollback', digest, changes, preserved, approvalId: id, reasons };
}

async function scheduleHeldWakeup(deps: Deps, resource: Resource, until: string | null): Promise<void> {
  const now = deps.clock.now().getTime();
  const at = until === null ? now + HELD_MINUTES * 60_000 : Math.max(now + 60_000, Date.parse(until));
  await deps.wakeups.schedule(resource, roundUpToMinute(at), 'a rollback is held');
}
