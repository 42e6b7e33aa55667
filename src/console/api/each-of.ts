/** The items of a list, page by page. */
import { get, withQuery } from './client.ts';
import type { ListPage } from './types.ts';

const MOST_OF_A_PAGE = 200;

/** All items of the list at `GET /api` + path. Reads a page only when its items are asked for. Throws ApiError. */
export async function* eachOf<T>(
  path: string,
  query: Readonly<Record<string, string | null>> = {},
): AsyncGenerator<T, void, undefined> {
  let cursor: string | null = null;
  do {
    const page: ListPage<T> = await get(withQuery(path, { ...query, limit: MOST_OF_A_PAGE, cursor }));
    yield* page.items;
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
}
