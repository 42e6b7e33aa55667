/**
 * Pages of lists. A cursor is where the page before ended, signed together with the call and its filters: one that was
 * made up, or comes from another list, is refused and never reaches the storage.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../domain/change.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Page, PageRequest } from '../workflows/ports.ts';

const LIMITS = 'must be a whole number from 1 to 200';

/** The two parameters that every list takes. */
export const pageQuery = {
  limit: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text),
      z.int(LIMITS).min(1, LIMITS).max(200, LIMITS),
    )
    .default(50)
    .describe('How many items a page has at most; 50 unless given.'),
  cursor: z.string().exactOptional().describe('nextCursor of the page before.'),
};

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * One page of the list `name` under these filters.
 * Throws Refusal `bad-cursor` when the cursor is not of this list with these filters.
 */
export async function pageOf<T, Filters extends object>(
  name: string,
  key: Buffer,
  { limit, cursor, ...filters }: PageQuery & Filters,
  list: (filters: Omit<PageQuery & Filters, keyof PageQuery>, page: PageRequest) => Promise<Page<T>>,
): Promise<Listed<T>> {
  const bound = canonicalJson({ name, filters });
  const after = cursor === undefined ? null : positionIn(cursor, bound, key);
  const { items, next } = await list(filters, { limit, after });
  return { items, ...(next === null ? {} : { nextCursor: cursorAt(next, bound, key) }) };
}

function cursorAt(position: string, bound: string, key: Buffer): string {
  return `${Buffer.from(position).toString('base64url')}.${signature(position, bound, key)}`;
}

function positionIn(cursor: string, bound: string, key: Buffer): string {
  const position = Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString();
  // Compared as text: base64 has several spellings of the same bytes, and only ours counts.
  const given = Buffer.from(cursor);
  const expected = Buffer.from(cursorAt(position, bound, key));
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
