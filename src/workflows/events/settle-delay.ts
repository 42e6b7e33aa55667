/**
 * The settle delay lets a deployment finish before its resource is reconciled. Each further event of the same resource
 * with the same correlation id or principal restarts it, to ten minutes after the first at most.
 */
import { SECOND_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { StoredEvent } from '../ports/events.ts';

const MAX_SETTLE_SECONDS = 600;

/**
 * Seconds that this event still waits; 0 when the reconcile is due. A time further ahead than any delay comes from a
 * wrong clock, so the reconcile is due, too.
 */
export function remainingDelay(
  event: StoredEvent,
  waiting: readonly StoredEvent[],
  settleSeconds: number,
  now: Date,
): number {
  const times = waiting.filter((other) => isRelated(event, other)).map(({ receivedAt }) => Date.parse(receivedAt));
  const own = Date.parse(event.receivedAt);
  const first = Math.min(own, ...times);
  const last = Math.max(own, ...times);
  const due = Math.min(last + settleSeconds * SECOND_MS, Math.max(first + MAX_SETTLE_SECONDS * SECOND_MS, own));
  const left = (due - now.getTime()) / SECOND_MS;
  return left > MAX_SETTLE_SECONDS ? 0 : Math.max(0, left);
}

/**
 * Events received by this time are covered by a reconcile with its first read at `firstRead`: their changes were
 * visible.
 */
export function coveredBefore(firstRead: Date, settleSeconds: number): string {
  const margin = Math.min(5, settleSeconds / 2);
  return timeAfter(firstRead, -margin * SECOND_MS).toISOString();
}

function isRelated(a: StoredEvent, b: StoredEvent): boolean {
  const sameDeployment = a.event.correlationId !== null && a.event.correlationId === b.event.correlationId;
  const caller = a.event.changedBy?.objectId;
  return sameDeployment || (caller !== undefined && caller === b.event.changedBy?.objectId);
}
