/** Leases on resources, timed by the clock. */
import type { Clock } from '../../../src/workflows/ports/runtime.ts';
import type { Lease, Leases } from '../../../src/workflows/ports/work.ts';

const LEASE_MS = 30_000;

/** A living holder renews in time; a dead one is recognised by the clock. */
export function fakeLeases(clock: Clock, held: Map<string, { holder: number; until: number }>): Leases {
  let holders = 0;
  return {
    acquire: async ({ key }): Promise<Lease | null> => {
      const now = () => clock.now().getTime();
      if ((held.get(key)?.until ?? 0) > now()) return null;
      holders += 1;
      const holder = holders;
      held.set(key, { holder, until: now() + LEASE_MS });
      return {
        renew: async () => {
          if (held.get(key)?.holder !== holder) throw new Error('the lease was lost; start again from a fresh read');
          held.set(key, { holder, until: now() + LEASE_MS });
        },
        release: async () => {
          if (held.get(key)?.holder === holder) held.delete(key);
        },
      };
    },
  };
}
