/** What can be done with the selected items, at the bottom of the window. */
import { useSignal } from '@preact/signals';
import { plural } from './format/words.ts';
import type { Selection } from './selection.ts';

interface Action<T> {
  readonly label: string;
  /** The key that does the same. */
  readonly key?: string;
  readonly primary?: boolean;
  run(items: readonly T[]): void;
}

interface Props<T> {
  readonly selection: Selection<T>;
  /** How many items match; null when it is not known. */
  readonly total: number | null;
  readonly actions: readonly Action<T>[];
  /** All that match, from all pages. Without it only what is shown can be selected. */
  loadAll?(): Promise<readonly T[]>;
}

export function SelectionBar<T>({ selection, total, actions, loadAll }: Props<T>) {
  const isLoading = useSignal(false);
  const items = selection.items.value;
  if (items.size === 0) return null;
  async function selectAll(): Promise<void> {
    if (!loadAll) return;
    isLoading.value = true;
    try {
      selection.set(await loadAll(), true);
    } finally {
      isLoading.value = false;
    }
  }
  return (
    <section class="selection-bar" aria-label="Selection">
      <strong role="status">{items.size.toLocaleString('en')} selected</strong>
      {loadAll && total !== null && total > items.size && (
        <button type="button" class="subtle" disabled={isLoading.value} onClick={() => void selectAll()}>
          {isLoading.value ? 'Loading…' : `Select all ${plural(total, 'item')} that match`}
        </button>
      )}
      <button type="button" class="subtle" onClick={selection.clear}>
        Clear
      </button>
      <span class="spacer" />
      {actions.map(({ label, key, primary, run }) => (
        <button
          key={label}
          type="button"
          class={primary ? 'primary' : ''}
          aria-keyshortcuts={key}
          onClick={() => run([...items.values()])}
        >
          {label}
        </button>
      ))}
    </section>
  );
}
