/**
 * The throttling policy of a client. When Azure asks a subscription to wait, that is stored in its row first. Until then
 * no request is sent for this subscription. The row is shared by all instances. Sweeps have a client and a row of their
 * own: what Azure refuses to them slows no change down, and they follow the row of changes, too.
 */

import { nextThrottle, type Throttle, throttleSecondsLeft } from '../domain/decisions/throttle.ts';
import { MINUTE_MS } from '../domain/resources/durations.ts';
import type { Guards, Requester } from '../workflows/ports/guards.ts';
import type { Metrics } from '../workflows/ports/metrics.ts';
import type { Clock, Log } from '../workflows/ports/runtime.ts';
import type { HttpResponse } from './errors.ts';

export interface ThrottlingOptions {
  readonly guards: Guards;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The first wait when Azure does not say how long. */
  readonly firstSeconds: number;
  /** Who uses the client; `change` unless given. */
  readonly requester?: Requester;
}

export interface Throttling {
  /** The given guards. What they read and store about throttling is remembered for the requests that follow. */
  readonly guards: Guards;
  /** Seconds until the subscription may be queried; 0 when it may. Throws StorageUnavailable. */
  secondsLeft(subscriptionId: string): Promise<number>;
  /** Stores that Azure throttled the subscription. `retryAfter` in seconds. Throws StorageUnavailable. */
  follow(subscriptionId: string, retryAfter: number | null): Promise<void>;
}

/** A reconcile reads the row once, with its other guards. */
const REMEMBERED_MS = MINUTE_MS;

/** Bounded, because events can name any subscription. */
const MAX_REMEMBERED = 1000;

export function createThrottling(options: ThrottlingOptions): Throttling {
  const { guards, clock, log, metrics, firstSeconds, requester = 'change' } = options;
  const remembered = new Map<string, { readonly throttle: Promise<Throttle | null>; readonly at: number }>();
  let storing: Promise<void> = Promise.resolve();

  function remember(subscriptionId: string, throttle: Promise<Throttle | null>): Promise<Throttle | null> {
    const key = subscriptionId.toLowerCase();
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, { throttle, at: clock.now().getTime() });
    throttle.catch(() => remembered.delete(key));
    return throttle;
  }

  function currentThrottle(subscriptionId: string): Promise<Throttle | null> {
    const known = remembered.get(subscriptionId.toLowerCase());
    if (known && Math.abs(clock.now().getTime() - known.at) < REMEMBERED_MS) return known.throttle;
    return remember(subscriptionId, guards.readThrottle(subscriptionId, requester));
  }

  async function followOnce(subscriptionId: string, retryAfter: number | null): Promise<void> {
    const last = await currentThrottle(subscriptionId);
    const next = nextThrottle(last, retryAfter, clock.now(), firstSeconds);
    if (next === last) return;
    remember(subscriptionId, Promise.resolve(next));
    await guards.storeThrottle(subscriptionId, next, requester);
    log.warn(
      { subscriptionId, requester, retryAfter, until: next.until },
      'Azure throttles; the subscription slows down',
    );
    metrics.count('throttled');
  }

  return {
    guards: {
      ...guards,
      async read(subscriptionId) {
        const found = await guards.read(subscriptionId, requester);
        remember(subscriptionId, Promise.resolve(found.throttle));
        return found;
      },
      readThrottle: (subscriptionId) => remember(subscriptionId, guards.readThrottle(subscriptionId, requester)),
    },

    async secondsLeft(subscriptionId) {
      return throttleSecondsLeft(await currentThrottle(subscriptionId), clock.now());
    },

    follow(subscriptionId, retryAfter) {
      // One after the other: parallel requests get the same answer, which is stored once.
      storing = storing.catch(() => undefined).then(() => followOnce(subscriptionId, retryAfter));
      return storing;
    },
  };
}

/** The id of the subscription of a request. Resource Graph is asked for none, and has a quota of its own. */
export function subscriptionOf({ pathname }: URL): string | null {
  return /^\/subscriptions\/([^/]+)/i.exec(pathname)?.[1] ?? null;
}

/** The answer to a request that was not sent, as Azure would give it. */
export function notAsked({ pathname }: URL, waitSeconds: number): HttpResponse {
  const message = 'Azure has asked this subscription to wait, so it was not asked.';
  return {
    status: 429,
    path: pathname,
    body: { error: { code: 'NotAsked', message } },
    header: (name) => (name === 'retry-after' ? String(waitSeconds) : undefined),
  };
}
