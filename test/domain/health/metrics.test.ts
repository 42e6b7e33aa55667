/** Tables and generated minutes of apps: what is worse after a write, and what is not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeMetrics, type MetricPoint, metricsRemarks, windowOf } from '../../../src/domain/health/metrics.ts';

const STARTED = new Date('2026-03-01T12:00:20.000Z');
const minute = (n: number) => new Date(Date.parse('2026-03-01T12:00:00.000Z') + n * 60_000);

type Values = Partial<Omit<MetricPoint, 'at'>> | null;

/** The minutes from 15 before the write on; `of` gives the values of minute n, 0 being that of the write. */
function points(to: number, of: (n: number) => Values): MetricPoint[] {
  return Array.from({ length: to + 15 }, (_, index) => index - 15).map((n) => {
    const none = { requests: null, failed: null, refused: null, seconds: null };
    return { at: minute(n).toISOString(), ...none, ...of(n) };
  });
}

const judged = (of: (n: number) => Values, readMinute = 14, maximumErrorShare = 0.05) =>
  judgeMetrics({
    points: points(readMinute, of),
    startedAt: STARTED,
    readAt: minute(readMinute),
    maximumErrorShare,
  });

/** 60 requests a minute; the share of failed ones by minute. */
const failing =
  (share: (n: number) => number, requests = 60) =>
  (n: number) => ({
    requests,
    failed: Math.round(requests * share(n)),
  });
const failingFrom = (from: number, share: number, to = Number.POSITIVE_INFINITY) =>
  failing((n) => (n >= from && n < to ? share : 0));

describe('the share of failed requests', () => {
  test.each<[string, (n: number) => Values, string]>([
    ['from the first minute', failingFrom(0, 1), 'worse'],
    ['from the fourth minute', failingFrom(4, 0.5), 'worse'],
    ['slowly', failing((n) => Math.max(0, n) / 20), 'worse'],
    ['with every third minute missing', (n) => (n % 3 === 0 ? null : failingFrom(0, 1)(n)), 'worse'],
    ['with late minutes as 0', (n) => (n >= 9 ? { requests: 0, failed: 0 } : failingFrom(0, 1)(n)), 'worse'],
    ['in the two minutes after the restart only', failingFrom(0, 1, 3), 'well'],
    ['for four minutes, then no more', failingFrom(3, 1, 7), 'recovered'],
    ['never', failingFrom(0, 0), 'well'],
    ['below the maximum', failingFrom(0, 0.04), 'well'],
    ['beyond it, and less than twice what it was', failing((n) => (n < 0 ? 0.04 : 0.07), 200), 'well'],
    ['beyond it, and twice what it was', failing((n) => (n < 0 ? 0.034 : 0.1), 200), 'worse'],
    ['before the write, too', failing(() => 0.5), 'ill-before'],
    ['before the write less than after', failing((n) => (n < 0 ? 0.2 : 0.9)), 'ill-before'],
    ['in the latest sample only', failingFrom(9, 1), 'unknown'],
    [
      'of too few requests before',
      (n) => (n < 0 ? { requests: 6, failed: 0 } : { requests: 60, failed: 60 }),
      'unknown',
    ],
    ['of too few requests after', (n) => (n < 0 ? { requests: 60, failed: 0 } : { requests: 9, failed: 9 }), 'unknown'],
    ['of nothing that Azure has', () => null, 'unknown'],
    ['where no number means none', (n) => (n > 2 ? { requests: 60, failed: 60 } : { requests: 60 }), 'worse'],
    [
      'where the failures before are gaps',
      (n) => (n > 2 ? { requests: 60, failed: 60 } : n > 0 ? { requests: 60, failed: 0 } : { requests: 60 }),
      'unknown',
    ],
  ])('%s', (_, of, kind) => {
    expect(judged(of)).toMatchObject({ kind });
  });

  test('two bad samples are known at the end of ten minutes, one is not enough', () => {
    expect(judged(failingFrom(0, 1), 10)).toMatchObject({ kind: 'worse' });
    expect(judged(failingFrom(5, 1), 10)).toMatchObject({ kind: 'unknown', later: true });
    expect(judged(failingFrom(5, 1), 14)).toMatchObject({ kind: 'worse' });
  });

  test('the text has the figures, and the window ends four minutes before the reading', () => {
    expect(judged(failingFrom(0, 0.5))).toMatchObject({
      text: '50.0 % of 420 requests failed after the write, 0.0 % of 900 before it',
    });
    expect(windowOf(STARTED, minute(14))).toEqual({ from: minute(-15), to: minute(10) });
  });
});

describe('guarantee 15: for every way an app can behave', () => {
  const ways = fc.record({
    before: fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 15,
      maxLength: 15,
    }),
    after: fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 15,
      maxLength: 15,
    }),
    gaps: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    lag: fc.integer({ min: 1, max: 3 }),
    lateAsZero: fc.boolean(),
  });
  type Way = Parameters<Parameters<typeof fc.property<[Way0]>>[1]>[0];
  type Way0 = typeof ways extends fc.Arbitrary<infer T> ? T : never;

  const valuesOf =
    (way: Way, readMinute = 14) =>
    (n: number): Values => {
      if (way.gaps[n + 15]) return null;
      if (n >= readMinute - way.lag) return way.lateAsZero ? { requests: 0, failed: 0 } : null;
      const [requests, share] = (n < 0 ? way.before[n + 15] : way.after[n]) ?? [0, 0];
      return { requests, failed: Math.floor(requests * share) };
    };
  const total = (values: readonly Values[], of: 'requests' | 'failed') =>
    values.reduce((sum, one) => sum + (one?.[of] ?? 0), 0);
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  test('low traffic is never worse, and what was ill before is never blamed', () => {
    fc.assert(
      fc.property(ways, (way) => {
        const of = valuesOf(way);
        const [before, later] = [numbers(-15, 0).map(of), numbers(3, 10).map(of)];
        const kind = judged(of).kind;
        if (kind !== 'worse') return;
        expect(total(before, 'requests')).toBeGreaterThanOrEqual(100);
        expect(total(later, 'requests')).toBeGreaterThanOrEqual(100);
        expect(total(before, 'failed') / total(before, 'requests')).toBeLessThanOrEqual(0.05);
        expect(total(later, 'failed')).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('an app whose requests all fail from some minute up to the sixth on is worse in spite of lag and gaps', () => {
    const options = fc.record({
      from: fc.integer({ min: 0, max: 6 }),
      gap: fc.integer({ min: -15, max: 9 }),
      way: ways,
    });
    fc.assert(
      fc.property(options, ({ from, gap, way }) => {
        const of = (n: number): Values => {
          if (n === gap || n >= 14 - way.lag) return way.lateAsZero && n !== gap ? { requests: 0, failed: 0 } : null;
          return { requests: 60, failed: n >= from ? 60 : 0 };
        };
        expect(judged(of)).toMatchObject({ kind: 'worse' });
      }),
    );
  });

  test('an app that answers everything is never worse', () => {
    fc.assert(
      fc.property(ways, (way) => {
        const of = (n: number) => {
          const values = valuesOf(way)(n);
          return values && { ...values, failed: 0 };
        };
        expect(['well', 'unknown']).toContain(judged(of).kind);
      }),
    );
  });
});

describe('people are told', () => {
  const remarks = (of: (n: number) => Values) =>
    metricsRemarks({ points: points(14, of), startedAt: STARTED, readAt: minute(14) });

  test('of refused requests, and of traffic that stays away', () => {
    expect(remarks((n) => ({ requests: 60, failed: 0, refused: n < 0 ? 3 : 45 }))).toEqual([
      '75.0 % of the requests are refused (4xx), 5.0 % before the write',
    ]);
    expect(remarks((n) => ({ requests: n < 0 ? 60 : 3, failed: 0, refused: 0 }))).toEqual([
      'there are 3.0 requests a minute, 60.0 before the write',
    ]);
  });

  test('of slow answers, by the mean of all requests', () => {
    expect(remarks((n) => ({ requests: 60, failed: 0, seconds: n < 0 ? 0.2 : 3 }))).toEqual([
      'an answer takes 3.0 seconds, 0.2 before the write',
    ]);
    expect(remarks((n) => ({ requests: n % 2 ? 1 : 100, failed: 0, seconds: n > 0 && n % 2 ? 60 : 0.5 }))).toEqual([]);
    expect(remarks((n) => ({ requests: 60, failed: 0, seconds: n < 0 ? 0.2 : 1.1 }))).toEqual([]);
    expect(remarks((n) => ({ requests: 60, failed: 0, seconds: n < 0 ? 2 : 5 }))).toEqual([]);
  });

  test('of nothing else', () => {
    expect(remarks(() => ({ requests: 60, failed: 0, refused: 30 }))).toEqual([]);
    expect(remarks(() => ({ requests: 2, failed: 0, refused: 2 }))).toEqual([]);
    expect(remarks((n) => (n < 0 ? { requests: 60, failed: 0 } : null))).toEqual([]);
  });
});
