/**
 * reconcile(resource) is the only path to a write. Under the lease of the resource it resolves open intents,
 * evaluates, reconciles approvals, decides, writes, verifies and records. The resource is read again: the event only
 * says which one. Running it twice changes nothing. After a crash at any point, the next run repairs the state.
 */

import { parseResourceId } from '../../domain/resources/resource.ts';
import { stateOf } from '../../domain/resources/snapshot.ts';
import { fanOutToSlots } from '../events/configuration-moves.ts';
import { isConcluded, later, resultBeforeRead, retryForLease } from '../events/requeue.ts';
import { checkGuards } from '../guards/check-guards.ts';
import { checkGate } from '../health-gate/check-gate.ts';
import { openGate, startGate } from '../health-gate/open-gate.ts';
import type { Deps } from '../ports/deps.ts';
import { ConflictError } from '../ports/storage.ts';
import { DONE, type Result, type WorkMessage } from '../ports/work.ts';
import type { LoadedRows } from '../state/reconcile-context.ts';
import { applyPlan } from './apply-plan.ts';
import { claim } from './claim.ts';
import { evaluateResource } from './evaluate.ts';
import { flushRecords, loadRows, loadState } from './load-state.ts';
import { planAttempts } from './plan-attempts.ts';
import { planReconcile } from './plan-reconcile.ts';
import { type LeasedMessage, readResource } from './read-resource.ts';
import { recordDeletion } from './record-deletion.ts';
import { recordOutcome } from './record-outcome.ts';
import { remember } from './remember.ts';

/**
 * Handles one message, and says what becomes of it. Throws when it could not be handled: then the queue delivers it
 * again.
 */
export async function reconcile(deps: Deps, message: WorkMessage): Promise<Result> {
  const resource = parseResourceId(message.resource);
  if (!resource) throw new Error(`the message names '${message.resource}', which is no resource that Plumbline knows`);
  if (message.gate !== undefined) return checkGate(deps, message.gate, message.attempt);
  const rows = await loadRows(deps, resource);
  if (isConcluded(message, rows)) return DONE;
  const waitSeconds = await checkGuards(deps, resource.subscriptionId);
  if (waitSeconds > 0) return later(message, waitSeconds);
  const early = resultBeforeRead(deps, message, rows);
  if (early) return early;
  const lease = await deps.resources.acquire(resource, rows.lease);
  if (!lease) return retryForLease(deps, message);
  try {
    return await reconcileUnderLease(deps, { message, resource, lease }, rows);
  } catch (error) {
    // An approval was decided, or another instance saved, between the load and the save: reconcile again at once.
    if (!(error instanceof ConflictError)) throw error;
    return { kind: 'requeue', seconds: 1, countsAsAttempt: true };
  } finally {
    await lease.release();
  }
}

/** The phases: load, read, evaluate, plan, claim, remember, apply, record. What the claim grants becomes attempts. */
async function reconcileUnderLease(deps: Deps, leased: LeasedMessage, rows: LoadedRows): Promise<Result> {
  const state = await flushRecords(deps, await loadState(deps, leased, rows));
  const context = await readResource(deps, leased, state);
  if (stateOf(context.snapshot, 'resource').status === 'missing') {
    await recordDeletion(context);
    return DONE;
  }
  await fanOutToSlots(deps, context.resource, state.waitingEvents, context.snapshot);
  const assessment = await evaluateResource(context);
  const plan = planReconcile(context, assessment);
  const claimed = await claim(context, assessment.attempts, plan);
  const planned = planAttempts(context, plan, claimed);
  const saved = await remember(context, assessment, plan, planned);
  const gate = await openGate(context, planned.attempts);
  const applied = await applyPlan(context, planned.attempts, assessment.events);
  const attempts = [...planned.earlier, ...applied.attempts];
  const result = await recordOutcome(context, { assessment, plan, claimed, attempts, saved, applied });
  await startGate(context, gate, applied.attempts);
  return result;
}
