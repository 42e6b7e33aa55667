/**
 * Caches documents that many resources share (plan, environment, lists of the subscription) for ten minutes: a thousand apps
 * of one plan need one read. Only successful reads are cached, and a fresh read is possible.
 */
import { MINUTE_MS } from '../domain/resources/durations.ts';
import type { DocumentState } from '../domain/resources/snapshot.ts';

const TTL_MS = 10 * MINUTE_MS;
/** Limits the memory of an instance with many subscriptions. */
const MAX_ENTRIES = 500;

export interface DocumentCache {
  /** The document of this key, cached or by `read`; concurrent calls share one read. Keys are case-insensitive. */
  get(key: string, fresh: boolean, read: () => Promise<DocumentState>): Promise<DocumentState>;
}

export function createDocumentCache(now: () => Date): DocumentCache {
  const cache = new Map<string, { readonly until: number; readonly state: Promise<DocumentState> }>();
  return {
    get(id, fresh, read) {
      // Azure returns ids in different casings.
      const key = id.toLowerCase();
      const known = cache.get(key);
      if (known && !fresh && known.until > now().getTime()) return known.state;
      const state = read();
      const entry = { until: now().getTime() + TTL_MS, state };
      cache.delete(key);
      cache.set(key, entry);
      for (const oldest of [...cache.keys()].slice(0, Math.max(0, cache.size - MAX_ENTRIES))) cache.delete(oldest);
      const evict = () => {
        if (cache.get(key) === entry) cache.delete(key);
      };
      state.then(({ status }) => status === 'read' || evict(), evict);
      return state;
    },
  };
}
