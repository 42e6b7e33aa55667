/** Pages of rows that are chosen by their content, where the table has no index for it. */
import { odata } from '@azure/data-tables';
import { type FoundPage, TooManyToSort } from '../../workflows/ports/settings.ts';
import type { PageRequest } from '../../workflows/ports/storage.ts';
import type { Row } from './entity.ts';
import { keyAfterPrefix, type Table } from './table.ts';

/** The requests that one page of a search costs, whatever matches. */
const MAX_REQUESTS = 2;
const ROWS_PER_REQUEST = 1000;

/** The rows of a partition whose keys begin with a prefix. */
export interface SearchRange {
  readonly partition: string;
  readonly prefix: string;
}

/**
 * One page of the values that `choose` gives (null: does not match), in the order of keys, by at most two requests. So a page
 * may be short or empty while `next` is there.
 */
export async function searchPage<T>(
  table: Table,
  range: SearchRange,
  { limit, after }: PageRequest,
  choose: (row: Row) => T | null,
): Promise<FoundPage<T>> {
  const { rows, complete } = await readRange(table, range, after ?? range.prefix);
  const found = rows.flatMap((row) => {
    const value = choose(row);
    return value === null ? [] : [{ value, key: row.rowKey }];
  });
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1)?.key : rows.at(-1)?.rowKey;
  const isEnd = found.length <= limit && complete;
  return {
    items: items.map(({ value }) => value),
    next: isEnd ? null : (last ?? null),
    ...(after === null && complete ? { total: found.length } : {}),
  };
}

/**
 * One page of the values that `choose` gives, in the order of texts, by at most two requests. A text must be unique. Throws
 * TooManyToSort when there are more rows than these requests read.
 */
export async function sortedPage<T>(
  table: Table,
  range: SearchRange,
  { limit, after }: PageRequest,
  order: {
    readonly choose: (row: Row) => T | null;
    readonly textOf: (value: T) => string;
    readonly descending: boolean;
  },
): Promise<FoundPage<T>> {
  const { rows, complete } = await readRange(table, range, range.prefix);
  if (!complete) throw new TooManyToSort(`there are more than ${rows.length} rows`);
  const found = rows.flatMap((row) => order.choose(row) ?? []).map((value) => ({ value, text: order.textOf(value) }));
  const sign = order.descending ? -1 : 1;
  found.sort((a, b) => (a.text < b.text ? -sign : sign));
  const rest = found.filter(({ text }) => after === null || (order.descending ? text < after : text > after));
  const items = rest.slice(0, limit);
  return {
    items: items.map(({ value }) => value),
    next: rest.length > limit ? (items.at(-1)?.text ?? null) : null,
    total: found.length,
  };
}

async function readRange(table: Table, { partition, prefix }: SearchRange, after: string) {
  const filter = odata`PartitionKey eq ${partition} and RowKey gt ${after} and RowKey lt ${keyAfterPrefix(prefix)}`;
  const limit = ROWS_PER_REQUEST * MAX_REQUESTS;
  const { items, next } = await table.readPage(filter, { limit, after: null }, MAX_REQUESTS);
  return { rows: items, complete: next === null };
}
