/** Groups of approvals: one for each rule or resource, with the number, the oldest time and the worst impact. */
import { expect, test } from 'vitest';
import { type ApprovalHead, groupApprovals } from '../../../src/domain/approvals/approval-groups.ts';

const head = (rule: string, resource: string, hour: number, impact: ApprovalHead['impact']): ApprovalHead => ({
  rule,
  resource,
  requestedAt: `2026-03-01T0${hour}:00:00.000Z`,
  impact,
});
const heads = [
  head('cors', '/sites/Shop', 3, 'traffic'),
  head('tls', '/sites/shop', 2, 'restart'),
  head('tls', '/sites/cart', 5, 'none'),
  head('auth', '/sites/cart', 4, 'restart'),
];

test('groups by rule are sorted by size, then by name', () => {
  expect(groupApprovals(heads, 'rule')).toEqual([
    { key: 'tls', count: 2, oldest: '2026-03-01T02:00:00.000Z', impact: 'restart' },
    { key: 'auth', count: 1, oldest: '2026-03-01T04:00:00.000Z', impact: 'restart' },
    { key: 'cors', count: 1, oldest: '2026-03-01T03:00:00.000Z', impact: 'traffic' },
  ]);
});

test('groups by resource ignore the casing of the id', () => {
  expect(groupApprovals(heads, 'resource')).toEqual([
    { key: '/sites/Shop', count: 2, oldest: '2026-03-01T02:00:00.000Z', impact: 'traffic' },
    { key: '/sites/cart', count: 2, oldest: '2026-03-01T04:00:00.000Z', impact: 'restart' },
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
