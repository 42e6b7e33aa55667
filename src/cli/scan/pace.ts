/**
 * The pace of reads: at most so many requests in any second and subscription, and none while Azure has asked to wait.
 * Azure refills 25 reads a second for each subscription and principal (Request limits and throttling, May 2025).
 */
import { nextThrottle, type Throttle, throttleSecondsLeft } from '../../domain/decisions/throttle.ts';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import type { Clock } from '../../workflows/ports/runtime.ts';

export const READS_PER_SECOND = 25;

/** The first wait when Azure does not say how long. */
const FIRST_SECONDS = 10;

/** What a client of Resource Manager asks before each request, see `Throttling` in src/azure. */
export interface Pace {
  /** Waits until the next request may be sent; always 0. Rejects when the clock is stopped. */
  secondsLeft(subscriptionId: string): Promise<number>;
  /** Azure throttled the subscription. `retryAfter` in seconds. */
  follow(subscriptionId: string, retryAfter: number | null): Promise<void>;
}

export interface PaceOptions {
  readonly clock: Clock;
  readonly readsPerSecond?: number;
  /** Called when Azure asks a subscription to wait. */
  readonly onThrottled?: (subscriptionId: string, seconds: number) => void;
}

interface Lane {
  /** Times of the last requests, in milliseconds since 1970, oldest first; at most as many as one second may have. */
  readonly sent: number[];
  throttle: Throttle | null;
}

export function createPace({ clock, readsPerSecond = READS_PER_SECOND, onThrottled }: PaceOptions): Pace {
  const lanes = new Map<string, Lane>();

  function laneOf(subscriptionId: string): Lane {
    const key = subscriptionId.toLowerCase();
    const lane = lanes.get(key) ?? { sent: [], throttle: null };
    lanes.set(key, lane);
    return lane;
  }

  return {
    async secondsLeft(subscriptionId) {
      const lane = laneOf(subscriptionId);
      for (;;) {
        const now = clock.now().getTime();
        const throttled = throttleSecondsLeft(lane.throttle, clock.now()) * SECOND_MS;
        const oldest = lane.sent.length < readsPerSecond ? now : (lane.sent[0] ?? now) + SECOND_MS;
        const at = Math.max(now, oldest);
        if (throttled > 0) await clock.sleep(throttled);
        else {
          // Taken before the wait: whoever asks meanwhile gets a later time.
          lane.sent.push(at);
          if (lane.sent.length > readsPerSecond) lane.sent.shift();
          if (at > now) await clock.sleep(at - now);
          if (throttleSecondsLeft(lane.throttle, clock.now()) === 0) return 0;
        }
      }
    },

    async follow(subscriptionId, retryAfter) {
      const lane = laneOf(subscriptionId);
      const next = nextThrottle(lane.throttle, retryAfter, clock.now(), FIRST_SECONDS);
      if (next === lane.throttle) return;
      lane.throttle = next;
      onThrottled?.(subscriptionId, throttleSecondsLeft(next, clock.now()));
    },
  };
}
