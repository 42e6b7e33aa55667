/** The heartbeat of the service, and the subscriptions that Azure throttles. */
import { longestThrottle, type Throttle } from '../../../src/domain/decisions/throttle.ts';
import type { Guards, Requester } from '../../../src/workflows/ports/guards.ts';

export interface StoredGuards {
  heartbeat: string | null;
  readonly throttles: Map<string, Throttle>;
  /** Of sweeps alone. */
  readonly sweepThrottles?: Map<string, Throttle>;
}

export function fakeGuards(stored: StoredGuards): Guards {
  const { throttles, sweepThrottles = new Map<string, Throttle>() } = stored;
  const throttleOf = (subscriptionId: string, requester: Requester = 'change') => {
    const followed = requester === 'sweep' ? [throttles, sweepThrottles] : [throttles];
    return longestThrottle(followed.flatMap((one) => one.get(subscriptionId.toLowerCase()) ?? []));
  };
  return {
    read: async (subscriptionId, requester) => ({
      heartbeat: stored.heartbeat,
      throttle: throttleOf(subscriptionId, requester),
    }),
    readThrottle: async (subscriptionId, requester) => throttleOf(subscriptionId, requester),
    readHeartbeat: async () => stored.heartbeat,
    writeHeartbeat: async (at) => {
      stored.heartbeat = at.toISOString();
    },
    storeThrottle: async (subscriptionId, throttle, requester) => {
      const rows = requester === 'sweep' ? sweepThrottles : throttles;
      const key = subscriptionId.toLowerCase();
      const before = rows.get(key);
      if (!before || before.until < throttle.until) rows.set(key, throttle);
    },
  };
}
