/** Schedules wake-ups for what a reconcile leaves open: intents, expiries and holds. */

import type { Resource } from '../../domain/resources/resource.ts';
import { roundUpToMinute } from '../events/requeue.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { ReconcileResult } from './reconcile-result.ts';
import { isUnresolved } from './resolve-intents.ts';

/** `resourceState` was saved by this reconcile. */
export async function scheduleWakeups(
  deps: Deps,
  resource: Resource,
  outcome: ReconcileResult,
  { openApprovals, findings }: ResourceState,
): Promise<void> {
  await wakeForOpenIntents(deps, resource, outcome);
  await wakeForExpiries(deps, resource, outcome, openApprovals);
  await wakeForHeld(deps, resource, findings);
}

export function minutesFromNow(deps: Deps, minutes: number): Date {
  return roundUpToMinute(deps.clock.now().getTime() + minutes * 60_000);
}

/** While an intent has no outcome, the resource is reconciled again at growing intervals. */
async function wakeForOpenIntents(deps: Deps, resource: Resource, outcome: ReconcileResult): Promise<void> {
  const unresolved = outcome.operations.flatMap(({ attempts }) => attempts.filter(({ state }) => isUnresolved(state)));
  const attempts = Math.max(...unresolved.map(({ attemptCount }) => attemptCount));
  const next =
    unresolved.length === 0
      ? null
      : await deps.wakeups.schedule(resource, minutesFromNow(deps, Math.min(360, 2 ** attempts)), 'open intent');
  const { wakeup } = outcome.savedPlan;
  if (wakeup !== null && wakeup !== next) await deps.wakeups.cancel(wakeup);
}

/**
 * The wake-up of an expiry fires once. The clock that fired it may be ahead: an approval that is still pending gets
 * another wake-up.
 */
async function wakeForExpiries(
  deps: Deps,
  resource: Resource,
  { message, state }: ReconcileResult,
  open: readonly string[],
): Promise<void> {
  if (message.cause !== 'wake') return;
  for (const { value } of state.approvals) {
    if (value.status !== 'pending' || !open.includes(value.id)) continue;
    await deps.wakeups.schedule(resource, new Date(value.expiresAt), `approval ${value.id} expires`);
  }
}

/** A hold with a known end gets a wake-up at that minute. */
async function wakeForHeld(deps: Deps, resource: Resource, findings: ResourceState['findings']): Promise<void> {
  const ends = findings.flatMap(({ decision }) => (decision?.action === 'hold' ? (decision.until ?? []) : []));
  if (ends.length === 0) return;
  const first = Math.min(...ends.map((end) => Date.parse(end)));
  await deps.wakeups.schedule(resource, roundUpToMinute(first), 'held until now');
}
