/** What all stores share: pages and how they are read, versions, and errors. */

export interface Versioned<T> {
  readonly value: T;
  /** Opaque. Saving under an old version throws ConflictError. */
  readonly version: string;
}

export interface PageRequest {
  readonly limit: number;
  /** The end of the page before, from the store. */
  readonly after: string | null;
}

/** May be short or empty although `next` is set. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Another instance saved first: load again and decide again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * Repeats an attempt while another instance saves first. Each attempt loads again and decides again by what it finds.
 */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** The storage could not be read or written. Missing data proves nothing then. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

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
