/** A list in groups: their numbers by one request, and the items of a group when it is opened. */
import { type Signal, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { ApiError, get, withQuery } from '../../api/client.ts';
import type { Kind, ListPage } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';
import type { LoadedList } from '../../state/use-list.ts';
import type { Grouping } from './column.ts';

interface GroupCount {
  readonly key: string;
  readonly count: number;
}

interface Options<T, G extends GroupCount> {
  /** `GET /api` + this has the groups; null when the list is not grouped. */
  readonly path: string | null;
  /** The list without groups. When it has one page only, its items are those of the groups. */
  readonly list: LoadedList<T>;
  readonly kind: Kind;
  /** Items may be in several groups, so a group is not opened in place: this shows its items. */
  readonly follow?: ((key: string) => void) | null;
  idOf(item: T): string;
  /** The key of the group that an item is in. Keys compare without case. */
  keyOf(item: T): string;
  titleOf(key: string): string;
  /** `GET /api` + this has the items of a group. */
  pathOf(key: string): string;
  detail?(group: G): ComponentChildren;
}

interface LoadedGroup<T> {
  readonly items: readonly T[];
  /** undefined before the first page; null after the last. */
  readonly cursor: string | null | undefined;
  readonly isLoading: boolean;
}

interface Loads<T> {
  readonly toggled: Signal<ReadonlySet<string>>;
  readonly loaded: Signal<ReadonlyMap<string, LoadedGroup<T>>>;
}

const NOTHING = { items: [], cursor: undefined, isLoading: false } as const;

export function useGroups<T, G extends GroupCount>(options: Options<T, G>): Grouping<T> | null {
  const { path, list, kind, follow = null, keyOf, titleOf, pathOf, detail } = options;
  const { data } = useGet<{ items: readonly G[] }>(path, [kind]);
  const isWhole = follow === null && !list.hasMore && !(list.isLoading && list.items.length === 0);
  const loads = useMemo<Loads<T>>(
    () => ({ toggled: signal(new Set()), loaded: signal(new Map()) }),
    [path, list.items],
  );
  if (path === null) return null;

  const own = (key: string): LoadedGroup<T> =>
    isWhole
      ? { items: list.items.filter((item) => keyOf(item) === key.toLowerCase()), cursor: null, isLoading: false }
      : (loads.loaded.value.get(key) ?? NOTHING);

  async function loadMore(key: string): Promise<LoadedGroup<T>> {
    const before = own(key);
    if (before.cursor === null) return before;
    const put = (next: LoadedGroup<T>) => {
      loads.loaded.value = new Map(loads.loaded.peek()).set(key, next);
      return next;
    };
    put({ ...before, isLoading: true });
    try {
      const [base = '', query = ''] = pathOf(key).split('?');
      const given = Object.fromEntries(new URLSearchParams(query));
      const page = await get<ListPage<T>>(withQuery(base, { ...given, limit: 100, cursor: before.cursor }));
      return put({ items: [...before.items, ...page.items], cursor: page.nextCursor ?? null, isLoading: false });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return put({ ...before, isLoading: false });
    }
  }

  function toggle(key: string): void {
    if (follow) {
      follow(key);
      return;
    }
    const next = new Set(loads.toggled.peek());
    if (!next.delete(key)) next.add(key);
    loads.toggled.value = next;
    if (next.has(key) && !isWhole && own(key).cursor === undefined) void loadMore(key);
  }

  return {
    groups:
      data?.items.map(({ key, count }) => {
        const { items, cursor, isLoading } = own(key);
        // A list of one page is shown whole; of a longer one the person opens what matters.
        const isOpen = loads.toggled.value.has(key) !== isWhole;
        return { key, title: titleOf(key), count, items, isOpen, isLoading, hasMore: cursor !== null };
      }) ?? null,
    keyOf: (item) => data?.items.find(({ key }) => key.toLowerCase() === keyOf(item))?.key ?? '',
    toggle,
    loadMore: (key) => void loadMore(key),
    async loadAll(key) {
      for (let group = own(key); ; ) {
        if (group.cursor === null) return group.items;
        const next = await loadMore(key);
        if (next.cursor === group.cursor) return next.items;
        group = next;
      }
    },
    ...(detail
      ? {
          detail: (key: string) => {
            const group = data?.items.find((one) => one.key === key);
            return group ? detail(group) : null;
          },
        }
      : {}),
  };
}

/** The scopes of a filter that are within a group of resources, or the group when it is the narrower one. */
export function narrowedScope(filter: readonly string[], group: string): string {
  const isIn = (id: string, scope: string) => `${id}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
  const inside = filter.filter((one) => isIn(one, group));
  return inside.length > 0 && !filter.some((one) => isIn(group, one)) ? inside.join(',') : group;
}
