/** Pages of rows that are chosen by their content, where the table has no index for it. */
import { odata } from '@azure/data-tables';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import type { Row } from './entity.ts';
import { keyAfterPrefix, type Table } from './table.ts';

/** The requests that one page of a search costs, whatever matches. */
const MAX_REQUESTS = 2;
const ROWS_PER_REQUEST = 1000;

export interface FoundPage<T> extends Page<T> {
  /** How many match, when all rows were looked at from the first one on. */
  readonly total?: number;
}

/**
 * One page of the values that `choose` gives (null: does not match), in the order of keys, by at most two requests. So a page
 * may be short or empty while `next` is there.
 */
export async function searchPage<T>(
  table: Table,
  { partition, prefix }: { readonly partition: string; readonly prefix: string },
  { limit, after }: PageRequest,
  choose: (row: Row) => T | null,
): Promise<FoundPage<T>> {
  const from = after ?? prefix;
  const range = odata`PartitionKey eq ${partition} and RowKey gt ${from} and RowKey lt ${keyAfterPrefix(prefix)}`;
  const { items: rows, next: more } = await table.readPage(
    range,
    { limit: ROWS_PER_REQUEST * MAX_REQUESTS, after: null },
    MAX_REQUESTS,
  );
  const found = rows.flatMap((row) => {
    const value = choose(row);
    return value === null ? [] : [{ value, key: row.rowKey }];
  });
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1)?.key : rows.at(-1)?.rowKey;
  const isEnd = found.length <= limit && more === null;
  return {
    items: items.map(({ value }) => value),
    next: isEnd ? null : (last ?? null),
    ...(after === null && more === null ? { total: found.length } : {}),
  };
}
