/** The rows of a table. Each renders again only when it is ticked, reached or changed. */
import { type Signal, useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { place } from '../../state/location.ts';
import { CheckBox } from '../check-box.tsx';
import { plural } from '../format/words.ts';
import { boxState, type Selection } from '../selection.ts';
import type { Column, Grouping } from './column.ts';
import type { TableGroup } from './rows.ts';

/** What rows share. */
export interface RowContext<T> {
  readonly columns: readonly Column<T>[];
  readonly isPhone: boolean;
  readonly selection: Selection<T> | null;
  /** The id of the row with the tab stop of the table. */
  readonly stop: Signal<string | null>;
  labelOf(item: T): string;
  hrefOf?(item: T): string;
  open(item: T): void;
  toggle(id: string, event: MouseEvent): void;
  readonly gone: Signal<ReadonlySet<string>>;
}

interface RowProps<T> {
  readonly context: RowContext<T>;
  readonly id: string;
  readonly index: number;
}

export function ItemRow<T>({ context, id, index, item }: RowProps<T> & { item: T }) {
  const { columns, isPhone, selection, stop, labelOf, open, toggle, gone } = context;
  const isStop = useComputed(() => stop.value === id);
  const isSelected = useComputed(() => selection?.has(id) ?? false);
  const isOpen = useComputed(() => place.value.query.get('open') === id);
  const isGone = useComputed(() => gone.value.has(id));
  const names = [isSelected.value && 'selected', isOpen.value && 'open', isGone.value && 'gone'].filter(Boolean);
  return (
    <tr
      class={names.join(' ')}
      data-row={id}
      data-index={index}
      aria-rowindex={index + 2}
      aria-label={labelOf(item)}
      aria-current={isOpen.value ? 'true' : undefined}
      tabIndex={isStop.value ? 0 : -1}
      onClick={(event: MouseEvent) => {
        if (!isInteractive(event.target) && window.getSelection()?.isCollapsed !== false) open(item);
      }}
    >
      {selection && (
        <td class="check-cell">
          <CheckBox
            label={`Select ${labelOf(item)}`}
            state={isSelected.value ? 'all' : 'none'}
            tabIndex={-1}
            onToggle={(event) => toggle(id, event)}
          />
        </td>
      )}
      {isPhone ? (
        <td>
          <PhoneLines columns={columns} item={item} />
        </td>
      ) : (
        columns.map((column) => <td key={column.id}>{column.cell(item)}</td>)
      )}
    </tr>
  );
}

const LINES = ['first', 'second', 'third'] as const;

function PhoneLines<T>({ columns, item }: { columns: readonly Column<T>[]; item: T }) {
  return (
    <>
      {LINES.map((line) => (
        <div key={line} class={`phone-line ${line}`}>
          {columns.map((column) => column.phone === line && <div key={column.id}>{column.cell(item)}</div>)}
        </div>
      ))}
    </>
  );
}

export function GroupRow<T>({
  context: { columns, isPhone, selection, stop },
  id,
  index,
  group,
  grouping,
  counts,
}: RowProps<T> & {
  group: TableGroup<T>;
  grouping: Grouping<T>;
  /** How many items of each group are selected. */
  counts: Signal<ReadonlyMap<string, number>>;
}) {
  const isStop = useComputed(() => stop.value === id);
  const state = useComputed(() => boxState(counts.value.get(group.key) ?? 0, group.count));
  async function toggleAll(): Promise<void> {
    if (state.peek() === 'all') {
      const own = [...(selection?.items.peek().values() ?? [])].filter((item) => grouping.keyOf(item) === group.key);
      return selection?.set(own, false);
    }
    selection?.set(await grouping.loadAll(group.key), true);
  }
  return (
    <tr class="group" data-row={id} data-index={index} aria-rowindex={index + 2} tabIndex={isStop.value ? 0 : -1}>
      {selection && (
        <td class="check-cell">
          <CheckBox
            label={`Select all ${group.count} of ${group.title}`}
            state={state.value}
            tabIndex={-1}
            onToggle={() => void toggleAll()}
          />
        </td>
      )}
      <td colSpan={isPhone ? 1 : columns.length}>
        <button
          type="button"
          class="group-button"
          tabIndex={-1}
          aria-expanded={group.isOpen}
          onClick={() => grouping.toggle(group.key)}
        >
          <span class="chevron" aria-hidden="true" />
          <bdi>{group.title}</bdi>
        </button>{' '}
        <span class="count">{plural(group.count, 'item')}</span> {grouping.detail?.(group.key)}
      </td>
    </tr>
  );
}

/** A row over all columns. */
export function WideRow<T>({
  context: { columns, isPhone, selection, stop },
  id,
  index,
  children,
}: RowProps<T> & { children: ComponentChildren }) {
  const isStop = useComputed(() => stop.value === id);
  return (
    <tr data-row={id} data-index={index} aria-rowindex={index + 2} tabIndex={isStop.value ? 0 : -1}>
      <td colSpan={(isPhone ? 1 : columns.length) + (selection ? 1 : 0)}>{children}</td>
    </tr>
  );
}

export function isInteractive(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, input, select, textarea, summary, label') !== null;
}
