/** Messages that were given up, each once by its key, which is its id here. */
import type { DeadLetter, DeadLetters } from '../../src/workflows/ports.ts';
import { pageOf } from './memory-rows.ts';

export function memoryDeadLetters(failures: Map<string, string>, letters: Map<string, DeadLetter>): DeadLetters {
  const released = new Set<string>();
  return {
    noteFailure: async (key, error) => {
      failures.set(key, error);
    },
    forgetFailure: async (key) => {
      failures.delete(key);
    },
    bury: async (key, letter) => {
      released.delete(key);
      if (!letters.has(key)) letters.set(key, { ...letter, id: key, error: failures.get(key) ?? null });
    },
    list: async (page) => pageOf([...letters.values()].reverse(), page),
    count: async () => letters.size,
    get: async (id) => letters.get(id) ?? (released.has(id) ? 'released' : null),
    release: async (id) => {
      letters.delete(id);
      failures.delete(id);
      released.add(id);
    },
  };
}
