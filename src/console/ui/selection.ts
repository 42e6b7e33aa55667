/** Which items of a list are selected. An item is kept as it was shown when it was selected. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';

export interface Selection<T> {
  /** By id, in the order of selecting. */
  readonly items: ReadonlySignal<ReadonlyMap<string, T>>;
  idOf(item: T): string;
  has(id: string): boolean;
  toggle(item: T): void;
  set(items: readonly T[], isSelected: boolean): void;
  clear(): void;
}

/** `idOf` must stay the same function. Another `key`, such as other filters, begins anew. */
export function useSelection<T>(idOf: (item: T) => string, key = ''): Selection<T> {
  return useMemo(() => createSelection(idOf), [idOf, key]);
}

export function createSelection<T>(idOf: (item: T) => string): Selection<T> {
  const items: Signal<ReadonlyMap<string, T>> = signal(new Map());
  function set(changed: readonly T[], isSelected: boolean): void {
    const next = new Map(items.peek());
    for (const item of changed) {
      if (!isSelected) next.delete(idOf(item));
      else if (!next.has(idOf(item))) next.set(idOf(item), item);
    }
    items.value = next;
  }
  return {
    items,
    idOf,
    has: (id) => items.value.has(id),
    toggle: (item) => set([item], !items.peek().has(idOf(item))),
    set,
    clear: () => {
      items.value = new Map();
    },
  };
}

/** Of a box over several items. */
export type BoxState = 'all' | 'some' | 'none';

export function boxState(selected: number, of: number): BoxState {
  if (selected === 0) return 'none';
  return selected < of ? 'some' : 'all';
}
