/** What is around the rows of a table: its numbers, its columns, its header, and more pages. */
import { useComputed } from '@preact/signals';
import { place, setQuery } from '../../state/location.ts';
import { isPhone } from '../../state/phone.ts';
import type { LoadedList } from '../../state/use-list.ts';
import { CheckBox } from '../check-box.tsx';
import { plural } from '../format/words.ts';
import { Menu } from '../menu.tsx';
import { boxState } from '../selection.ts';
import type { Column } from './column.ts';
import { ariaSort, itemsBetween, nextSort, type Row, toggledColumn, visibleColumns } from './rows.ts';
import type { RowContext } from './table-row.tsx';

interface BarProps<T> {
  readonly list: LoadedList<T>;
  readonly columns: readonly Column<T>[];
  readonly total: number | null;
  readonly sort: string | null;
  readonly noun: string;
}

export function TableBar<T>({ list, columns, total, sort, noun }: BarProps<T>) {
  const wanted = place.value.query.get('cols');
  const shown = new Set(visibleColumns(columns, wanted).map(({ id }) => id));
  const sortable = columns.filter((column) => column.sort);
  return (
    <div class="table-bar">
      <span role="status">{list.isLoading && list.items.length === 0 ? 'Loading…' : countText(list, total, noun)}</span>
      {list.fresh > 0 && (
        <button type="button" class="fresh" onClick={list.refresh}>
          {plural(list.fresh, `new ${noun}`)} · Show
        </button>
      )}
      <span class="spacer" />
      {isPhone.value ? (
        sortable.length > 0 && (
          <select
            aria-label="Sort by"
            value={sort ?? ''}
            onChange={(event) => setQuery({ sort: event.currentTarget.value })}
          >
            {sortable.map((column) => (
              <option key={column.id} value={column.sort}>
                {column.title}
              </option>
            ))}
          </select>
        )
      ) : (
        <Menu label="Columns" align="end">
          <fieldset class="menu-list">
            <legend class="visually-hidden">Columns</legend>
            {columns.map(({ id, title }) => (
              <label class="check" key={id}>
                <input
                  type="checkbox"
                  checked={shown.has(id)}
                  onChange={() => setQuery({ cols: toggledColumn(columns, wanted, id) })}
                />
                {title}
              </label>
            ))}
          </fieldset>
        </Menu>
      )}
    </div>
  );
}

function countText<T>({ items, hasMore }: LoadedList<T>, total: number | null, noun: string): string {
  if (total !== null && total > items.length) return `${items.length.toLocaleString('en')} of ${plural(total, noun)}`;
  return hasMore ? `${plural(items.length, noun)}, more follow` : plural(items.length, noun);
}

interface HeadProps<T> {
  readonly context: RowContext<T>;
  readonly sort: string | null;
  readonly rows: readonly Row<T>[];
}

export function TableHead<T>({ context: { columns, isPhone: phone, selection }, sort, rows }: HeadProps<T>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {selection && (
          <th scope="col" class="check-cell">
            <ShownBox selection={selection} rows={rows} />
          </th>
        )}
        {phone ? (
          <th scope="col">Item</th>
        ) : (
          columns.map((column) => (
            <th
              key={column.id}
              scope="col"
              style={column.width ? { width: column.width } : {}}
              aria-sort={sort === null ? undefined : ariaSort(sort, column)}
            >
              {column.sort && sort !== null ? (
                <button
                  type="button"
                  class="sort"
                  data-head={column.id}
                  tabIndex={-1}
                  onClick={() => setQuery({ sort: nextSort(sort, column) })}
                >
                  {column.title}
                </button>
              ) : (
                column.title
              )}
            </th>
          ))
        )}
      </tr>
    </thead>
  );
}

function ShownBox<T>({
  selection,
  rows,
}: {
  selection: NonNullable<RowContext<T>['selection']>;
  rows: readonly Row<T>[];
}) {
  const items = itemsBetween(rows, 0, rows.length);
  const known = useComputed(() => selection.items.value);
  const count = items.filter((item) => known.value.has(selection.idOf(item))).length;
  const state = boxState(count, items.length);
  return (
    <span data-head="select">
      <CheckBox
        label="Select all shown"
        state={items.length === 0 ? 'none' : state}
        tabIndex={-1}
        onToggle={() => selection.set(items, state !== 'all')}
      />
    </span>
  );
}

export function TableFoot<T>({ list }: { list: LoadedList<T> }) {
  if (!list.hasMore || list.items.length === 0) return null;
  return (
    <div class="table-foot">
      <button type="button" disabled={list.isLoading} onClick={() => void list.loadMore()}>
        {list.isLoading ? 'Loading…' : 'Load more'}
      </button>
    </div>
  );
}

export function Skeleton({ width }: { width: number }) {
  return (
    <>
      {[0, 1, 2, 3, 4, 5, 6, 7].map((index) => (
        <tr key={index} class="skeleton-row">
          <td colSpan={width}>
            <span class="skeleton" />
          </td>
        </tr>
      ))}
    </>
  );
}
