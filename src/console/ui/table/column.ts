import type { ComponentChildren } from 'preact';
import type { TableGroup } from './rows.ts';

/** A column of a table. */
export interface Column<T> {
  readonly id: string;
  readonly title: string;
  cell(item: T): ComponentChildren;
  /** The API's name of the order by this column, and of its reverse. */
  readonly sort?: string;
  readonly reverse?: string;
  /** Of CSS, such as `110px` or `20%`. Columns without one share the rest. */
  readonly width?: string;
  /** Not shown until chosen. */
  readonly optional?: boolean;
  /** The line on a phone; without it the value is in the details only. */
  readonly phone?: 'first' | 'second' | 'third';
}

/** A list in groups. */
export interface Grouping<T> {
  /** null until they are known. */
  readonly groups: readonly TableGroup<T>[] | null;
  keyOf(item: T): string;
  toggle(key: string): void;
  loadMore(key: string): void;
  /** All items of a group, from all pages. */
  loadAll(key: string): Promise<readonly T[]>;
  /** Beside the title of a group. */
  detail?(key: string): ComponentChildren;
}

/** A key that acts on the selected items, or on the one with the focus. */
export interface ItemKey<T> {
  readonly label: string;
  run(items: readonly T[]): void;
}
