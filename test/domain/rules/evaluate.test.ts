import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { type AnyRule, type CheckResult, compliant, type Tier, unknown } from '../../../src/domain/rules/rule.ts';
import { read, resourceNamed, ruleLike, SITE, TLS_CHANGE } from '../examples.ts';

const snapshot = { resource: resourceNamed(SITE), documents: {} };
const NOW = new Date('2026-01-15T12:00:00Z');
const wrong: CheckResult = { verdict: 'violation', reason: 'It is wrong.', changes: [TLS_CHANGE] };

function verdictOf(judgement: CheckResult, members: Partial<AnyRule> = {}, stored: Tier | null = null) {
  const rule = ruleLike({ ...members, check: () => judgement });
  const [evaluation] = evaluate(snapshot, [{ rule, parameters: {}, tier: stored }], NOW);
  return evaluation;
}

describe('the tier of a verdict', () => {
  test.each<[string, Tier, Tier | null, Partial<Extract<CheckResult, { verdict: 'violation' }>>, Tier]>([
    ['the tier of the rule', 'safe', null, {}, 'safe'],
    ['a stored tier replaces it', 'risky', 'safe', {}, 'safe'],
    ['risky for this resource wins over any setting', 'safe', 'safe', { tier: 'risky' }, 'risky'],
    ['advice for this resource wins over any setting', 'safe', 'safe', { tier: 'advice' }, 'advice'],
    ['safe for this resource wins over the rule', 'risky', null, { tier: 'safe' }, 'safe'],
    ['a setting wins over safe for this resource', 'risky', 'risky', { tier: 'safe' }, 'risky'],
    ['a violation without changes is advice with any setting', 'safe', 'safe', { changes: [] }, 'advice'],
  ])('%s', (_, tier, stored, members, expected) => {
    expect(verdictOf({ ...wrong, ...members }, { tier }, stored)?.tier).toBe(expected);
  });

  test('advice of the rule stays advice for any tier of the resource', () => {
    expect(verdictOf({ ...wrong, tier: 'risky' }, { tier: 'advice' }, 'safe')?.tier).toBe('advice');
  });

  test.each([
    ['functionapp,linux', 'risky'],
    ['functionapp,workflowapp', 'risky'],
    ['workflowapp', 'risky'],
    ['app,linux', 'safe'],
    [null, 'safe'],
  ])('a change of an app of kind %s is %s, because its code is unknown', (kind, tier) => {
    const rule = ruleLike({ check: () => wrong });
    const app = { ...snapshot, documents: { resource: read({ kind }) } };
    expect(evaluate(app, [{ rule, parameters: {}, tier: null }], NOW)[0]?.tier).toBe(tier);
  });

  test('other verdicts have no changes, and the tier of a violation', () => {
    expect(verdictOf(compliant('Fine.'), { tier: 'risky' })).toMatchObject({
      verdict: 'compliant',
      tier: 'risky',
      changes: [],
    });
    expect(verdictOf(unknown('Not read.'), {}, 'risky')).toMatchObject({
      verdict: 'unknown',
      tier: 'risky',
      preserved: [],
    });
  });
});

test('a reason is cut to the size that fits into a row', () => {
  const reason = verdictOf({ ...wrong, reason: '\u6f22'.repeat(5000) })?.reason ?? '';
  expect([serializedSize(reason) <= 1000, reason.endsWith(' more characters')]).toEqual([true, true]);
});

test('a violation may have a higher severity than the rule', () => {
  expect(verdictOf(wrong)?.severity).toBe('high');
  expect(verdictOf({ ...wrong, severity: 'critical' })?.severity).toBe('critical');
});

test('evaluations are ordered by rule, and changes by document and path', () => {
  const rules = ['b', 'c', 'a'].map((id) => ({ rule: ruleLike({ id }), parameters: {}, tier: null }));
  expect(evaluate(snapshot, rules, NOW).map(({ rule }) => rule.id)).toEqual(['a', 'b', 'c']);
  const first = { ...TLS_CHANGE, path: '/properties/a' };
  const last = { ...TLS_CHANGE, document: 'resource' as const };
  expect(verdictOf({ ...wrong, changes: [last, TLS_CHANGE, first] })?.changes).toEqual([first, TLS_CHANGE, last]);
});

test.each([
  ['a text', { properties: 'rubbish' }],
  ['a number', { properties: 0 }],
  ['a list', { properties: ['*'] }],
])('guarantee 9: a change below %s would replace it, so the verdict is unknown', (_, body) => {
  const rule = ruleLike({ check: () => wrong });
  const strange = { ...snapshot, documents: { 'config/web': read(body) } };
  const [found] = evaluate(strange, [{ rule, parameters: {}, tier: null }], NOW);
  expect(found).toMatchObject({ verdict: 'unknown', changes: [], reason: expect.stringContaining('/properties/') });
});

describe('guarantee 12: a fix that would send or overwrite a secret is not offered', () => {
  const signIn = {
    document: 'config/authsettingsV2' as const,
    path: '/properties/platform/enabled',
    from: false,
    to: true,
  };
  const found = (login: JsonObject) => {
    const documents = { 'config/authsettingsV2': { properties: { platform: { enabled: false }, login } } };
    const rule = ruleLike({ check: () => ({ ...wrong, changes: [signIn], tier: 'risky' }) });
    return evaluate(parseSnapshot({ id: SITE, documents }), [{ rule, parameters: {}, tier: 'safe' }], NOW)[0];
  };

  test('the violation is advice, and its reason has place and cause', () => {
    expect(found({ allowedExternalRedirectUrls: ['https://ada:planted@host'] })).toMatchObject({
      verdict: 'violation',
      tier: 'advice',
      changes: [],
      preserved: [],
      reason:
        'It is wrong. Plumbline does not write this: a secret, or a value that Azure does not show, would be lost at config/authsettingsV2 /properties/login/allowedExternalRedirectUrls/0. Change it where it is declared.',
    });
  });

  test('without a secret it is offered', () => {
    const urls = { allowedExternalRedirectUrls: ['https://host'] };
    expect(found(urls)).toMatchObject({
      verdict: 'violation',
      tier: 'risky',
      changes: [signIn],
      reason: 'It is wrong.',
    });
  });
});

describe('the size limit of changes', () => {
  /** So many characters of JSON, as they are counted. */
  const heavy = (weight: number): Change => {
    const empty: Change = { document: 'config/web', path: '/properties/cors', from: null, to: '' };
    return { ...empty, to: 'x'.repeat(weight - serializedSize([[empty], []])) };
  };
  const found = (...weights: number[]) => {
    const rules = weights.map((weight, nth) => {
      const judgement: CheckResult = { verdict: 'violation', reason: 'It is wrong.', changes: [heavy(weight)] };
      return { rule: ruleLike({ id: `webapp-${nth}`, check: () => judgement }), parameters: {}, tier: null };
    });
    return evaluate(snapshot, rules, NOW);
  };

  test('the largest change that fits is offered', () => {
    expect(found(24_000)).toMatchObject([{ tier: 'safe', changes: [{}], reason: 'It is wrong.' }]);
  });

  test('a larger one is advice, and its reason has its size and the limit', () => {
    const [one] = found(24_001);
    expect(one).toMatchObject({ verdict: 'violation', tier: 'advice', changes: [], preserved: [] });
    expect(one?.reason).toMatch(/^It is wrong\. .*24001 characters.*room for 24000 of one rule/);
  });

  test('preserved values count', () => {
    const kept = [{ document: 'config/web' as const, path: '/properties/x', value: 'x'.repeat(23_000) }];
    const check = (): CheckResult => ({
      verdict: 'violation',
      reason: 'It is wrong.',
      changes: [heavy(1500)],
      preserved: kept,
    });
    const [one] = evaluate(snapshot, [{ rule: ruleLike({ check }), parameters: {}, tier: null }], NOW);
    expect(one).toMatchObject({ tier: 'advice', changes: [], preserved: [] });
  });

  test('of many changes the smallest are offered, in any order', () => {
    const all = found(24_000, 23_999, 200, 23_998);
    expect(all.map(({ rule, changes }) => [rule.id, changes.length])).toEqual([
      ['webapp-0', 0],
      ['webapp-1', 1],
      ['webapp-2', 1],
      ['webapp-3', 1],
    ]);
    expect(all[0]?.reason).toContain('room for 72000 of all rules together');
  });
});
