import { expect, test } from 'vitest';
import type { ApprovalBrief } from '../../../../src/console/api/types.ts';
import { effectsOf, numberToType, splitByRight } from '../../../../src/console/views/approvals/decide.ts';
import { resultOf, resultOfDecision } from '../../../../src/console/views/approvals/decision-job.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const GROUP = '/subscriptions/s/resourceGroups/shop';

function approval(id: string, impact = 'none', more: object = {}): ApprovalBrief {
  const base = {
    id,
    status: 'pending',
    digest: `sha256:${id}`,
    resource: { id: `${GROUP}/providers/Microsoft.Web/sites/${id}`, type: 'Microsoft.Web/sites', name: id },
    rule: { id: 'r', version: 1, title: 'R', severity: 'high', risk: '', impact, reversible: true },
    mayDecide: { allowed: true, reason: null },
    moved: [],
  };
  return { ...base, ...more } as unknown as ApprovalBrief;
}

const many = (count: number, impact?: string) =>
  Array.from({ length: count }, (_, index) => approval(`a${index}`, impact));
const own = { mayDecide: { allowed: false, reason: 'You changed this resource yourself.' } };

test('what is not the person’s to approve is left out, by its reason; rejecting is not limited', () => {
  const items = [approval('a'), approval('b', 'none', own), approval('c', 'none', own)];
  const { mine, leftOut } = splitByRight('approve', items);
  expect(mine.map(({ id }) => id)).toEqual(['a']);
  expect(leftOut.map(({ reason, items: left }) => [reason, left.length])).toEqual([[own.mayDecide.reason, 2]]);
  expect(splitByRight('reject', items).mine).toHaveLength(3);
  expect(splitByRight('reject', [approval('d', 'none', { status: 'approved' })]).mine).toEqual([]);
});

test('the number is typed above ten, and with any traffic impact', () => {
  expect(numberToType('approve', many(10))).toBeNull();
  expect(numberToType('approve', many(11))).toBe(11);
  expect(numberToType('approve', many(1, 'traffic'))).toBe(1);
  expect(numberToType('reject', many(1, 'traffic'))).toBeNull();
  expect(numberToType('approve', [])).toBeNull();
});

test('effects count restarts, what waits for a window or a freeze, and what cannot be rolled back', () => {
  const items = [
    approval('a', 'restart'),
    approval('b', 'traffic'),
    approval('c', 'new-revision', { rule: { impact: 'new-revision', reversible: false } }),
    approval('d'),
  ];
  const settings = {
    scopes: [
      { scope: GROUP.toUpperCase(), window: {} },
      { scope: `${GROUP}/providers/Microsoft.Web/sites/d`, frozen: { until: '2026-12-01T00:00:00Z', reason: '' } },
      { scope: `${GROUP}/providers/Microsoft.Web/sites/a`, frozen: { until: '2026-11-01T00:00:00Z', reason: '' } },
    ],
  } as unknown as Parameters<typeof effectsOf>[1];
  expect(effectsOf(items, settings, NOW)).toEqual({
    ...{ traffic: 1, restarts: 1, revisions: 1, irreversible: 1, inWindow: 3, frozen: 1, apps: 4 },
  });
});

test('a refusal keeps its reason, a fault of the service is a failure', () => {
  const problem = (status: number) => ({
    type: 'about:blank',
    title: 'T',
    status,
    code: 'digest-mismatch',
    detail: 'It moved.',
  });
  expect(resultOfDecision({ id: 'a', status: 409, problem: problem(409) } as never)).toEqual({
    id: 'a',
    state: 'refused',
    text: 'It moved.',
  });
  expect(resultOfDecision({ id: 'a', status: 503, problem: problem(503) } as never).state).toBe('failed');
});

test('each status of an approval is a state of the job', () => {
  const decision = { by: { objectId: 'o', name: 'n' }, at: '', comment: null };
  const stateOf = (status: string) => resultOf(approval('a', 'none', { status, decision })).state;
  const all = ['approved', 'unknown', 'blocked', 'applied', 'rejected', 'cleared', 'failed', 'superseded', 'expired'];
  expect(all.map(stateOf)).toEqual([
    'accepted',
    'accepted',
    'held',
    'done',
    'done',
    'done',
    'failed',
    'refused',
    'refused',
  ]);
});
