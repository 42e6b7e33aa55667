/** What waits to be done: a queue whose messages show when their time has come, leases and alarms, all timed by the clock. */
import { createHash } from 'node:crypto';
import type { Alarms, Clock, Lease, Leases, WorkMessage, WorkQueue } from '../../src/workflows/ports.ts';

export interface QueuedMessage {
  readonly id: number;
  readonly message: WorkMessage;
  /** Milliseconds. */
  visibleAt: number;
  /** How often somebody took it. */
  taken: number;
}

export interface Alarm {
  readonly resource: string;
  readonly why: string;
  /** Milliseconds. */
  readonly at: number;
}

/** `sent` remembers every message with its delay; `queue` holds those that nobody finished. */
export function memoryQueue(clock: Clock, queue: QueuedMessage[], sent: WorkMessage[], delays: number[]): WorkQueue {
  return {
    send: async (message, delaySeconds) => {
      sent.push(structuredClone(message));
      delays.push(delaySeconds);
      const visibleAt = clock.now().getTime() + delaySeconds * 1000;
      queue.push({ id: sent.length, message: structuredClone(message), visibleAt, taken: 0 });
    },
  };
}

const LEASE_MS = 30_000;

/** A holder that lives renews in time; one that died is known by the clock alone. */
export function memoryLeases(clock: Clock, held: Map<string, { holder: number; until: number }>): Leases {
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

export function memoryAlarms(alarms: Map<string, Alarm>): Alarms {
  return {
    set: async ({ id, key }, at, why) => {
      const name = createHash('sha256').update(`${key}\n${why}`).digest('hex').slice(0, 12);
      alarms.set(`${at.toISOString()}-${name}`, { resource: id, why, at: at.getTime() });
      return `${at.toISOString()}-${name}`;
    },
    clear: async (key) => {
      alarms.delete(key);
    },
    due: async (now, limit) =>
      [...alarms]
        .filter(([, { at }]) => at <= now.getTime())
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, { resource, why }]) => ({ key, resource, why })),
  };
}
