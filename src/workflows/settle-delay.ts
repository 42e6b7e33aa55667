/**
 * How long an event waits before anybody looks, so that a deployment can finish: the settle delay, started again by each
 * further event of the same resource with the same correlation id or principal, to ten minutes after the first at most.
 */
import type { StoredEvent } from './ports.ts';

const LONGEST_SECONDS = 600;

/**
 * Seconds that this event still has to wait; 0 when it is time to look. A time further ahead than any wait is that of a clock
 * which has jumped, or of another instance's: then it is time to look, too.
 */
export function remainingDelay(
  event: StoredEvent,
  waiting: readonly StoredEvent[],
  settleSeconds: number,
  now: Date,
): number {
  const times = waiting.filter((other) => related(event, other)).map(({ receivedAt }) => Date.parse(receivedAt));
  const own = Date.parse(event.receivedAt);
  const first = Math.min(own, ...times);
  const last = Math.max(own, ...times);
  const due = Math.min(last + settleSeconds * 1000, Math.max(first + LONGEST_SECONDS * 1000, own));
  const left = (due - now.getTime()) / 1000;
  return left > LONGEST_SECONDS ? 0 : Math.max(0, left);
}

/** Events received by this time are covered by a look that began at `firstRead`: what they announced was there to be seen. */
export function coveredBefore(firstRead: Date, settleSeconds: number): string {
  const margin = Math.min(5, settleSeconds / 2);
  return new Date(firstRead.getTime() - margin * 1000).toISOString();
}

function related(a: StoredEvent, b: StoredEvent): boolean {
  const sameDeployment = a.event.correlationId !== null && a.event.correlationId === b.event.correlationId;
  const caller = a.event.changedBy?.objectId;
  return sameDeployment || (caller !== undefined && caller === b.event.changedBy?.objectId);
}
