/** Reads lists page by page. */
import type { Page, PageRequest } from './storage.ts';

/** The size of a page: few requests, with a bounded amount of data. */
const PAGE_SIZE = 500;

export async function* paginate<T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | null = null;
  do {
    const page: Page<T> = await list({ limit: PAGE_SIZE, after });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
