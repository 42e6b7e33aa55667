/**
 * Pages of entries that a filter of the table cannot select alone: rows that are compared one by one, and two ranges of the
 * index that are merged by time. A page may be short; its cursor continues where it ended.
 */
import * as z from 'zod';
import { type AuditEntry, auditEntry } from '../../domain/audit/audit.ts';
import type { AuditQuery } from '../../workflows/ports/audit.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { parseRow, type Row } from '../table/entity.ts';
import { REQUESTS_PER_PAGE, type Table } from '../table/table.ts';
import { comparisonOf, type EntryRange, entryFilter, LOG_RANGE } from './rows.ts';

/** Reads one page of the log itself, newest first, by at most so many requests. */
export async function readLog(
  log: Table,
  query: AuditQuery,
  page: PageRequest,
  most?: number,
): Promise<Page<AuditEntry>> {
  const entryIn = (row: Row) => parseRow(auditEntry, log.name, row);
  const compare = comparisonOf(query);
  if (compare !== null) {
    const read = async (row: Row) => matching(entryIn(row), compare);
    return searchRange(log, { query, range: LOG_RANGE, read }, page, most);
  }
  const { items, next } = await log.readPage(entryFilter(query), page, most);
  return { items: items.map(entryIn), next };
}

/** The entry when it matches; null otherwise. */
export function matching(entry: AuditEntry, compare: ((entry: AuditEntry) => boolean) | null): AuditEntry | null {
  return compare === null || compare(entry) ? entry : null;
}

export interface Search {
  readonly query: AuditQuery;
  readonly range: EntryRange;
  /** The entry of a row when it matches; null otherwise. */
  read(row: Row): Promise<AuditEntry | null>;
}

/** Reads the rows of a range until a page is full of entries that match, or so many requests were sent. */
export async function searchRange(
  table: Table,
  { query, range, read }: Search,
  { limit, after }: PageRequest,
  most = REQUESTS_PER_PAGE,
): Promise<Page<AuditEntry>> {
  const start = after === null ? { key: null, token: null } : searchPosition.parse(JSON.parse(after));
  const items: AuditEntry[] = [];
  let { token } = start;
  for (let request = 0; request < most; request++) {
    const rows = await table.readPage(entryFilter(query, range, start.key), { limit: ROWS_AT_ONCE, after: token }, 1);
    for (const row of rows.items) {
      const entry = await read(row);
      if (entry) items.push(entry);
      if (items.length === limit) return { items, next: JSON.stringify({ key: row.rowKey, token: null }) };
    }
    token = rows.next;
    if (token === null) return { items, next: null };
  }
  return { items, next: JSON.stringify({ key: start.key, token }) };
}

/** Merges ranges of the index, the newest entry first, by one request for each. */
export async function mergeRanges(
  index: Table,
  query: AuditQuery,
  ranges: readonly EntryRange[],
  { limit, after }: PageRequest,
): Promise<Page<Row>> {
  const start =
    after === null ? { after: null, tokens: ranges.map(() => null) } : mergePosition.parse(JSON.parse(after));
  const pages = await Promise.all(
    ranges.map((range, n) => {
      const key = start.after === null ? null : `${range.prefix}${start.after}`;
      return index.readPage(entryFilter(query, range, key), { limit, after: start.tokens[n] ?? null }, 1);
    }),
  );
  const found = pages.flatMap(({ items }, n) => items.map((row) => ({ row, key: keyIn(ranges[n], row) })));
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  // Where more rows follow, nothing behind the last one of that range is known to be next.
  const open = pages.flatMap(({ items, next }, n) => (next === null ? [] : [lastKey(ranges[n], items)]));
  const end = open.sort()[0];
  const items = found.filter(({ key }) => end === undefined || key <= end).slice(0, limit);
  const last = items.at(-1);
  if (!last) {
    if (open.length === 0) return { items: [], next: null };
    const tokens = pages.map((page, n) => (page.items.length === 0 ? page.next : (start.tokens[n] ?? null)));
    return { items: [], next: JSON.stringify({ ...start, tokens }) };
  }
  const isEnd = open.length === 0 && items.length === found.length;
  const next = isEnd ? null : JSON.stringify({ after: last.key, tokens: ranges.map(() => null) });
  return { items: items.map(({ row }) => row), next };
}

/** The key of the entry: the rest of the row key behind the prefix of its range. */
function keyIn(range: EntryRange | undefined, { rowKey }: Row): string {
  return rowKey.slice(range?.prefix.length ?? 0);
}

/** The empty text, which is before every key, when there is no row. */
function lastKey(range: EntryRange | undefined, rows: readonly Row[]): string {
  const last = rows.at(-1);
  return last ? keyIn(range, last) : '';
}

/** Behind a row, or where the service continues. */
const searchPosition = z.strictObject({ key: z.string().nullable(), token: z.string().nullable() });
/** Behind an entry in all ranges, and where the service continues in those that had no row. */
const mergePosition = z.strictObject({ after: z.string().nullable(), tokens: z.array(z.string().nullable()) });

const ROWS_AT_ONCE = 1000;
