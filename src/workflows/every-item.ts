/** All items of a list, page after page: for what must see every one of them. */
import type { Page, PageRequest } from './stores.ts';

/** What a page holds at most: few requests, and not much at a time. */
const A_PAGE = 500;

export async function* everyItem<T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | null = null;
  do {
    const page: Page<T> = await list({ limit: A_PAGE, after });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

export async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
