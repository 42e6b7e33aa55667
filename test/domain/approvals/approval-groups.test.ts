/** The queue in numbers: one group for each rule or resource, with how many, since when and how bad. */
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

test('by rule: the largest first, then by name', () => {
  expect(groupApprovals(heads, 'rule')).toEqual([
    { key: 'tls', count: 2, oldest: '2026-03-01T02:00:00.000Z', impact: 'restart' },
    { key: 'auth', count: 1, oldest: '2026-03-01T04:00:00.000Z', impact: 'restart' },
    { key: 'cors', count: 1, oldest: '2026-03-01T03:00:00.000Z', impact: 'traffic' },
  ]);
});

test('by resource: whatever case its id came in', () => {
  expect(groupApprovals(heads, 'resource')).toEqual([
    { key: '/sites/Shop', count: 2, oldest: '2026-03-01T02:00:00.000Z', impact: 'traffic' },
    { key: '/sites/cart', count: 2, oldest: '2026-03-01T04:00:00.000Z', impact: 'restart' },
  ]);
});

test('nothing waits: no groups', () => {
  expect(groupApprovals([], 'rule')).toEqual([]);
});
