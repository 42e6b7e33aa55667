/** The heartbeat of the service, and the subscriptions that Azure throttles. */
import type { Throttle } from '../../../src/domain/decisions/throttle.ts';
import type { Guards } from '../../../src/workflows/ports/guards.ts';

export interface StoredGuards {
  heartbeat: string | null;
  readonly throttles: Map<string, Throttle>;
}

export function fakeGuards(stored: StoredGuards): Guards {
  return {
    read: async (subscriptionId) => ({
      heartbeat: stored.heartbeat,
      throttle: stored.throttles.get(subscriptionId.toLowerCase()) ?? null,
    }),
    readThrottle: async (subscriptionId) => stored.throttles.get(subscriptionId.toLowerCase()) ?? null,
    readHeartbeat: async () => stored.heartbeat,
    writeHeartbeat: async (at) => {
      stored.heartbeat = at.toISOString();
    },
    storeThrottle: async (subscriptionId, throttle) => {
      const key = subscriptionId.toLowerCase();
      const before = stored.throttles.get(key);
      if (!before || before.until < throttle.until) stored.throttles.set(key, throttle);
    },
  };
}
