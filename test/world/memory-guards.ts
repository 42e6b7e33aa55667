/** When the service was last known to run, and which subscriptions Azure has asked to wait. */
import type { Guards, Throttle } from '../../src/workflows/ports.ts';

export interface StoredGuards {
  heartbeat: string | null;
  readonly throttles: Map<string, Throttle>;
}

export function memoryGuards(stored: StoredGuards): Guards {
  return {
    read: async (subscriptionId) => ({
      heartbeat: stored.heartbeat,
      throttle: stored.throttles.get(subscriptionId.toLowerCase()) ?? null,
    }),
    heartbeat: async () => stored.heartbeat,
    beat: async (at) => {
      stored.heartbeat = at.toISOString();
    },
    throttle: async (subscriptionId, throttle) => {
      const key = subscriptionId.toLowerCase();
      const before = stored.throttles.get(key);
      if (!before || before.until < throttle.until) stored.throttles.set(key, throttle);
    },
  };
}
