import { expect, test } from 'vitest';
import { chipsOf, cleared, type Filter, isFiltered, toggled } from '../../../../src/console/ui/filters/filters.ts';

const filters: Filter[] = [
  { name: 'q', title: 'Search', kind: 'text' },
  { name: 'severity', title: 'Severity', options: [{ value: 'high', title: 'High' }] },
  { name: 'resource', title: 'Scope', kind: 'scope' },
  { name: 'period', title: 'Period', kind: 'period', from: 'from', to: 'to' },
];

test('chips say what is filtered in words, and a value that no option has as it is', () => {
  const query = new URLSearchParams(
    'q=shop&severity=high,odd&resource=/subscriptions/s/resourceGroups/rg&from=2026-11-01',
  );
  expect(chipsOf(filters, query).map(({ title, text }) => `${title}: ${text}`)).toEqual([
    'Search: shop',
    'Severity: High, odd',
    'Scope: Resource group rg',
    'Period: from 2026-11-01',
  ]);
});

test('values are added and removed, and the last one removes the parameter', () => {
  expect(toggled(new URLSearchParams(), 'severity', 'high')).toBe('high');
  expect(toggled(new URLSearchParams('severity=high'), 'severity', 'low')).toBe('high,low');
  expect(toggled(new URLSearchParams('severity=high'), 'severity', 'high')).toBeNull();
});

test('clearing removes every parameter of every filter, and nothing else', () => {
  expect(Object.keys(cleared(filters))).toEqual(['q', 'severity', 'resource', 'from', 'to']);
  expect(isFiltered(filters, new URLSearchParams('sort=rule&open=1'))).toBe(false);
  expect(isFiltered(filters, new URLSearchParams('to=2026-11-01'))).toBe(true);
});
