/**
 * Plans a reconcile: resolves open intents, evaluates every rule, reconciles approvals, and selects what is written.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { AuditRecord } from '../../domain/audit/audit.ts';
import type { BudgetHold } from '../../domain/decisions/constraints.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';
import { recheckSeparation } from '../approvals/recheck-separation.ts';
import { type ApprovalPlan, type Objections, reconcileApprovals } from '../approvals/reconcile-approvals.ts';
import { overlaps, reconcileRollbacks } from '../approvals/reconcile-rollbacks.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { Attempt, OpenOperation, ResourceState } from '../ports/resource-states.ts';
import type { AttemptOutcome } from '../state/attempts.ts';
import type { AuditContext } from '../state/audit-records.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { selectAuthorized } from './authorize-write.ts';
import { enforceBudget } from './enforce-budget.ts';
import { evaluateRules } from './evaluate-rules.ts';
import { exemptRollbacks } from './exempt-rollbacks.ts';
import { limitOperations } from './limit-operations.ts';
import { isAttemptOf, planOperations } from './plan-operations.ts';
import { deferAttempts, endSuperseded, resolveIntents } from './resolve-intents.ts';

export interface ReconcilePlan {
  readonly approvals: ApprovalPlan;
  /** The change sets that are written now. */
  readonly changeSets: readonly ChangeSet[];
  /** The operations to store: those of the change sets, and those that are open or may be attempted again. */
  readonly operations: readonly OpenOperation[];
  /** The outcomes of earlier intents. */
  readonly records: readonly AuditRecord[];
  readonly outcomes: readonly AttemptOutcome[];
  /** The exemptions that are in force now. */
  readonly exemptions: readonly Exemption[];
  /** The reason when fixes are on hold because of the budget. */
  readonly budgetHold: BudgetHold | null;
  /** Azure still executes an earlier write, so nothing else is written. */
  readonly running: boolean;
  /** Includes the writers that the Activity Log contains. */
  readonly resourceState: ResourceState;
  /** The events that were checked. Later events are checked right before the write. */
  readonly events: readonly StoredEvent[];
}

export async function planReconcile(
  deps: Deps,
  resource: Resource,
  loaded: ReconcileState,
  rules: readonly EffectiveRule[],
  snapshot: Snapshot,
  context: AuditContext,
): Promise<ReconcilePlan> {
  const now = new Date(context.at);
  const resolution = await resolveIntents(deps, loaded.resourceState.operations, snapshot, context);
  // Before the evaluation: a rolled-back fix must not be applied again.
  const exemptions = await exemptRollbacks(deps, resource, loaded, resolution.outcomes);
  const separation = await recheckSeparation(
    deps,
    resource,
    { ...loaded, exemptions },
    evaluateRules(deps, resource, rules, { ...loaded, exemptions }, snapshot, now),
  );
  const { state, evaluated } = separation;
  // A write that Azure is executing cannot be stopped by a new approval request.
  const objections: Objections = resolution.running ? new Map() : separation.objections;
  // The outcome of an approved write decides about its approval. The fresh verdict does not.
  const carriedOut = new Set(resolution.outcomes.map(({ attempt }) => attempt.approvalId));
  const unresolved = state.approvals.filter(({ value }) => !carriedOut.has(value.id));
  const rollbacks = await reconcileRollbacks(deps, resource, state, unresolved, snapshot, context, objections);
  const fixes = reconcileApprovals(
    resource,
    unresolved,
    evaluated,
    snapshot,
    context,
    { now, expireHours: state.settings.settings.approvals.expireHours },
    objections,
    () => deps.approvals.newId(now),
  );
  const approvals: ApprovalPlan = { ...fixes, store: [...rollbacks.store, ...fixes.store] };
  const checked = { resourceState: state.resourceState, events: separation.events };
  if (resolution.running) return { ...resolution, ...checked, approvals, exemptions, budgetHold: null, changeSets: [] };
  // Nothing else is written at the paths of a rollback.
  const executable = selectChangeSets(evaluated, fixes.execute).filter(
    ({ changes }) => !rollbacks.changeSets.some((one) => overlaps(one.changes, changes)),
  );
  const mayBeAttempted = (one: ChangeSet) => !isStillBlocked(one, resolution.operations, state);
  const { changeSets: allowed, budget } = await enforceBudget(deps, resource, state, executable.filter(mayBeAttempted));
  const selected = [...rollbacks.changeSets.filter(mayBeAttempted), ...allowed];
  const { changeSets: authorized, store } = await selectAuthorized(deps, resource, selected, unresolved, context);
  const changeSets = await limitOperations(deps, resource, resolution.operations, authorized);
  const openRollbacks = unresolved.flatMap(({ value }) =>
    value.purpose === 'rollback' && isOpen(value) ? value.digest : [],
  );
  // When a rule could not be evaluated, it is not known whether its attempts are still needed.
  const unchecked = evaluated.flatMap(({ evaluation: { verdict, rule } }) => (verdict === 'unknown' ? rule.id : []));
  const inconclusive = resolution.operations.flatMap(({ attempts }) =>
    attempts.filter(({ rule }) => unchecked.includes(rule)),
  );
  const needed = new Set([
    ...evaluated.flatMap(({ digest }) => digest ?? []),
    ...openRollbacks,
    ...inconclusive.map(({ digest }) => digest),
  ]);
  const superseded = endSuperseded(resolution, approvals, context);
  const isAttempted = (attempt: Attempt) => changeSets.some((one) => isAttemptOf(attempt, one));
  const deferred = deferAttempts({ ...resolution, operations: superseded.operations }, isAttempted, needed, context);
  return {
    approvals: { ...approvals, store: [...approvals.store, ...store] },
    changeSets,
    operations: await planOperations(deps, markHeld(deferred.operations, changeSets, state), changeSets, context),
    records: [...resolution.records, ...superseded.records, ...deferred.records],
    outcomes: [...resolution.outcomes, ...superseded.outcomes, ...deferred.outcomes],
    exemptions,
    budgetHold: budget,
    running: false,
    ...checked,
  };
}

/**
 * Whether Azure blocked this change set before. It is attempted again on an event, on a sweep, or when a user requests
 * it. A wake-up is none of these: it is for other work on the same resource.
 */
function isStillBlocked(
  { digest, approvalId }: ChangeSet,
  operations: readonly OpenOperation[],
  state: ReconcileState,
): boolean {
  if (state.message.cause !== 'wake') return false;
  const newlyDecided = state.approvals.some(({ value }) => value.id === approvalId && value.status === 'approved');
  const attempts = operations.flatMap((operation) => operation.attempts);
  return !newlyDecided && attempts.some((attempt) => attempt.digest === digest && attempt.state === 'blocked');
}

/** Marks blocked attempts that are now on hold for another reason. A wake-up attempts them when the hold ends. */
function markHeld(
  operations: readonly OpenOperation[],
  changeSets: readonly ChangeSet[],
  { message }: ReconcileState,
): readonly OpenOperation[] {
  if (message.cause === 'wake') return operations;
  const isHeld = ({ digest, state }: Attempt) =>
    state === 'blocked' && !changeSets.some((one) => one.digest === digest);
  return operations.map((operation) => ({
    ...operation,
    attempts: operation.attempts.map((attempt): Attempt => (isHeld(attempt) ? { ...attempt, state: 'held' } : attempt)),
  }));
}

/** Approved changes, and violations that may be fixed. An approved change is included once. */
function selectChangeSets(evaluated: readonly EvaluatedRule[], approved: readonly Approval[]): ChangeSet[] {
  return evaluated.flatMap(({ evaluation, digest, decision, approvedDecision }): ChangeSet[] => {
    if (digest === null) return [];
    const approval = approved.find((one) => one.digest === digest);
    const action = approval ? approvedDecision?.action : decision?.action;
    if (action !== 'fix') return [];
    const { rule, changes, preserved } = evaluation;
    const reasons = approval ? [{ code: 'approved' as const, text: 'A person approved this change.' }] : [];
    return [{ rule, purpose: 'fix', digest, changes, preserved, approvalId: approval?.id ?? null, reasons }];
  });
}
