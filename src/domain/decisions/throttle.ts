/** How long a subscription waits after Azure throttled a request. Azure throttles by subscription and principal. */

import * as z from 'zod';
import { SECOND_MS, secondsBetween, timeAfter } from '../resources/durations.ts';
import { isInFuture, MAX_WAIT_SECONDS } from '../resources/limits.ts';
import { type Infer, time } from '../resources/schema.ts';

/** A wait that Azure requested for a subscription (ISO). It is kept after its end, so that the next one can be longer. */
export const throttleSchema = z.strictObject({ since: time, until: time });
export type Throttle = Infer<typeof throttleSchema>;

/** Of several waits the one that ends last. */
export function longestThrottle(throttles: readonly Throttle[]): Throttle | null {
  return throttles.reduce<Throttle | null>((last, one) => (last === null || one.until > last.until ? one : last), null);
}

const MAX_BACKOFF_SECONDS = 300;

/** When Azure throttles again within this time, the last wait was too short. */
const REPEAT_WINDOW_SECONDS = 600;

/** Whether a stored wait ends later than any that Azure can request. Such a wait does not count. */
export function isTooLong({ until }: Throttle, now: Date): boolean {
  return isInFuture(until, now, MAX_WAIT_SECONDS);
}

/** Whole seconds until the subscription may be queried again; 0 when it may. */
export function throttleSecondsLeft(throttle: Throttle | null, now: Date): number {
  if (throttle === null || isTooLong(throttle, now)) return 0;
  return Math.max(0, Math.ceil(secondsBetween(now, throttle.until)));
}

/**
 * The wait after a throttled response; `last` itself when the response says nothing new, as those to parallel requests.
 * `retryAfter`: the seconds that Azure requested; null when it named none. `first`: the seconds of the first wait then.
 */
export function nextThrottle(last: Throttle | null, retryAfter: number | null, now: Date, first: number): Throttle {
  const left = throttleSecondsLeft(last, now);
  if (last !== null && left > 0 && (retryAfter ?? 0) <= left) return last;
  const seconds = Math.max(1, retryAfter ?? backoffSeconds(last, now, first));
  return { since: now.toISOString(), until: timeAfter(now, seconds * SECOND_MS).toISOString() };
}

/** Seconds to wait when Azure did not say how long. */
function backoffSeconds(last: Throttle | null, now: Date, first: number): number {
  if (last === null || isTooLong(last, now)) return first;
  if (secondsBetween(last.until, now) > REPEAT_WINDOW_SECONDS) return first;
  const before = secondsBetween(last.since, last.until);
  return Math.min(MAX_BACKOFF_SECONDS, Math.max(first, before * 2));
}
