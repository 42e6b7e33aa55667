import { expect, test } from 'vitest';
import {
  ariaSort,
  itemsBetween,
  nextSort,
  rowsOf,
  toggledColumn,
  visibleColumns,
} from '../../../../src/console/ui/table/rows.ts';
import { narrowedScope } from '../../../../src/console/ui/table/use-groups.ts';

const idOf = (item: string) => item;
const group = (key: string, items: string[], more: object = {}) => ({
  ...{ key, title: key, count: items.length, items, isOpen: true, isLoading: false, hasMore: false },
  ...more,
});

test('a closed group is one row, an open one shows its items and that more follow', () => {
  const rows = rowsOf([], [group('a', ['1', '2'], { hasMore: true }), group('b', ['3'], { isOpen: false })], idOf);
  expect(rows.map(({ id }) => id)).toEqual(['group:a', '1', '2', 'more:a', 'group:b']);
});

test('a range has the items between two rows, in any direction, without the rows of groups', () => {
  const rows = rowsOf([], [group('a', ['1', '2']), group('b', ['3'])], idOf);
  expect(itemsBetween(rows, 4, 1)).toEqual(['1', '2', '3']);
});

const columns = [{ id: 'a' }, { id: 'b', optional: true }, { id: 'c' }];

test('columns come from the address, in their own order, and the default has no address', () => {
  expect(visibleColumns(columns, null).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(visibleColumns(columns, 'b,a').map(({ id }) => id)).toEqual(['a', 'b']);
  expect(visibleColumns(columns, 'gone').map(({ id }) => id)).toEqual(['a', 'c']);
  expect(toggledColumn(columns, null, 'b')).toBe('a,b,c');
  expect(toggledColumn(columns, 'a,b,c', 'b')).toBeNull();
  expect(toggledColumn(columns, 'a', 'a')).toBe('a');
});

test('a header changes between its two orders', () => {
  const column = { sort: '-requested', reverse: 'requested' };
  expect(nextSort('severity', column)).toBe('-requested');
  expect(nextSort('-requested', column)).toBe('requested');
  expect([ariaSort('-requested', column), ariaSort('requested', column), ariaSort('rule', column)]).toEqual([
    'descending',
    'ascending',
    undefined,
  ]);
});

test('the items of a group never go beyond the filter', () => {
  const [group1, app] = [
    '/subscriptions/s/resourceGroups/one',
    '/subscriptions/s/resourceGroups/one/providers/x/y/app',
  ];
  expect(narrowedScope([], group1)).toBe(group1);
  expect(narrowedScope([app], group1)).toBe(app);
  expect(narrowedScope([group1], app)).toBe(app);
  expect(narrowedScope(['/subscriptions/s/resourceGroups/ONE/providers/x/y/app'], group1)).toContain('ONE');
  expect(narrowedScope([app], '/subscriptions/s/resourceGroups/on')).toBe('/subscriptions/s/resourceGroups/on');
});
