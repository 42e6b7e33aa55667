/**
 * Documents that many resources share (their plan, their environment, lists of the subscription), kept for ten minutes: a
 * thousand apps of one plan cost one read. Only what was read is kept; a failure is asked again, and so is what is asked
 * for fresh.
 */
import type { DocumentState } from '../domain/snapshot.ts';

/** Of the issue: a plan or an environment is read at most once per instance and ten minutes. */
const KEPT_MILLISECONDS = 10 * 60_000;
/** So that an instance that sees many subscriptions does not grow without end. */
const MOST_KEPT = 500;

export interface KeptDocuments {
  /** The document at this place, from memory or by `read`; several who ask at once share one read. */
  get(place: string, fresh: boolean, read: () => Promise<DocumentState>): Promise<DocumentState>;
}

export function keepDocuments(now: () => Date): KeptDocuments {
  const kept = new Map<string, { readonly until: number; readonly state: Promise<DocumentState> }>();
  return {
    get(place, fresh, read) {
      // Azure spells ids in several casings.
      const key = place.toLowerCase();
      const known = kept.get(key);
      if (known && !fresh && known.until > now().getTime()) return known.state;
      const state = read();
      const entry = { until: now().getTime() + KEPT_MILLISECONDS, state };
      kept.delete(key);
      kept.set(key, entry);
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(oldest);
      const forget = () => {
        if (kept.get(key) === entry) kept.delete(key);
      };
      state.then(({ status }) => status === 'read' || forget(), forget);
      return state;
    },
  };
}
