/** The rows that exist in the page, with room for those that do not. */
import { useComputed } from '@preact/signals';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Grouping } from './column.ts';
import type { Row } from './rows.ts';
import { GroupRow, ItemRow, type RowContext, WideRow } from './table-row.tsx';
import type { VirtualRows } from './virtual.ts';

interface Props<T> {
  readonly rows: readonly Row<T>[];
  readonly context: RowContext<T>;
  readonly virtual: VirtualRows;
  readonly grouping: Grouping<T> | null;
  /** Columns of the table. */
  readonly width: number;
}

export function BodyRows<T>({ rows, context, virtual, grouping, width }: Props<T>) {
  const keyOf = grouping?.keyOf;
  const counts = useComputed(() => {
    const found = new Map<string, number>();
    if (keyOf) {
      for (const item of context.selection?.items.value.values() ?? []) {
        found.set(keyOf(item), (found.get(keyOf(item)) ?? 0) + 1);
      }
    }
    return found;
  });
  // The same element for the same item: scrolling then renders only the rows that come.
  const cache = useMemo(() => new Map<string, { item: unknown; index: number; node: VNode }>(), [context]);

  function render(index: number): VNode | null {
    const row = rows[index];
    if (!row) return null;
    const common = { context, index, id: row.id };
    if (row.kind === 'group') {
      return grouping && <GroupRow key={row.id} {...common} group={row.group} grouping={grouping} counts={counts} />;
    }
    if (row.kind === 'more') {
      return (
        <WideRow key={row.id} {...common}>
          {row.group.isLoading ? (
            <span class="skeleton" />
          ) : (
            <button type="button" tabIndex={-1} onClick={() => grouping?.loadMore(row.group.key)}>
              Load more of {row.group.title}
            </button>
          )}
        </WideRow>
      );
    }
    const known = cache.get(row.id);
    if (known?.item === row.item && known.index === index) return known.node;
    const node = <ItemRow key={row.id} {...common} item={row.item} />;
    cache.set(row.id, { item: row.item, index, node });
    return node;
  }

  if (virtual.rows === null) return <>{rows.map((_, index) => render(index))}</>;
  let end = 0;
  const nodes: (VNode | null)[] = [];
  for (const row of virtual.rows) {
    if (row.start > end) nodes.push(<Gap key={`gap:${row.index}`} height={row.start - end} width={width} />);
    nodes.push(render(row.index));
    end = row.end;
  }
  if (virtual.height > end) nodes.push(<Gap key="gap:end" height={virtual.height - end} width={width} />);
  return <>{nodes}</>;
}

function Gap({ height, width }: { height: number; width: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr class="gap" aria-hidden="true">
      <td colSpan={width} style={{ height: `${height}px` }} />
    </tr>
  );
}
