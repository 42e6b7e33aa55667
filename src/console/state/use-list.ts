/** A list of the API: loaded page by page, and never moved under the pointer. */
import { batch, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, get, withQuery } from '../api/client.ts';
import type { Kind, ListPage } from '../api/types.ts';
import { isConnected, state } from './live.ts';

/** Of one request. */
const PAGE = 100;

export interface ListOptions<T> {
  idOf(item: T): string;
  /** What the list is of: another revision in `GET /state` means that it may have changed. */
  readonly kind?: Kind;
}

export interface LoadedList<T> {
  readonly items: readonly T[];
  /** How many match; null when the list does not say. */
  readonly total: number | null;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  /** How many items at the top are not shown yet. */
  readonly fresh: number;
  /** The ids of shown items that no longer match. */
  readonly gone: ReadonlySet<string>;
  loadMore(): Promise<void>;
  /** Loads pages until there are `most` items or no more, and returns all. */
  loadAll(most: number): Promise<readonly T[]>;
  /** Reads the list from its beginning: after a change of one's own, or to show what is fresh. */
  refresh(): void;
}

interface Shown<T> {
  readonly path: string;
  readonly items: readonly T[];
  readonly total: number | null;
  readonly cursor: string | null;
}

/** The list at `GET /api` + path, whose query has the filters but neither limit nor cursor. null reads nothing. */
export function useList<T>(path: string | null, { idOf, kind }: ListOptions<T>): LoadedList<T> {
  const shown = useSignal<Shown<T> | null>(null);
  const error = useSignal<ApiError | null>(null);
  const isLoading = useSignal(path !== null);
  const fresh = useSignal(0);
  const gone = useSignal<ReadonlySet<string>>(NONE);
  const round = useSignal(0);

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    isLoading.value = true;
    firstPage<T>(path, abort.signal).then(
      (page) =>
        batch(() => {
          shown.value = page;
          error.value = null;
          isLoading.value = false;
          fresh.value = 0;
          gone.value = NONE;
        }),
      (failure: unknown) => {
        if (!(failure instanceof ApiError)) return;
        error.value = failure;
        isLoading.value = false;
      },
    );
    return () => abort.abort();
  }, [path, round.value, shown, error, isLoading, fresh, gone]);

  const known = useSignal<number | null>(null);
  useSignalEffect(() => {
    const now = kind === undefined ? null : (state.value?.revisions[kind] ?? null);
    if (now === null || now === known.peek()) return;
    const isFirst = known.peek() === null;
    known.value = now;
    const before = shown.peek();
    if (isFirst || before === null || isLoading.peek()) return;
    firstPage<T>(before.path).then(
      (page) => {
        if (shown.peek() !== before) return;
        batch(() => {
          const merged = mergePages(before, page, idOf);
          fresh.value = merged.fresh;
          gone.value = merged.gone;
          shown.value = { ...before, items: merged.items, total: page.total };
        });
      },
      // The next revision, or the person, asks again.
      () => undefined,
    );
  });

  // What failed for want of a connection or a session is asked again when there is one.
  useSignalEffect(() => {
    if (isConnected.value && error.peek() !== null) round.value = round.peek() + 1;
  });

  const current = shown.value && (path === null || shown.value.path === path) ? shown.value : null;

  async function loadMore(): Promise<Shown<T> | null> {
    const before = shown.peek();
    if (before?.cursor == null) return before;
    isLoading.value = true;
    try {
      const next = await nextPage(before);
      if (shown.peek() !== before) return shown.peek();
      shown.value = next;
      error.value = null;
      return next;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
      return null;
    } finally {
      isLoading.value = false;
    }
  }

  return {
    items: current?.items ?? [],
    total: current?.total ?? null,
    hasMore: current?.cursor != null,
    isLoading: isLoading.value,
    error: error.value,
    fresh: fresh.value,
    gone: gone.value,
    async loadMore() {
      await loadMore();
    },
    async loadAll(most) {
      let all = shown.peek();
      while (all?.cursor != null && all.items.length < most) {
        const next = await loadMore();
        if (next === null || next === all) break;
        all = next;
      }
      return all?.items ?? [];
    },
    refresh: () => {
      round.value += 1;
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

async function firstPage<T>(path: string, signal?: AbortSignal): Promise<Shown<T>> {
  return nextPage({ path, items: [], total: null, cursor: null }, signal);
}

/** A page of the API may be empty although more follow, so empty ones are passed over. */
async function nextPage<T>(before: Shown<T>, signal?: AbortSignal): Promise<Shown<T>> {
  let { cursor, total } = before;
  for (;;) {
    const [path = '', query = ''] = before.path.split('?');
    const given = Object.fromEntries(new URLSearchParams(query));
    const page: ListPage<T> = await get(withQuery(path, { ...given, limit: PAGE, cursor }), signal);
    cursor = page.nextCursor ?? null;
    total = page.total ?? total;
    if (page.items.length > 0 || cursor === null) {
      return { path: before.path, items: [...before.items, ...page.items], total, cursor };
    }
  }
}

/**
 * Puts the items of a newer first page in the place of those that are shown, without moving any: what is new waits, what is
 * no longer on a page that covers it is gone.
 */
export function mergePages<T>(
  before: Pick<Shown<T>, 'items'>,
  page: Pick<Shown<T>, 'items' | 'cursor'>,
  idOf: (item: T) => string,
): { items: readonly T[]; fresh: number; gone: ReadonlySet<string> } {
  const newer = new Map(page.items.map((item) => [idOf(item), item]));
  const shownIds = new Set(before.items.map(idOf));
  const lastShared = before.items.findLastIndex((item) => newer.has(idOf(item)));
  const covered = page.cursor === null ? before.items.length : lastShared;
  const isGone = (item: T, index: number) => index < covered && !newer.has(idOf(item));
  return {
    items: before.items.map((item) => newer.get(idOf(item)) ?? item),
    fresh: [...newer.keys()].filter((id) => !shownIds.has(id)).length,
    gone: new Set(before.items.filter(isGone).map(idOf)),
  };
}
