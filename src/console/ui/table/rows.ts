/** The rows of a table: items, or groups with the items of those that are open. */

export interface TableGroup<T> {
  readonly key: string;
  readonly title: string;
  /** How many items it has, on all pages. */
  readonly count: number;
  /** Those that are loaded. */
  readonly items: readonly T[];
  readonly isOpen: boolean;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
}

export type Row<T> =
  | { readonly kind: 'group'; readonly id: string; readonly group: TableGroup<T> }
  | { readonly kind: 'item'; readonly id: string; readonly item: T }
  | { readonly kind: 'more'; readonly id: string; readonly group: TableGroup<T> };

export function rowsOf<T>(
  items: readonly T[],
  groups: readonly TableGroup<T>[] | null,
  idOf: (item: T) => string,
): Row<T>[] {
  const row = (item: T): Row<T> => ({ kind: 'item', id: idOf(item), item });
  if (groups === null) return items.map(row);
  return groups.flatMap((group) => {
    const head: Row<T> = { kind: 'group', id: `group:${group.key}`, group };
    if (!group.isOpen) return [head];
    const more: Row<T>[] = group.hasMore || group.isLoading ? [{ kind: 'more', id: `more:${group.key}`, group }] : [];
    return [head, ...group.items.map(row), ...more];
  });
}

/** The items between two rows, both included. */
export function itemsBetween<T>(rows: readonly Row<T>[], from: number, to: number): T[] {
  const [first, last] = from < to ? [from, to] : [to, from];
  return rows.slice(first, last + 1).flatMap((row) => (row.kind === 'item' ? [row.item] : []));
}

/** The columns that the address names (`cols`), in their order; else those that are shown by default. */
export function visibleColumns<C extends { readonly id: string; readonly optional?: boolean }>(
  columns: readonly C[],
  wanted: string | null,
): C[] {
  const ids = (wanted ?? '').split(',').filter(Boolean);
  const chosen = columns.filter(({ id }) => ids.includes(id));
  return chosen.length > 0 ? chosen : columns.filter(({ optional }) => !optional);
}

/** The value of `cols` with a column shown or hidden; null for the default. The last one stays. */
export function toggledColumn(
  columns: readonly { readonly id: string; readonly optional?: boolean }[],
  wanted: string | null,
  id: string,
): string | null {
  const shown = new Set(visibleColumns(columns, wanted).map((one) => one.id));
  if (!shown.delete(id)) shown.add(id);
  const next = columns.filter((one) => shown.has(one.id));
  if (next.length === 0) return wanted;
  const isDefault = columns.every((one) => shown.has(one.id) === !one.optional);
  return isDefault ? null : next.map((one) => one.id).join(',');
}

/** The next order when a header is pressed. */
export function nextSort(
  current: string,
  { sort, reverse }: { readonly sort?: string; readonly reverse?: string },
): string {
  return current === sort && reverse ? reverse : (sort ?? current);
}

export function ariaSort(
  current: string,
  { sort, reverse }: { readonly sort?: string; readonly reverse?: string },
): 'ascending' | 'descending' | undefined {
  if (current !== sort && current !== reverse) return undefined;
  return current.startsWith('-') ? 'descending' : 'ascending';
}
