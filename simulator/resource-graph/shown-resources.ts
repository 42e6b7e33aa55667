// What a table shows of each resource: what it is, or for a while after a change what it was.

import { asIs, type SharedBody } from '../estate/documents.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { ResourceChange, StoredResource } from '../estate/stored-resource.ts';

export interface Shown {
  resource: StoredResource;
  document(name: string): SharedBody;
}

export interface ShownResources {
  /** Keeps what was before a change until then, in milliseconds since 1970. */
  keep(change: ResourceChange, until: number): void;
  /** Null: it is not there, or not yet. By the id in lower case. */
  shown(key: string, now: number): Shown | null;
  isKept(key: string): boolean;
  /** What is kept of resources that were removed or replaced. */
  removed(): StoredResource[];
  readonly keptCount: number;
  /** Lets go of what ended; of each id that is no longer kept the callback is told. */
  release(now: number, released: (key: string) => void): void;
  /** Ends what is kept for ever of the ids that are not selected. */
  thaw(isStale: (key: string) => boolean): void;
}

interface Kept {
  change: ResourceChange;
  until: number;
}

export function createShownResources(estate: Pick<EstateStore, 'find'>): ShownResources {
  const kept = new Map<string, Kept[]>();

  const asItIs = (resource: StoredResource | null | undefined): Shown | null =>
    resource ? { resource, document: (name) => resource.documents.shared(name) } : null;

  return {
    keep(change, until) {
      const key = change.id.toLowerCase();
      kept.set(key, [...(kept.get(key) ?? []), { change, until }]);
    },
    shown(key, now) {
      const pending = kept.get(key)?.filter(({ until }) => until > now) ?? [];
      if (pending.length === 0) return asItIs(estate.find(key));
      // The first change of each document says what it was; after a creation or a removal it was another resource.
      const bodies = new Map<string, unknown>();
      for (const { change } of pending) {
        if ('document' in change) {
          if (!bodies.has(change.document)) bodies.set(change.document, change.body);
        } else return withBodies(asItIs(change.before), bodies);
      }
      return withBodies(asItIs(estate.find(key)), bodies);
    },
    isKept: (key) => kept.has(key),
    removed: () =>
      [...kept.values()]
        .flat()
        .flatMap(({ change }) => ('document' in change || !change.before ? [] : [change.before])),
    get keptCount() {
      return kept.size;
    },
    release(now, released) {
      for (const [key, changes] of kept) {
        const pending = changes.filter(({ until }) => until > now);
        if (pending.length > 0) kept.set(key, pending);
        else {
          kept.delete(key);
          released(key);
        }
      }
    },
    thaw(isStale) {
      for (const [key, changes] of kept) {
        if (isStale(key)) continue;
        kept.set(
          key,
          changes.map((one) => (one.until === Number.POSITIVE_INFINITY ? { ...one, until: 0 } : one)),
        );
      }
    },
  };
}

function withBodies(shown: Shown | null, bodies: ReadonlyMap<string, unknown>): Shown | null {
  if (!shown || bodies.size === 0) return shown;
  return {
    resource: shown.resource,
    document: (name) => (bodies.has(name) ? { body: bodies.get(name), own: asIs } : shown.document(name)),
  };
}
