/** Schedules wake-ups for what a reconcile leaves open: intents, expiries and holds. */

import { isUnresolved, type StoredAttempt } from '../../domain/approvals/attempt.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { roundUpToMinute, secondsFromNow } from './requeue.ts';

/** `resourceState` is saved after this. Returns the wake-up for the intents that remain open; null when none does. */
export async function scheduleWakeups(
  context: ReconcileContext,
  { attempts, openApprovals, findings }: ResourceState,
): Promise<string | null> {
  const forIntents = await wakeForOpenIntents(context, attempts);
  await wakeForExpiries(context, openApprovals);
  await wakeForHeld(context, findings);
  return forIntents;
}

/** While an intent has no outcome, the resource is reconciled again at growing intervals. */
async function wakeForOpenIntents(
  { deps, resource }: ReconcileContext,
  attempts: readonly StoredAttempt[],
): Promise<string | null> {
  const unresolved = attempts.filter(isUnresolved);
  if (unresolved.length === 0) return null;
  const minutes = Math.min(360, 2 ** Math.max(...unresolved.map(({ number }) => number)));
  return deps.wakeups.schedule(resource, secondsFromNow(deps, minutes * 60), 'open intent');
}

/**
 * The wake-up of an expiry fires once. The clock that fired it may be ahead: an approval that is still pending gets
 * another wake-up.
 */
async function wakeForExpiries(
  { deps, resource, message, state }: ReconcileContext,
  open: readonly string[],
): Promise<void> {
  if (message.cause !== 'wake') return;
  for (const { value } of state.approvals) {
    if (value.status !== 'pending' || !open.includes(value.id)) continue;
    await deps.wakeups.schedule(resource, new Date(value.expiresAt), `approval ${value.id} expires`);
  }
}

/** A hold with a known end gets a wake-up at that minute. */
async function wakeForHeld({ deps, resource }: ReconcileContext, findings: ResourceState['findings']): Promise<void> {
  const ends = findings.flatMap(({ decision }) => (decision?.action === 'hold' ? (decision.until ?? []) : []));
  if (ends.length === 0) return;
  const first = Math.min(...ends.map((end) => Date.parse(end)));
  await deps.wakeups.schedule(resource, roundUpToMinute(first), 'held until now');
}
