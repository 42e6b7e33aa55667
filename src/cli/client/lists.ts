/** Lists of the API, as far as they are wanted. */
import type { z } from 'zod';
import { CommandFailure } from '../framework/failure.ts';
import { wholeNumber } from '../framework/field.ts';
import type { Call, Client, Query } from './client.ts';

/** Of every command that prints a list. */
export const LIMIT = {
  limit: wholeNumber(`The maximum number of items (default: 50).`, { least: 1 }),
} as const;

const DEFAULT_LIMIT = 50;
/** The maximum of the API. */
const PAGE_SIZE = 200;

export interface Listed<T> {
  readonly items: readonly T[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** At most `limit` items (default 50). Pages may be short or empty while there are more. Throws CommandFailure. */
export async function listUpTo<Page extends PageOf<unknown>>(
  client: Client,
  endpoint: Call<z.ZodType<Page>, unknown>,
  query: Query,
  limit: number = DEFAULT_LIMIT,
): Promise<Listed<Page['items'][number]>> {
  const items: Page['items'][number][] = [];
  let cursor: string | undefined;
  do {
    const wanted = Math.min(PAGE_SIZE, Number.isFinite(limit) ? limit - items.length : PAGE_SIZE);
    const { body } = await client.call(endpoint, { query: { ...query, limit: wanted, cursor } });
    items.push(...body.items);
    if (body.nextCursor !== undefined && body.nextCursor === cursor)
      throw new CommandFailure(5, `${client.url} answers with the same page again and again`);
    cursor = body.nextCursor;
  } while (cursor !== undefined && items.length < limit);
  return { items, more: cursor !== undefined };
}
