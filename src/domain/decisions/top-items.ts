/** The first items of many in an order. They are offered one by one, and only as many are kept as a page needs. */
import * as z from 'zod';

/** Compared member by member. Members at the same place have the same type. */
export type SortKey = readonly (string | number)[];
export const sortKey = z.array(z.union([z.string(), z.number()]));

export interface Ranked<T> {
  readonly key: SortKey;
  readonly item: T;
}

export interface TopItems<T> {
  offer(key: SortKey, item: T): void;
  /** In order, with their keys; `more` when other items are behind them; `total` counts all that were offered. */
  result(): { readonly items: readonly Ranked<T>[]; readonly more: boolean; readonly total: number };
}

/** `after`: the key of the last item of the page before. `descending` reverses the first member of the key. */
export function topItems<T>(limit: number, { after = null, descending = false }: TopOptions = {}): TopItems<T> {
  let kept: Ranked<T>[] = [];
  /** Items from here on are behind enough others. */
  let bound: SortKey | null = null;
  let total = 0;
  const compare = (a: SortKey, b: SortKey) => compareKeys(a, b, descending);

  /** One more than the page, so that it shows whether there are more. */
  function cut(): void {
    kept = kept.sort((a, b) => compare(a.key, b.key)).slice(0, limit + 1);
    if (kept.length > limit) bound = kept[limit]?.key ?? null;
  }

  return {
    offer(key, item) {
      total++;
      if (after !== null && compare(key, after) <= 0) return;
      if (bound !== null && compare(key, bound) >= 0) return;
      kept.push({ key, item });
      if (kept.length >= 4 * (limit + 1)) cut();
    },
    result() {
      cut();
      return { items: kept.slice(0, limit), more: kept.length > limit, total };
    },
  };
}

interface TopOptions {
  readonly after?: SortKey | null;
  readonly descending?: boolean;
}

function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  for (const [index, member] of a.entries()) {
    const other = b[index];
    if (other === undefined || member === other) continue;
    const order = member < other ? -1 : 1;
    return descending && index === 0 ? -order : order;
  }
  return 0;
}
