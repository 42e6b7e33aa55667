/** Wake-ups in the order of their time; the same one is there once. */

import { createHash } from 'node:crypto';
import type { Wakeups } from '../../../src/workflows/ports/work.ts';
import { byKey, oldestFirst } from './rows.ts';

export interface StoredWakeup {
  readonly resource: string;
  readonly why: string;
  /** Milliseconds. */
  readonly at: number;
}

export function fakeWakeups(wakeups: Map<string, StoredWakeup>): Wakeups {
  return {
    schedule: async ({ id, key }, at, why) => {
      const hash = createHash('sha256').update(`${key}\n${why}`).digest('hex').slice(0, 12);
      const name = `${oldestFirst(at)}-${hash}`;
      wakeups.set(name, { resource: id, why, at: at.getTime() });
      return name;
    },
    cancel: async (key) => {
      wakeups.delete(key);
    },
    listDue: async (now, limit) =>
      [...wakeups]
        .filter(([, { at }]) => at <= now.getTime())
        .sort(byKey)
        .slice(0, limit)
        .map(([key, { resource, why }]) => ({ key, resource, why })),
  };
}
