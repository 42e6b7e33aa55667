/** Messages that were given up, each once by its key and newest first. A letter's id stands for the key of its message. */

import { createHash } from 'node:crypto';
import { truncateText } from '../../../src/domain/resources/limits.ts';
import { type DeadLetter, type DeadLetters, isListed } from '../../../src/workflows/ports/dead-letters.ts';
import { copyOf } from '../copy.ts';
import { newestFirst, pageOf } from './rows.ts';

/** `failures` by the keys of messages, `letters` by their ids. */
export function fakeDeadLetters(failures: Map<string, string>, letters: Map<string, DeadLetter>): DeadLetters {
  const released = new Set<string>();
  return {
    recordFailure: async (messageKey, error) => {
      failures.set(messageKey, truncateText(error, MAX_ERROR));
    },
    clearFailure: async (messageKey) => {
      failures.delete(messageKey);
    },
    record: async (messageKey, letter) => {
      const id = idOf(messageKey);
      released.delete(id);
      if (!letters.has(id)) letters.set(id, { ...letter, id, error: failures.get(messageKey) ?? null });
    },
    list: async (query, page) => {
      const all = [...letters.values()].filter((letter) => isListed(letter, query));
      const found = pageOf(all, ({ at, id }) => `${newestFirst(at)}-${id}`, page);
      return { ...found, ...(query.total ? { total: all.length } : {}) };
    },
    count: async () => letters.size,
    get: async (id) => copyOf(letters.get(id)) ?? (released.has(id) ? 'released' : null),
    markReleased: async (id) => {
      if (!letters.delete(id)) return;
      for (const messageKey of failures.keys()) if (idOf(messageKey) === id) failures.delete(messageKey);
      released.add(id);
    },
  };
}

const MAX_ERROR = 8000;

function idOf(messageKey: string): string {
  return createHash('sha256').update(messageKey).digest('hex').slice(0, 32);
}
