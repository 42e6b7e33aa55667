/** Groups of approvals: one for each value, with the number, the oldest time, the worst impact and the severities. */
import { expect, test } from 'vitest';
import { groupApprovals } from '../../../src/domain/approvals/approval-groups.ts';
import type { ApprovalHead } from '../../../src/domain/approvals/approval-list.ts';

const GROUP = '/subscriptions/one/resourceGroups/Shop';

function head(rule: string, resource: string, hour: number, differs: Partial<ApprovalHead>): ApprovalHead {
  return {
    ...{ id: `a${hour}`, status: 'pending', purpose: 'fix', rule, title: rule, severity: 'high', impact: 'none' },
    ...{ resource: `${GROUP}/${resource}`, name: 'shop', changedBy: null },
    ...{ requestedAt: `2026-03-01T0${hour}:00:00.000Z`, expiresAt: '2026-03-08T00:00:00.000Z' },
    ...differs,
  };
}
const heads = [
  head('cors', 'sites/Shop', 3, { impact: 'traffic', severity: 'critical' }),
  head('tls', 'sites/shop', 2, { impact: 'restart' }),
  head('tls', 'sites/cart', 5, { impact: 'none' }),
  head('auth', 'sites/cart', 4, { impact: 'restart', severity: 'low' }),
];
const NONE = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

test('groups by rule are sorted by size, then by name', () => {
  const [tls, auth, cors] = ['02', '04', '03'].map((hour) => ({ oldest: `2026-03-01T${hour}:00:00.000Z` }));
  expect(groupApprovals(heads, 'rule')).toEqual([
    { key: 'tls', count: 2, ...tls, impact: 'restart', bySeverity: { ...NONE, high: 2 } },
    { key: 'auth', count: 1, ...auth, impact: 'restart', bySeverity: { ...NONE, low: 1 } },
    { key: 'cors', count: 1, ...cors, impact: 'traffic', bySeverity: { ...NONE, critical: 1 } },
  ]);
});

test('groups by resource ignore the casing of the id', () => {
  expect(groupApprovals(heads, 'resource')).toMatchObject([
    { key: `${GROUP}/sites/Shop`, count: 2, oldest: '2026-03-01T02:00:00.000Z', impact: 'traffic' },
    { key: `${GROUP}/sites/cart`, count: 2, oldest: '2026-03-01T04:00:00.000Z', impact: 'restart' },
  ]);
});

test('groups by scope have the scope as their key; what is in no resource group counts for its subscription', () => {
  const all = [...heads, head('defender', '', 1, { resource: '/subscriptions/one' })];
  const others = all.map((one, n) => (n === 1 ? { ...one, resource: one.resource.toUpperCase() } : one));
  expect(groupApprovals(others, 'resourceGroup').map(({ key, count }) => [key, count])).toEqual([
    [GROUP, 4],
    ['/subscriptions/one', 1],
  ]);
  expect(groupApprovals(others, 'subscription').map(({ key, count }) => [key, count])).toEqual([
    ['/subscriptions/one', 5],
  ]);
});

test('groups by severity are the worst first, whatever their size', () => {
  expect(groupApprovals(heads, 'severity').map(({ key, count }) => [key, count])).toEqual([
    ['critical', 1],
    ['high', 2],
    ['low', 1],
  ]);
});

test('the oldest time and the worst impact do not depend on the order', () => {
  expect(groupApprovals([...heads].reverse(), 'resource').map(({ oldest, impact }) => [oldest, impact])).toEqual([
    ['2026-03-01T04:00:00.000Z', 'restart'],
    ['2026-03-01T02:00:00.000Z', 'traffic'],
  ]);
});

test('without approvals there are no groups', () => {
  expect(groupApprovals([], 'rule')).toEqual([]);
});
