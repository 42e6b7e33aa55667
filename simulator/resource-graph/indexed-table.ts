// A table with a row for each resource of some types: in the order of keys, with what Resource Graph gets wrong on demand.

import { resourceAddress } from '../arm/resource-id.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { ResourceChange } from '../estate/stored-resource.ts';
import type { Selection } from '../kusto/selection.ts';
import { type GraphSettings, selectorOf } from './graph-settings.ts';
import { createKeyIndex, type Entry, type EntryList, type KeyIndex } from './key-index.ts';
import { createShownResources, type Shown } from './shown-resources.ts';

export interface TableDefinition {
  name: string;
  /** What comes behind the id of a resource in the id of its row, such as `/config/web`. */
  suffix: string;
  /** The type of the row in lower case, of a resource of this type in lower case; null: it has none. */
  rowType(type: string): string | null;
  /** The document that the row is made of: other changes are none of it. */
  document: string;
  lag(settings: GraphSettings): number;
}

export interface IndexedTable {
  definition: TableDefinition;
  /** Rows that are there, in the order of keys. */
  select(subscriptions: readonly string[] | null, selection: Selection, now: number): EntryList;
  /** What a row is made of; throws for an entry that was not selected. */
  shown(entry: Entry, now: number): Shown;
  /** After the settings were changed. */
  settingsChanged(): void;
}

export function createIndexedTable(
  definition: TableDefinition,
  estate: EstateStore,
  settings: Readonly<GraphSettings>,
): IndexedTable {
  const { suffix, document } = definition;
  const resources = createShownResources(estate);
  let index: KeyIndex | null = null;

  const entryOf = (id: string, type: string): Entry | null => {
    const rowType = definition.rowType(type.toLowerCase());
    return rowType === null ? null : { key: `${id.toLowerCase()}${suffix}`, type: rowType };
  };
  const resourceKey = (key: string) => key.slice(0, key.length - suffix.length);

  function* entries(): Iterable<Entry> {
    for (const { id, type } of estate.names()) {
      const entry = entryOf(id, type);
      if (entry) yield entry;
    }
  }

  function build(): KeyIndex {
    const built = createKeyIndex(entries());
    for (const { id, address } of resources.removed()) {
      const entry = entryOf(id, address.type);
      if (entry) built.add(entry);
    }
    return built;
  }

  function untilOf(key: string, at: number): number {
    const isStale = selectorOf(settings.stale, 'stale');
    return isStale?.(key) ? Number.POSITIVE_INFINITY : at + definition.lag(settings);
  }

  function watch(change: ResourceChange, at: number): void {
    if ('document' in change && change.document !== document) return;
    const key = `${change.id.toLowerCase()}${suffix}`;
    const until = untilOf(key, at);
    if (until > at) resources.keep(change, until);
    if ('document' in change || index === null) return;
    if (change.isRemoved) {
      if (!resources.isKept(resourceKey(key))) index.remove(key);
      return;
    }
    const entry = entryOf(change.id, resourceAddress(change.id).type);
    if (entry) index.add(entry);
  }

  estate.watch(watch);
  estate.watchBlocks(() => {
    index = null;
  });

  return {
    definition,
    select(subscriptions, selection, now) {
      index ??= build();
      const current = index;
      resources.release(now, (key) => {
        if (!estate.find(key)) current.remove(`${key}${suffix}`);
      });
      const list = index.select(subscriptions, selection);
      const isMissing = selectorOf(settings.missing, 'missing');
      if (!isMissing && resources.keptCount === 0) return list;
      const isThere = ({ key }: Entry) =>
        !isMissing?.(key) && (!resources.isKept(resourceKey(key)) || resources.shown(resourceKey(key), now) !== null);
      return filtered(list, isThere);
    },
    shown(entry, now) {
      const found = resources.shown(resourceKey(entry.key), now);
      if (!found) throw new Error(`${entry.key} is not there.`);
      return found;
    },
    settingsChanged() {
      const isStale = selectorOf(settings.stale, 'stale');
      resources.thaw((key) => isStale?.(`${key}${suffix}`) ?? false);
    },
  };
}

export function filtered(list: EntryList, fits: (entry: Entry) => boolean): EntryList {
  const found: Entry[] = [];
  for (let index = 0; index < list.length; index++) {
    const entry = list.at(index);
    if (entry && fits(entry)) found.push(entry);
  }
  return { length: found.length, at: (index) => found[index] };
}
