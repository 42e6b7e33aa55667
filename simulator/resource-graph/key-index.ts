// The rows of a table in the order of their keys, and parts of them by subscription, type and hash partition. A part is built
// when it is first asked for and then kept up to date, so that a page of a listing takes time for its rows and not for all.

import { hashOf, modulo } from '../kusto/hash.ts';
import type { Selection } from '../kusto/selection.ts';

export interface Entry {
  /** The id in lower case. */
  readonly key: string;
  /** In lower case. */
  readonly type: string;
}

export interface KeyIndex {
  add(entry: Entry): void;
  remove(key: string): void;
  /** The entries of these subscriptions (ids in lower case, in order) that are selected; in the order of keys. */
  select(subscriptions: readonly string[] | null, selection: Selection): EntryList;
  readonly size: number;
}

export interface EntryList {
  readonly length: number;
  at(index: number): Entry | undefined;
}

interface View {
  types: Selection['types'];
  /** Characters at the end of a key that are not hashed. */
  cut: number;
  /** The parts, one for each remainder. */
  parts: Entry[][];
}

interface OfSubscription {
  entries: Entry[];
  /** By what was asked, the latest last. */
  views: Map<string, View>;
}

/** Kept for each subscription; a listing asks for one or two. */
const MOST_VIEWS = 8;

export function createKeyIndex(all: Iterable<Entry>): KeyIndex {
  const bySubscription = new Map<string, OfSubscription>();
  const hashes = new WeakMap<Entry, { cut: number; hash: bigint }>();

  const sorted = [...all].sort((one, other) => (one.key < other.key ? -1 : 1));
  for (const entry of sorted) partOf(subscriptionOf(entry.key)).entries.push(entry);

  function partOf(subscription: string): OfSubscription {
    const known = bySubscription.get(subscription) ?? { entries: [], views: new Map() };
    bySubscription.set(subscription, known);
    return known;
  }

  function hash(entry: Entry, cut: number): bigint {
    const known = hashes.get(entry);
    if (known?.cut === cut) return known.hash;
    const hashed = hashOf(entry.key.slice(0, entry.key.length - cut));
    hashes.set(entry, { cut, hash: hashed });
    return hashed;
  }

  const partIn = ({ parts, cut }: View, entry: Entry) =>
    parts[parts.length === 1 ? 0 : modulo(hash(entry, cut), parts.length)];
  const fits = ({ types }: Pick<View, 'types'>, { type }: Entry) => types === null || types.has(type);

  function viewOf({ entries, views }: OfSubscription, { types, partition }: Selection): View {
    const cut = partition?.cut ?? 0;
    const name = `${partition?.of ?? 1} ${cut} ${types === null ? '*' : [...types].sort().join(' ')}`;
    const known = views.get(name);
    views.delete(name);
    const view = known ?? { types, cut, parts: Array.from({ length: partition?.of ?? 1 }, (): Entry[] => []) };
    if (!known) for (const entry of entries) if (fits(view, entry)) partIn(view, entry)?.push(entry);
    views.set(name, view);
    const [oldest] = views.keys();
    if (views.size > MOST_VIEWS && oldest !== undefined) views.delete(oldest);
    return view;
  }

  return {
    add(entry) {
      const { entries, views } = partOf(subscriptionOf(entry.key));
      insert(entries, entry);
      for (const view of views.values()) if (fits(view, entry)) insert(partIn(view, entry) ?? [], entry);
    },
    remove(key) {
      const { entries, views } = partOf(subscriptionOf(key));
      const entry = entries[placeOf(entries, key)];
      if (entry?.key !== key) return;
      entries.splice(placeOf(entries, key), 1);
      for (const view of views.values()) {
        const part = fits(view, entry) ? partIn(view, entry) : undefined;
        part?.splice(placeOf(part, key), 1);
      }
    },
    select(subscriptions, selection) {
      const names = subscriptions ?? [...bySubscription.keys()].sort();
      const lists = names.flatMap((name) => {
        const part = bySubscription.get(name);
        const list = part && viewOf(part, selection).parts[selection.partition?.number ?? 0];
        return list && list.length > 0 ? [list] : [];
      });
      return joined(lists);
    },
    get size() {
      return [...bySubscription.values()].reduce((sum, { entries }) => sum + entries.length, 0);
    },
  };
}

/** Keys begin with their subscription, so lists in the order of subscriptions are in the order of keys. */
function joined(lists: readonly (readonly Entry[])[]): EntryList {
  const length = lists.reduce((sum, list) => sum + list.length, 0);
  return {
    length,
    at(index) {
      let left = index;
      for (const list of lists) {
        if (left < list.length) return list[left];
        left -= list.length;
      }
      return undefined;
    },
  };
}

export function subscriptionOf(key: string): string {
  return key.split('/', 3)[2] ?? '';
}

/** One of the same key is replaced. */
function insert(entries: Entry[], entry: Entry): void {
  const place = placeOf(entries, entry.key);
  entries.splice(place, entries[place]?.key === entry.key ? 1 : 0, entry);
}

/** How many entries are before a key. */
function placeOf(entries: readonly Entry[], key: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
