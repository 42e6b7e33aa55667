import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Exemption,
  exemptedUntil,
  exemptionDigest,
  exemptionFor,
  exemptionProblems,
  exemptionRecord,
  exemptReason,
  isInForce,
} from '../../../src/domain/approvals/exemption.ts';
import { CONTAINER_APP, resourceNamed, ruleLike, SITE } from '../examples.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const [SUBSCRIPTION = '', GROUP = ''] = [SITE.split('/resourceGroups')[0], SITE.split('/providers')[0]];
const by = { type: 'user', objectId: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'Ada' } as const;

function exemption(differs: Partial<Exemption> = {}): Exemption {
  return {
    id: 'x1',
    scope: GROUP,
    rule: 'webapp-min-tls',
    owner: 'Team Shop',
    reason: 'an old scanner',
    ticket: 'SHOP-7',
    expires: '2026-04-01T00:00:00.000Z',
    createdAt: '2026-02-01T00:00:00.000Z',
    createdBy: by,
    removedAt: null,
    outbox: [],
    ...differs,
  };
}

const matches = (one: Exemption, id = SITE, rule = 'webapp-min-tls') =>
  exemptionFor([one], resourceNamed(id), rule, NOW) !== null;

describe('whether an exemption applies', () => {
  test.each<[string, Partial<Exemption>, string, boolean]>([
    ['the app itself', { scope: SITE }, SITE, true],
    ['in another case', { scope: SITE.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') }, SITE, true],
    ['with a slash at its end', { scope: `${GROUP}/` }, SITE, true],
    ['its resource group', { scope: GROUP }, SITE, true],
    ['its subscription', { scope: SUBSCRIPTION }, SITE, true],
    ['all web apps of the group', { scope: `${GROUP}/providers/Microsoft.Web` }, SITE, true],
    ['a container app is no web app', { scope: `${GROUP}/providers/Microsoft.Web` }, CONTAINER_APP, false],
    ['a slot below the app', { scope: SITE }, `${SITE}/slots/staging`, true],
    ['the app is not below its slot', { scope: `${SITE}/slots/staging` }, SITE, false],
    ['an app with the same prefix', { scope: SITE }, `${SITE}2`, false],
    ['a group with the same prefix', { scope: GROUP.slice(0, -1) }, SITE, false],
    ['another rule', { rule: 'webapp-https-only' }, SITE, false],
    ['another subscription', { scope: '/subscriptions/99999999-2222-3333-4444-555555555555' }, SITE, false],
    ['one that ends a moment later', { expires: '2026-03-01T12:00:00.001Z' }, SITE, true],
    ['one that ends now', { expires: '2026-03-01T12:00:00.000Z' }, SITE, false],
    ['one that no request could get, by its length', { expires: '2027-03-02T12:00:00.001Z' }, SITE, false],
    ['the longest, with a day for the clocks', { expires: '2027-03-02T12:00:00.000Z' }, SITE, true],
    ['one that was removed', { removedAt: '2026-02-02T00:00:00.000Z' }, SITE, false],
  ])('%s', (_, differs, id, expected) => {
    expect(matches(exemption(differs), id)).toBe(expected);
  });

  test('of several exemptions the one with the last end is used, and null without any', () => {
    const late = exemption({ id: 'late', scope: SITE, expires: '2026-05-01T00:00:00.000Z' });
    const all = [exemption(), late, exemption({ id: 'over', expires: '2026-01-01T00:00:00.000Z' })];
    expect(exemptionFor(all, resourceNamed(SITE), 'webapp-min-tls', NOW)).toBe(late);
    expect(exemptionFor([], resourceNamed(SITE), 'webapp-min-tls', NOW)).toBeNull();
  });

  test('it applies to a resource exactly when the segments of its scope begin the id, without regard to case', () => {
    const segments = SITE.split('/').slice(1);
    const scope = fc
      .tuple(fc.integer({ min: 2, max: segments.length }), fc.option(fc.nat()), fc.boolean(), fc.boolean())
      .map(([length, broken, upper, slash]) => {
        const parts = segments.slice(0, length);
        if (broken !== null) parts[broken % length] += 'x';
        const path = `/${parts.join('/')}${slash ? '/' : ''}`;
        return { path: upper ? path.toUpperCase() : path, holds: broken === null };
      });
    fc.assert(
      fc.property(scope, ({ path, holds }) => {
        expect(matches(exemption({ scope: path }))).toBe(holds);
      }),
    );
  });

  test('it is in force at any time before its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e10, max: 1e10 }), (milliseconds) => {
        const end = exemption({ expires: new Date(NOW.getTime() + milliseconds).toISOString() });
        expect(isInForce(end, NOW)).toBe(milliseconds > 0);
      }),
    );
  });
});

describe('the checks of a new exemption', () => {
  const rules = [ruleLike({ id: 'webapp-min-tls' })];
  const inDays = (days: number, milliseconds = 0) =>
    new Date(NOW.getTime() + days * 86_400_000 + milliseconds).toISOString();

  test.each<[string, Partial<Exemption>, string[]]>([
    ['a year', { expires: inDays(365) }, []],
    ['longer than a year', { expires: inDays(365, 1) }, ['/expires']],
    ['an end at this moment', { expires: inDays(0) }, ['/expires']],
    ['an end in the past', { expires: inDays(-1) }, ['/expires']],
    ['an unknown rule', { rule: 'webapp-nonsense' }, ['/rule']],
    ['an invalid scope', { scope: '/resourceGroups/shop' }, ['/scope']],
    ['all faults at once', { scope: 'x', rule: 'y', expires: inDays(-1) }, ['/scope', '/rule', '/expires']],
  ])('%s', (_, differs, pointers) => {
    expect(exemptionProblems(exemption(differs), rules, NOW).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

test('each problem has a message with the correction', () => {
  const wrong = exemption({ scope: 'x', rule: 'y', expires: '2000-01-01T00:00:00.000Z' });
  const late = exemption({ rule: 'y', expires: '3000-01-01T00:00:00.000Z' });
  expect(
    [...exemptionProblems(wrong, [], NOW), ...exemptionProblems(late, [], NOW)].map(({ detail }) => detail),
  ).toEqual([
    'must be the ARM id of a resource or of a scope above it',
    'is no rule; GET /api/rules lists them',
    'must be in the future',
    'is no rule; GET /api/rules lists them',
    'must be within 365 days',
  ]);
});

test('the reason has owner, ticket, end and text, and no ticket when there is none', () => {
  const end = '2026-04-01T00:00:00.000Z';
  expect(exemptReason(exemption())).toEqual({
    code: 'exempt',
    text: `Exempt until ${end}: an old scanner (Team Shop, SHOP-7)`,
  });
  expect(exemptReason(exemption({ ticket: null })).text).toBe(`Exempt until ${end}: an old scanner (Team Shop)`);
});

test('the digest covers everything that is granted, and nothing that follows', () => {
  const digest = exemptionDigest(exemption());
  const other: Partial<Exemption>[] = [
    ...[{ id: 'x2' }, { scope: SITE }, { rule: 'webapp-auth' }, { owner: 'Team Cart' }, { reason: 'none' }],
    ...[{ ticket: null }, { expires: '2026-04-02T00:00:00.000Z' }],
  ];
  expect(digest).toMatch(/[0-9a-f]{64}$/);
  expect(other.filter((differs) => exemptionDigest(exemption(differs)) === digest)).toEqual([]);
  expect(exemptionDigest(exemption({ removedAt: NOW.toISOString(), createdAt: '' }))).toBe(digest);
});

test('a record without the reason of an exemption has no end', () => {
  expect(exemptedUntil({ reasons: [] })).toBeNull();
  expect(exemptedUntil({ reasons: [{ code: 'digest', text: 'Exempt until 2026: x' }] })).toBeNull();
  expect(exemptedUntil({ reasons: [{ code: 'exempt', text: 'Not Exempt until 2026: x' }] })).toBeNull();
});

test('each step of an exemption is one record, with the resource when the scope is one', () => {
  const kinds = ['exemption.created', 'exemption.ended', 'exemption.removed'] as const;
  const records = kinds.map((kind) => exemptionRecord(exemption(), kind, NOW.toISOString(), by));
  expect(new Set(records.map(({ id }) => id)).size).toBe(3);
  expect(records[0]).toMatchObject({ resource: null, rule: 'webapp-min-tls', actor: by });
  expect(records.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([
    ['exempt', 'digest'],
    ['exempt'],
    ['exempt'],
  ]);
  expect(records.map(({ message }) => message)).toEqual([
    `Exempt: webapp-min-tls on ${GROUP}.`,
    `The exemption has ended: webapp-min-tls on ${GROUP}.`,
    `The exemption was taken back: webapp-min-tls on ${GROUP}.`,
  ]);
  expect(records.map(exemptedUntil)).toEqual(kinds.map(() => exemption().expires));
  const again = exemptionRecord(exemption(), 'exemption.ended', '2026-09-09T00:00:00.000Z', by);
  expect(again.id).toBe(records[1]?.id);
  expect(exemptionRecord(exemption({ scope: SITE }), 'exemption.created', '', by).resource?.id).toBe(SITE);
});
