/** The keys of a table: one tab stop, rows by arrows or letters, selecting and opening. */
import type { Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useKeys } from '../../state/keys.ts';
import type { Selection } from '../selection.ts';
import type { ItemKey } from './column.ts';
import { itemsBetween, type Row } from './rows.ts';
import { isInteractive } from './table-row.tsx';
import type { VirtualRows } from './virtual.ts';

interface Options<T> {
  readonly rows: readonly Row<T>[];
  readonly active: Signal<string | null>;
  readonly body: RefObject<HTMLElement | null>;
  readonly virtual: VirtualRows;
  readonly selection: Selection<T> | null;
  /** Where a range begins. */
  readonly anchor: { current: string | null };
  readonly keys: Readonly<Record<string, ItemKey<T>>>;
  readonly caption: string;
  openRow(row: Row<T>): void;
  toggleAt(id: string, event: { readonly shiftKey: boolean }): void;
}

/** Registers the keys, and returns the handler of those that only work while the focus is in the table. */
export function useTableKeys<T>(options: Options<T>): (event: KeyboardEvent) => void {
  const { rows, active, body, virtual, selection, anchor, keys, caption, openRow, toggleAt } = options;
  const index = () => rows.findIndex((row) => row.id === active.peek());

  function moveTo(wanted: number): void {
    const next = Math.max(0, Math.min(rows.length - 1, wanted));
    const row = rows[next];
    if (!row) return;
    active.value = row.id;
    virtual.show(next);
    focusRow(body, row.id);
  }

  function extend(step: 1 | -1): void {
    const from = index();
    if (selection && from >= 0) {
      const to = Math.max(0, Math.min(rows.length - 1, from + step));
      selection.set(itemsBetween(rows, from, to), true);
      anchor.current = rows[to]?.id ?? null;
    }
    moveTo(from + step);
  }

  function toggle(): void {
    const row = rows[index()];
    if (row?.kind === 'item') toggleAt(row.id, { shiftKey: false });
    else if (row?.kind === 'group') boxOf(body, row.id)?.click();
  }

  function open(): void {
    const row = rows[index()];
    if (row) openRow(row);
  }

  /** What a key acts on: the selected items, or the one that is active. */
  function targets(): readonly T[] {
    const selected = [...(selection?.items.peek().values() ?? [])];
    if (selected.length > 0) return selected;
    const row = rows[index()];
    return row?.kind === 'item' ? [row.item] : [];
  }

  const selecting = selection
    ? {
        x: { label: 'Select the row', run: toggle },
        'Shift+ArrowDown': { label: 'Extend the selection down' },
        'Shift+ArrowUp': { label: 'Extend the selection up' },
        '*': { label: 'Select all shown', run: () => selection.set(itemsBetween(rows, 0, rows.length), true) },
      }
    : {};
  const acting = Object.entries(keys).map(([key, { label, run }]) => [
    key,
    {
      label,
      run: () => {
        const items = targets();
        if (items.length > 0) run(items);
      },
    },
  ]);
  useKeys(
    {
      j: { label: 'Next row', run: () => moveTo(index() + 1) },
      k: { label: 'Previous row', run: () => moveTo(index() - 1) },
      Enter: { label: 'Open the row' },
      o: { label: 'Open the row', run: open },
      ...selecting,
      ...Object.fromEntries(acting),
    },
    caption,
  );

  function inHead(event: KeyboardEvent): boolean {
    const target = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-head]') : null;
    if (!target) return false;
    const heads = [...(target.closest('tr')?.querySelectorAll<HTMLElement>('[data-head]') ?? [])];
    const at = heads.indexOf(target);
    if (event.key === 'ArrowRight') heads[at + 1]?.focus();
    else if (event.key === 'ArrowLeft') heads[at - 1]?.focus();
    else if (event.key === 'ArrowDown') moveTo(0);
    else return true;
    event.preventDefault();
    return true;
  }

  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || inHead(event)) return;
    const at = index();
    if (event.key === 'ArrowDown') event.shiftKey ? extend(1) : moveTo(at + 1);
    else if (event.key === 'ArrowUp' && event.shiftKey) extend(-1);
    else if (event.key === 'ArrowUp') at <= 0 ? focusHead(body) : moveTo(at - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else if (event.key === 'PageDown') moveTo(at + 10);
    else if (event.key === 'PageUp') moveTo(at - 10);
    else if (event.key === 'Enter' && !isInteractive(event.target)) open();
    else if (event.key === ' ' && !isInteractive(event.target)) toggle();
    else return;
    event.preventDefault();
  };
}

function rowOf(body: RefObject<HTMLElement | null>, id: string): HTMLElement | null {
  return body.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`) ?? null;
}

function boxOf(body: RefObject<HTMLElement | null>, id: string): HTMLInputElement | null {
  return rowOf(body, id)?.querySelector('input') ?? null;
}

/** A row that does not exist yet comes with the next frames. */
function focusRow(body: RefObject<HTMLElement | null>, id: string, tries = 5): void {
  const row = rowOf(body, id);
  if (row) row.focus();
  else if (tries > 0) requestAnimationFrame(() => focusRow(body, id, tries - 1));
}

function focusHead(body: RefObject<HTMLElement | null>): void {
  body.current?.closest('table')?.querySelector<HTMLElement>('[data-head]')?.focus();
}
