/**
 * reconcile(resource) is the only path to a write. Under the lease of the resource it resolves open intents,
 * evaluates, reconciles approvals, decides, writes, verifies and records. The resource is read again: the event only
 * says which one. Running it twice changes nothing. After a crash at any point, the next run repairs the state.
 */

import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { canonicalResource, isProvisioned, stateOf } from '../../domain/resources/snapshot.ts';
import { flushApprovalRecords } from '../approvals/store-approval.ts';
import { fanOutToSlots } from '../events/configuration-moves.ts';
import {
  delay,
  initialDelay,
  isAlreadySwept,
  nextRequeue,
  type Requeue,
  requeue,
  requeueForLease,
  scheduleWakeup,
} from '../events/requeue.ts';
import { checkGuards } from '../guards/check-guards.ts';
import type { Deps } from '../ports/deps.ts';
import { ConflictError } from '../ports/storage.ts';
import type { Lease, WorkMessage } from '../ports/work.ts';
import { auditContextOf } from '../state/audit-records.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { applyPlan } from './apply-plan.ts';
import { documentsToRead, dueRules, effectiveRules, evaluateRules } from './evaluate-rules.ts';
import { exemptRollbacks } from './exempt-rollbacks.ts';
import { updateHistory } from './fix-history.ts';
import { loadState } from './load-state.ts';
import { planReconcile } from './plan-reconcile.ts';
import { recordDeletion } from './record-deletion.ts';
import { recordOutcome, savePlan } from './record-outcome.ts';

/**
 * Handles one message. Returns false when the message was requeued. Throws when it could not be handled: then the
 * queue delivers it again.
 */
export async function reconcile(baseDeps: Deps, message: WorkMessage): Promise<boolean> {
  const resource = parseResourceId(message.resource);
  if (!resource) throw new Error(`the message names '${message.resource}', which is no resource that Plumbline knows`);
  const [guards, concluded] = await Promise.all([
    checkGuards(baseDeps, resource.subscriptionId),
    isConcluded(baseDeps, resource, message),
  ]);
  if (concluded) return true;
  const { deps, waitSeconds } = guards;
  if (waitSeconds > 0) {
    await delay(deps, resource, message, waitSeconds);
    return false;
  }
  const lease = await deps.leases.acquire(resource);
  if (!lease) {
    await requeue(deps, message, requeueForLease(deps, message));
    return false;
  }
  let retry: Requeue | null;
  try {
    retry = await reconcileUnderLease(deps, lease, resource, message);
  } catch (error) {
    // An approval was decided, or another instance saved, between the load and the save: reconcile again at once.
    if (!(error instanceof ConflictError)) throw error;
    retry = { delaySeconds: 1, countsAsAttempt: true };
  } finally {
    await lease.release();
  }
  if (retry) await requeue(deps, message, retry);
  return retry === null;
}

async function isConcluded({ events }: Deps, resource: Resource, { event }: WorkMessage): Promise<boolean> {
  if (!event) return false;
  const stored = await events.get(resource, event.id);
  return !stored || stored.outcome !== null;
}

async function reconcileUnderLease(
  deps: Deps,
  lease: Lease,
  requested: Resource,
  message: WorkMessage,
): Promise<Requeue | null> {
  const loaded = await loadState(deps, requested, message);
  if (isAlreadySwept(deps, message, loaded)) return null;
  const wait = initialDelay(deps, message, loaded);
  if (wait === 'concluded') return null;
  if (wait > 0 && message.cause === 'wake') return scheduleWakeup(deps, requested, wait);
  if (wait > 0) return { delaySeconds: wait, countsAsAttempt: false };

  let state: ReconcileState = {
    ...loaded,
    approvals: await Promise.all(loaded.approvals.map((one) => flushApprovalRecords(deps, one))),
  };
  const rules = effectiveRules(deps, requested, state);
  const due = dueRules(requested, rules, state);
  const firstRead = deps.clock.now();
  const snapshot = await deps.arm.read(requested, documentsToRead(requested, due, state));
  const resource = canonicalResource(snapshot);
  const context = auditContextOf(deps, resource, message, state, firstRead);
  if (stateOf(snapshot, 'resource').status === 'missing') {
    await recordDeletion(deps, resource, state, snapshot, context);
    return null;
  }
  await fanOutToSlots(deps, resource, state.waitingEvents, snapshot);
  const plan = await planReconcile(deps, resource, state, due, snapshot, context);
  state = { ...state, resourceState: plan.resourceState };
  const savedPlan = await savePlan(deps, resource, state, plan, context);
  const applied = await applyPlan(deps, lease, resource, snapshot, plan, context);
  const { snapshot: finalSnapshot, retryWriteSeconds } = applied;
  const { conclusive, seconds } = nextRequeue(deps, message, { snapshot, running: plan.running, retryWriteSeconds });
  const declined = { ...state.resourceState.declined, ...plan.approvals.expired };
  const exemptions = await exemptRollbacks(deps, resource, { ...state, exemptions: plan.exemptions }, applied.outcomes);
  const outcomes = [...plan.outcomes, ...applied.outcomes];
  const history = updateHistory(state.resourceState.history, outcomes, deps.clock.now());
  const resourceState = { ...state.resourceState, declined, history };
  const after: ReconcileState = {
    ...state,
    exemptions,
    resourceState,
    budgetHold: plan.budgetHold,
    isSweep: false,
  };
  await recordOutcome(deps, resource, {
    state,
    savedPlan,
    context,
    rules,
    evaluated: evaluateRules(deps, resource, due, after, finalSnapshot, deps.clock.now()),
    snapshot: finalSnapshot,
    approvals: plan.approvals,
    operations: applied.operations,
    records: [...plan.records, ...applied.records],
    outcomes,
    history,
    firstRead,
    conclusive,
    provisioned: !plan.running && isProvisioned(finalSnapshot),
    message,
    requeueSeconds: seconds,
  });
  if (seconds === null) return null;
  if (message.cause !== 'wake') return { delaySeconds: seconds, countsAsAttempt: true };
  // Housekeeping handles wake-ups. An open intent has a wake-up already, at growing intervals.
  return retryWriteSeconds ? null : scheduleWakeup(deps, resource, seconds);
}
