/** Queues resources for a reconcile, so that no crash loses one. */
import { MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from './deps.ts';

/** Queues a reconcile of a resource, for now. */
export async function enqueue(
  { queue }: Pick<Deps, 'queue'>,
  resource: { readonly id: string },
  cause: 'wake' | 'decision' = 'wake',
): Promise<void> {
  await queue.send({ resource: resource.id, cause, attempt: 0 }, 0);
}

/**
 * Does work that stores something and queues a reconcile that acts on it. A wake-up is scheduled before the work and
 * cancelled after it. When the message does not reach the queue, housekeeping sends it. `why` names the wake-up.
 */
export async function withWakeup<T>(
  { clock, wakeups }: Pick<Deps, 'clock' | 'wakeups'>,
  resource: Resource,
  why: string,
  work: () => Promise<T>,
): Promise<T> {
  const wakeup = await wakeups.schedule(resource, timeAfter(clock.now(), MINUTE_MS), why);
  const result = await work();
  await wakeups.cancel(wakeup);
  return result;
}
