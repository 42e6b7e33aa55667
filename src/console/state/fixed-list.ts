/** A list that is there as a whole, for a table. */
import type { ApiError } from '../api/client.ts';
import type { LoadedList } from './use-list.ts';

interface Source {
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  reload(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** `items` are all there are. Loading and errors are those of where they come from. */
export function fixedList<T>(items: readonly T[], { isLoading, error, reload }: Source): LoadedList<T> {
  return {
    items,
    total: items.length,
    hasMore: false,
    isLoading,
    error,
    fresh: 0,
    gone: NONE,
    loadMore: () => Promise.resolve(),
    loadAll: () => Promise.resolve(items),
    refresh: reload,
  };
}

/** The value by which an item is put in order. */
export type SortValue = string | number;

/** The items in an order of the address: `name`, or with a minus before it the reverse. An unknown order changes nothing. */
export function sorted<T>(
  items: readonly T[],
  sort: string | null,
  orders: Readonly<Record<string, (item: T) => SortValue>>,
): readonly T[] {
  const isReverse = sort?.startsWith('-') ?? false;
  const value = orders[isReverse ? (sort?.slice(1) ?? '') : (sort ?? '')];
  if (value === undefined) return items;
  return items.toSorted((a, b) => (isReverse ? -1 : 1) * compare(value(a), value(b)));
}

function compare(a: SortValue, b: SortValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { sensitivity: 'base', numeric: true });
}
