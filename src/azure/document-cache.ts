/**
 * Caches documents that many resources share (plan, environment, lists of the subscription) for ten minutes: a thousand apps
 * of one plan need one read. Only successful reads are cached, and a fresh read is possible. The documents that are kept have
 * a size in all, so that an instance with many subscriptions does not grow.
 */
import { MINUTE_MS } from '../domain/resources/durations.ts';
import type { DocumentState } from '../domain/resources/snapshot.ts';

const TTL_MS = 10 * MINUTE_MS;
const MAX_ENTRIES = 500;
/** Characters of JSON in all; a document in memory takes a few times as much. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

export interface DocumentCache {
  /** The document of this key, cached or by `read`; concurrent calls share one read. Keys are case-insensitive. */
  get(key: string, fresh: boolean, read: () => Promise<DocumentState>): Promise<DocumentState>;
}

interface Entry {
  readonly until: number;
  readonly state: Promise<DocumentState>;
  /** 0 until it has been read. */
  characters: number;
}

export function createDocumentCache(now: () => Date, maxCharacters = MAX_CHARACTERS): DocumentCache {
  const cache = new Map<string, Entry>();
  let characters = 0;

  function evict(key: string, entry: Entry | undefined): void {
    if (entry === undefined || cache.get(key) !== entry) return;
    cache.delete(key);
    characters -= entry.characters;
  }

  /** The oldest first. */
  function evictBeyondLimits(): void {
    for (const [key, entry] of cache) {
      if (cache.size <= MAX_ENTRIES && characters <= maxCharacters) return;
      evict(key, entry);
    }
  }

  return {
    get(id, fresh, read) {
      // Azure returns ids in different casings.
      const key = id.toLowerCase();
      const known = cache.get(key);
      if (known && !fresh && known.until > now().getTime()) return known.state;
      const state = read();
      const entry: Entry = { until: now().getTime() + TTL_MS, state, characters: 0 };
      evict(key, known);
      cache.set(key, entry);
      evictBeyondLimits();
      state.then(
        (found) => {
          if (found.status !== 'read') return evict(key, entry);
          if (cache.get(key) !== entry) return;
          entry.characters = JSON.stringify(found.body).length;
          characters += entry.characters;
          evictBeyondLimits();
        },
        () => evict(key, entry),
      );
      return state;
    },
  };
}
