/** `explain` for people. */
import { describe, expect, test } from 'vitest';
import {
  countsByVerdict,
  type ExplainedFinding,
  hintOfDocument,
  inOrder,
  needsSeveral,
  summaryOfWhy,
  unreadOf,
  whyOf,
  wordOfOutcome,
  wordsOfGate,
} from '../../../../src/console/views/apps/explain.ts';
import { ACTIONS, type Action, REASON_CODES, type ReasonCode } from '../../../../src/domain/resources/reasons.ts';

function finding(more: Partial<ExplainedFinding> = {}): ExplainedFinding {
  return {
    rule: 'webapp-min-tls',
    title: 'Minimum TLS version is 1.2 or higher',
    severity: 'high',
    tier: 'safe',
    verdict: 'violation',
    reason: 'The minimum TLS version is 1.0.',
    changes: [],
    resource: { id: '/subscriptions/s', type: 'Microsoft.Web/sites', name: 'portal' },
    references: [],
    documentation: 'docs/rules/web-app.md#webapp-min-tls',
    since: '2026-03-01T12:00:00.000Z',
    evaluatedAt: '2026-03-01T12:00:00.000Z',
    decision: null,
    ...more,
  };
}

/** A decision of constraints, as domain/decisions/decide.ts makes it: the strictest decides. */
function decided(...constraints: readonly (readonly [ReasonCode, Action, string?])[]) {
  const lowest = (some: typeof constraints): Action =>
    ACTIONS[Math.min(4, ...some.map(([, at]) => ACTIONS.indexOf(at)))] ?? 'fix';
  return finding({
    decision: {
      action: lowest(constraints),
      until: null,
      reasons: constraints.map(([code]) => ({ code, text: `The text of ${code}.` })),
      ceilings: constraints.map((one) => ({
        code: one[0],
        at: one[1],
        until: one[2] ?? null,
        ifLifted: lowest(constraints.filter((other) => other !== one)),
      })),
    },
  });
}

describe('what would lift it', () => {
  test('one constraint: without it, it is fixed', () => {
    const one = decided(['mode-audit', 'report']);
    expect(whyOf(one)).toEqual([
      {
        code: 'mode-audit',
        text: 'The text of mode-audit.',
        until: null,
        lifted: 'In another mode: Plumbline fixes it.',
      },
    ]);
    expect(summaryOfWhy(one)).toBe('The text of mode-audit.');
    expect(needsSeveral(one)).toBe(false);
  });

  test('two constraints: the one that decides comes first, and says what the other still asks', () => {
    const two = decided(['tier-risky', 'queue'], ['mode-audit', 'report']);
    expect(whyOf(two).map(({ code, lifted }) => [code, lifted])).toEqual([
      ['mode-audit', 'In another mode: it needs approval.'],
      ['tier-risky', null],
    ]);
  });

  test('two that ask the same: lifting one of them changes nothing, and the page says so', () => {
    const two = decided(['managed-by', 'report'], ['tier-advice', 'report']);
    expect(whyOf(two).every(({ lifted }) => lifted === null)).toBe(true);
    expect(needsSeveral(two)).toBe(true);
  });

  test('a hold says until when', () => {
    expect(whyOf(decided(['window', 'hold', '2026-03-07T22:00:00.000Z']))[0]).toEqual({
      code: 'window',
      text: 'The text of window.',
      until: '2026-03-07T22:00:00.000Z',
      lifted: 'When the change window opens: Plumbline fixes it.',
    });
  });

  test('without a constraint, and without a violation', () => {
    expect(summaryOfWhy(decided())).toBe('Nothing stands in the way of the fix.');
    expect(summaryOfWhy(finding({ verdict: 'compliant', reason: 'It is 1.2.' }))).toBe('It is 1.2.');
    expect(whyOf(finding())).toEqual([]);
  });

  test('every constraint of a decision has words', () => {
    const notInDecisions: ReasonCode[] = REASON_CODES.slice(REASON_CODES.indexOf('moved'));
    const silent = REASON_CODES.filter(
      (code) => !notInDecisions.includes(code) && !whyOf(decided([code, 'report']))[0]?.lifted,
    );
    expect(silent).toEqual([]);
  });
});

test('failing checks come first, the most severe first', () => {
  const all = [
    finding({ title: 'd', verdict: 'compliant', severity: 'critical' }),
    finding({ title: 'c', verdict: 'unknown' }),
    finding({ title: 'b', severity: 'low' }),
    finding({ title: 'z', severity: 'critical' }),
    finding({ title: 'a', severity: 'critical' }),
  ];
  expect(inOrder(all).map(({ title }) => title)).toEqual(['a', 'z', 'b', 'c', 'd']);
  expect(Object.fromEntries(countsByVerdict(all))).toEqual({ violation: 3, unknown: 1, compliant: 1 });
});

test('a document that is not there was read', () => {
  const documents = (['read', 'missing', 'forbidden', 'failed', 'not-read'] as const).map((status) => ({
    name: status,
    status,
  }));
  const unread = unreadOf(documents);
  expect(unread.map(({ name }) => name)).toEqual(['forbidden', 'failed', 'not-read']);
  expect(unread.map(hintOfDocument).every((hint) => hint.endsWith('.'))).toBe(true);
  expect([null, 'dead' as const].map(wordOfOutcome)).toEqual(['Pending', 'Failed (dead letter)']);
});

test('a health gate says which fixes are watched, and what was found', () => {
  const words = (status: Parameters<typeof wordsOfGate>[0]['status']) => wordsOfGate({ status, rules: ['a', 'b'] });
  expect(words('worse')).toBe('The fix of a and b made the app worse. The watch ended');
  expect(new Set((['open', 'well', 'worse', 'unknown'] as const).map(words)).size).toBe(4);
});
