/** A list as a table: one tab stop, rows by keys, boxes, groups, an order and columns from the address. */
import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { goTo, place } from '../../state/location.ts';
import { isPhone } from '../../state/phone.ts';
import type { LoadedList } from '../../state/use-list.ts';
import { ErrorMessage } from '../message.tsx';
import type { Selection } from '../selection.ts';
import { BodyRows } from './body-rows.tsx';
import type { Column, Grouping, ItemKey } from './column.ts';
import { Skeleton, TableBar, TableFoot, TableHead } from './parts.tsx';
import { type Row, rowsOf, visibleColumns } from './rows.ts';
import { useTableKeys } from './table-keys.ts';
import type { RowContext } from './table-row.tsx';
import { useVirtualRows } from './virtual.ts';

export interface TableProps<T> {
  /** Of the list, in ids and tests. */
  readonly name: string;
  readonly caption: string;
  readonly list: LoadedList<T>;
  /** A constant: rows are kept while it is the same. */
  readonly columns: readonly Column<T>[];
  /** The order when the address has no `sort`; null when the list has one order. */
  readonly defaultSort?: string | null;
  readonly selection?: Selection<T> | null;
  readonly grouping?: Grouping<T> | null;
  readonly keys?: Readonly<Record<string, ItemKey<T>>>;
  /** In place of the table when there is nothing. */
  readonly empty: ComponentChildren;
  /** What items are called: `approval`. */
  readonly noun?: string;
  idOf(item: T): string;
  /** What people call an item, such as `webapp-https-only on shop`. */
  labelOf(item: T): string;
  /** The address of its details. */
  hrefOf?(item: T): string;
}

export function DataTable<T>(props: TableProps<T>) {
  const { name, caption, list, columns, selection = null, grouping = null, keys = {}, empty } = props;
  const { idOf, labelOf, hrefOf } = props;
  const { query } = place.value;
  const sort = query.get('sort') ?? props.defaultSort ?? null;
  const shown = useMemo(() => visibleColumns(columns, query.get('cols')), [columns, query.get('cols')]);
  const rows = useMemo(() => rowsOf(list.items, grouping?.groups ?? null, idOf), [list.items, grouping?.groups, idOf]);
  const body = useRef<HTMLTableSectionElement>(null);
  const active = useSignal<string | null>(null);
  const first = useSignal<string | null>(null);
  first.value = rows[0]?.id ?? null;
  const stop = useComputed(() => active.value ?? first.value);
  const anchor = useRef<string | null>(null);
  const gone = useSignal(list.gone);
  gone.value = list.gone;

  const indexOf = (id: string | null) => (id === null ? -1 : rows.findIndex((row) => row.id === id));
  const kept = indexOf(active.peek());
  useEffect(() => {
    if (active.peek()?.startsWith('head:') === false && kept < 0) active.value = null;
  });
  const virtual = useVirtualRows({
    count: rows.length,
    height: isPhone.value ? 92 : 45,
    body,
    kept,
    keyOf: (index) => rows[index]?.id ?? index.toString(),
  });

  function openRow(row: Row<T>): void {
    if (row.kind === 'item') {
      const href = hrefOf?.(row.item);
      if (href) goTo(href);
    } else if (row.kind === 'group') grouping?.toggle(row.group.key);
    else grouping?.loadMore(row.group.key);
  }

  function toggleAt(id: string, { shiftKey }: { readonly shiftKey: boolean }): void {
    const [from, to] = [indexOf(anchor.current), indexOf(id)];
    const row = rows[to];
    if (!selection || row?.kind !== 'item') return;
    const isOn = !selection.items.peek().has(id);
    if (shiftKey && from >= 0) selectBetween(from, to, isOn);
    else selection.set([row.item], isOn);
    anchor.current = id;
    active.value = id;
  }

  function selectBetween(from: number, to: number, isOn: boolean): void {
    const [low, high] = from < to ? [from, to] : [to, from];
    const between = rows.slice(low, high + 1).flatMap((row) => (row.kind === 'item' ? [row.item] : []));
    selection?.set(between, isOn);
  }

  const latest = useRef({ openRow, toggleAt });
  latest.current = { openRow, toggleAt };
  const phone = isPhone.value;
  const context = useMemo<RowContext<T>>(
    () => ({
      columns: shown,
      isPhone: phone,
      selection,
      stop,
      labelOf,
      ...(hrefOf ? { hrefOf } : {}),
      open: (item) => latest.current.openRow({ kind: 'item', id: idOf(item), item }),
      toggle: (id, event) => latest.current.toggleAt(id, event),
      gone,
    }),
    [shown, phone, selection, stop, labelOf, hrefOf, idOf, gone],
  );
  const onKeyDown = useTableKeys({ rows, active, body, virtual, selection, anchor, keys, openRow, toggleAt, caption });

  const isEmpty =
    rows.length === 0 && !list.isLoading && !list.error && (grouping === null || grouping.groups !== null);
  const total = list.total ?? (list.hasMore ? null : list.items.length);
  const width = (phone ? 1 : shown.length) + (selection ? 1 : 0);
  return (
    <div class="table-region">
      <TableBar {...{ list, columns, total, sort }} noun={props.noun ?? 'item'} />
      {list.error && <ErrorMessage error={list.error} retry={list.refresh} />}
      {isEmpty ? (
        empty
      ) : (
        <table
          id={`table-${name}`}
          class={phone ? 'data phone' : 'data'}
          aria-rowcount={(total ?? -1) < rows.length && total !== null ? rows.length + 1 : (total ?? -2) + 1}
          aria-busy={list.isLoading}
          onKeyDown={onKeyDown}
          onFocusIn={(event: FocusEvent) => {
            const row = event.target instanceof Element ? event.target.closest('[data-row]') : null;
            const id = row?.getAttribute('data-row');
            if (id) active.value = id;
          }}
        >
          <caption class="visually-hidden">{caption}</caption>
          <TableHead {...{ context, sort, rows }} />
          <tbody ref={body}>
            {rows.length === 0 && list.isLoading ? (
              <Skeleton width={width} />
            ) : (
              <BodyRows {...{ rows, context, virtual, grouping, width }} />
            )}
          </tbody>
        </table>
      )}
      {grouping === null && <TableFoot list={list} />}
    </div>
  );
}
