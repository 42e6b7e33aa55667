import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  APPROVAL_STATUSES,
  type Approval,
  type ApprovalStatus,
  type ApprovalTransition,
  isDecided,
  isOpen,
  movedSince,
  reconcileApproval,
} from '../../../src/domain/approvals/approval.ts';
import { digestOf } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import type { Evaluation } from '../../../src/domain/rules/evaluate.ts';
import { read, resourceNamed, ruleLike, SITE, TLS_CHANGE, violationLike } from '../examples.ts';

const site = resourceNamed(SITE);
const NOW = new Date('2026-01-15T12:00:00Z');
const PAST = '2026-01-15T12:00:00.000Z';
const FUTURE = '2026-01-15T12:00:00.001Z';
const kept = [{ document: 'config/web' as const, path: '/properties/cors/supportCredentials', value: true }];
const right = violationLike({ verdict: 'compliant', changes: [], reason: 'It is right.' });
const unread = violationLike({ verdict: 'unknown', changes: [], reason: 'It was not read.' });
const moved = violationLike({ changes: [{ ...TLS_CHANGE, from: '1.1' }] });

describe('guarantee 7: an approval is reconciled with a fresh evaluation', () => {
  test.each<[string, Evaluation | null, ApprovalStatus, string, ApprovalTransition['kind']]>([
    ['the same, undecided: keep', violationLike(), 'pending', FUTURE, 'keep'],
    ['the same, approved: execute', violationLike(), 'approved', FUTURE, 'execute'],
    ['the same, blocked before: execute', violationLike(), 'blocked', FUTURE, 'execute'],
    ['the same, unknown before: execute', violationLike(), 'unknown', FUTURE, 'execute'],
    ['a decision does not expire', violationLike(), 'approved', PAST, 'execute'],
    ['the same, not decided in time: expire', violationLike(), 'pending', PAST, 'expire'],
    ['moved: supersede', moved, 'pending', FUTURE, 'supersede'],
    ['moved after the decision: supersede', moved, 'approved', FUTURE, 'supersede'],
    ['moved and expired: supersede, so that it is requested again', moved, 'pending', PAST, 'supersede'],
    ['already right: clear', right, 'pending', FUTURE, 'clear'],
    ['already right after the decision: clear', right, 'approved', FUTURE, 'clear'],
    ['not applicable any more: clear', { ...right, verdict: 'not-applicable' }, 'pending', FUTURE, 'clear'],
    ['advice only by now: clear', violationLike({ changes: [] }), 'approved', FUTURE, 'clear'],
    ['the rule is no longer evaluated: clear', null, 'approved', FUTURE, 'clear'],
    ['unknown: keep', unread, 'pending', FUTURE, 'keep'],
    ['unknown never executes', unread, 'approved', FUTURE, 'keep'],
    ['unknown and expired: expire', unread, 'pending', PAST, 'expire'],
    ['other preserved siblings: supersede', violationLike({ preserved: kept }), 'approved', FUTURE, 'supersede'],
  ])('%s', (_, evaluation, status, expiresAt, kind) => {
    expect(settled(approval({ status, expiresAt }), evaluation).kind).toBe(kind);
  });

  test('a new version of the rule supersedes', () => {
    const rule = ruleLike({ version: 2 });
    expect(settled(approval({ status: 'approved' }), violationLike({ rule })).kind).toBe('supersede');
  });

  test('clearing has a reason', () => {
    expect(settled(approval({}), right)).toEqual({
      kind: 'clear',
      reason: { code: 'already-right', text: 'It is right.' },
    });
  });

  test.each<[string, Evaluation | null, { code: string; text: string }]>([
    ['no rule', null, { code: 'already-right', text: 'The rule is no longer evaluated on this resource.' }],
    ['advice', violationLike({ changes: [] }), { code: 'tier-advice', text: 'It is wrong.' }],
  ])('clearing for %s has its own reason', (_, evaluation, reason) => {
    expect(settled(approval({}), evaluation)).toEqual({ kind: 'clear', reason });
  });

  test('preserved siblings are compared one by one by place and value, in any order', () => {
    const [sibling] = kept;
    if (!sibling) throw new Error('there is none');
    const second = { ...sibling, path: '/properties/http20Enabled' };
    const fresh = (...others: Evaluation['preserved']) =>
      settled(approval({ status: 'approved', preserved: [sibling, second] }), violationLike({ preserved: others }))
        .kind;
    expect(fresh(second, sibling)).toBe('execute');
    expect(fresh(sibling, { ...second, value: false })).toBe('supersede');
    expect(fresh(sibling, { ...second, path: '/properties/other' })).toBe('supersede');
    expect(fresh(sibling, { ...second, document: 'resource' })).toBe('supersede');
    expect(fresh(sibling, sibling)).toBe('supersede');
  });

  test('superseding has the shown and the current values of what moved', () => {
    const shown = approval({ preserved: kept });
    const now = snapshotWith({ minTlsVersion: '1.1', cors: { supportCredentials: false } });
    expect(movedSince(shown, now)).toEqual([
      { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.1' },
      { document: 'config/web', path: '/properties/cors/supportCredentials', from: true, to: false },
    ]);
    expect(movedSince(shown, snapshotWith({ minTlsVersion: '1.0', cors: { supportCredentials: true } }))).toEqual([]);
  });
});

describe('guarantee 7, for any input', () => {
  const value = fc.constantFrom<Json>(null, '1.0', '1.1', '1.2');
  const change = fc.record({
    document: fc.constantFrom('config/web' as const, 'resource' as const),
    path: fc.constantFrom('/properties/a', '/properties/b'),
    from: value,
    to: value,
  });
  const evaluation = fc.oneof(
    fc.constant(null),
    fc
      .record({
        verdict: fc.constantFrom(
          'compliant' as const,
          'violation' as const,
          'unknown' as const,
          'not-applicable' as const,
        ),
        changes: fc.uniqueArray(change, { maxLength: 2, selector: ({ document, path }) => document + path }),
      })
      .map(({ verdict, changes }) => violationLike({ verdict, changes: verdict === 'violation' ? changes : [] })),
  );
  const status = fc.constantFrom(...APPROVAL_STATUSES.filter((one) => isOpen(approval({ status: one }))));
  const expiresAt = fc.constantFrom(PAST, FUTURE);

  test('only a decision on exactly the shown changes is executed', () => {
    fc.assert(
      fc.property(evaluation, evaluation, status, expiresAt, (shown, fresh, at, end) => {
        const open = approval({
          status: at,
          expiresAt: end,
          digest: digestFor(shown) ?? 'none',
          changes: shown?.changes ?? [],
        });
        const { kind } = settled(open, fresh);
        if (kind === 'execute') {
          expect(isDecided(at)).toBe(true);
          expect(fresh?.verdict).toBe('violation');
          expect(digestFor(fresh)).toBe(open.digest);
        }
        if (kind === 'expire') expect([at, end]).toEqual(['pending', PAST]);
        if (fresh?.verdict === 'unknown') expect(['keep', 'expire']).toContain(kind);
      }),
    );
  });

  test('the order of the changes of a rule does not matter', () => {
    fc.assert(
      fc.property(evaluation, (shown) => {
        fc.pre(shown !== null && shown.changes.length > 0);
        const open = approval({ status: 'approved', digest: digestFor(shown) ?? 'none' });
        const reversed = shown && { ...shown, changes: [...shown.changes].reverse() };
        expect(settled(open, reversed).kind).toBe('execute');
      }),
    );
  });
});

test('an approval is open while it waits for a decision or for its write', () => {
  const open = APPROVAL_STATUSES.filter((status) => isOpen(approval({ status })));
  expect(open).toEqual(['pending', 'approved', 'blocked', 'unknown']);
  expect(APPROVAL_STATUSES.filter(isDecided)).toEqual(['approved', 'blocked', 'unknown']);
});

function settled(open: Approval, evaluation: Evaluation | null): ApprovalTransition {
  const fresh = { evaluation, digest: digestFor(evaluation), snapshot: snapshotWith({ minTlsVersion: '1.1' }) };
  return reconcileApproval(open, fresh, NOW);
}

function digestFor(evaluation: Evaluation | null): string | null {
  return evaluation && digestOf(site, evaluation.rule, 'fix', evaluation.changes);
}

function snapshotWith(properties: { [key: string]: Json }): Snapshot {
  return { resource: site, documents: { 'config/web': read({ properties }) } };
}

function approval(members: Partial<Approval>): Approval {
  const { rule, changes, preserved: siblings } = violationLike();
  const pending: Approval = {
    id: 'a1',
    purpose: 'fix',
    status: 'pending',
    digest: digestOf(site, rule, 'fix', changes),
    resource: viewOf(site),
    rule: { ...rule, impact: 'restart' },
    changes,
    preserved: siblings,
    source: { bicep: '', terraform: '' },
    changedBy: null,
    reasons: [],
    requestedAt: '2026-01-08T12:00:00Z',
    expiresAt: FUTURE,
    decision: null,
    supersededBy: null,
    moved: [],
    auditIds: [],
    outbox: [],
  };
  return { ...pending, ...members };
}
