/** Reads lists page by page. */
import type { Page, PageRequest } from './storage.ts';

/** The size of a page: few requests, with a bounded amount of data. */
const PAGE_SIZE = 500;

type List<T> = (page: PageRequest) => Promise<Page<T>>;

/** The pages of a list, to its end. */
export async function* pagesOf<T>(list: List<T>, limit = PAGE_SIZE): AsyncGenerator<readonly T[]> {
  let after: string | null = null;
  do {
    const page: Page<T> = await list({ limit, after });
    yield page.items;
    after = page.next;
  } while (after !== null);
}

/** The items of a list, to its end. */
export async function* paginate<T>(list: List<T>, limit = PAGE_SIZE): AsyncGenerator<T> {
  for await (const items of pagesOf(list, limit)) yield* items;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
