/**
 * Pages of lists. A cursor is the end of the page before, signed together with the name of the list and its filters: one that
 * was made up, or is from another list, is refused and never reaches the storage.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { canonicalJson } from '../../domain/changes/change.ts';
import { type SortKey, sortKey } from '../../domain/decisions/top-items.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';

const LIMITS = 'must be a whole number from 1 to 200';

/** The two query parameters of every list. */
export const pageQuery = {
  limit: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text),
      z.int(LIMITS).min(1, LIMITS).max(200, LIMITS),
    )
    .default(50)
    .describe('The maximum number of items on a page; 50 unless given.'),
  cursor: z.string().exactOptional().describe('nextCursor of the page before.'),
};

/** The answer of a list. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().exactOptional() });
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * One page of the list `name` under these filters.
 * Throws Refusal `bad-cursor` when the cursor is not of this list with these filters.
 */
export async function readPage<T, Filters extends object>(
  name: string,
  key: Buffer,
  { limit, cursor, ...filters }: PageQuery & Filters,
  list: (filters: Omit<PageQuery & Filters, keyof PageQuery>, page: PageRequest) => Promise<Page<T>>,
): Promise<ListPage<T>> {
  const bound = canonicalJson({ name, filters });
  const after = cursor === undefined ? null : positionOfCursor(cursor, bound, key);
  const { items, next } = await list(filters, { limit, after });
  return { items, ...(next === null ? {} : { nextCursor: cursorFor(next, bound, key) }) };
}

/** The position behind an item of a list that is sorted when it is read, see domain/decisions/top-items.ts. */
export function positionOf(key: SortKey): string {
  return JSON.stringify(key);
}

/** The item of such a position. */
export function positionIn(after: string | null): SortKey | null {
  return after === null ? null : sortKey.parse(JSON.parse(after));
}

function cursorFor(position: string, bound: string, key: Buffer): string {
  return `${Buffer.from(position).toString('base64url')}.${signature(position, bound, key)}`;
}

function positionOfCursor(cursor: string, bound: string, key: Buffer): string {
  const position = Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString();
  // Compared as text: base64 has several spellings of the same bytes, and only the canonical one is valid.
  const given = Buffer.from(cursor);
  const expected = Buffer.from(cursorFor(position, bound, key));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Refusal('bad-cursor', 'Take nextCursor from a page of this very list, with the same filters.');
  }
  return position;
}

function signature(position: string, bound: string, key: Buffer): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([bound, position]))
    .digest('base64url');
}
