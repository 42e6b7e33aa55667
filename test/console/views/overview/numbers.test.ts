import { describe, expect, it } from 'vitest';
import type { FindingGroup, History } from '../../../../src/console/api/types.ts';
import {
  columnsOf,
  durationText,
  OUTCOME_SERIES,
  postureOf,
  total,
  usualSeconds,
} from '../../../../src/console/views/overview/numbers.ts';
import { daysOf, periodOf } from '../../../../src/console/views/overview/period.ts';

const fixes: History = {
  points: [
    { at: '2026-11-28T00:00:00.000Z', applied: 2, failed: 1, blocked: 0, rolledBack: 0 },
    { at: '2026-11-30T00:00:00.000Z', applied: 3, failed: 0, blocked: 0, rolledBack: 1 },
  ],
};
const times = (...medians: (number | null)[]): History => ({
  points: medians.map((medianSeconds) => ({
    ...{ at: '2026-11-28T00:00:00.000Z', count: medianSeconds === null ? 0 : 1 },
    ...{ medianSeconds, p95Seconds: medianSeconds },
  })),
});

describe('the numbers of the overview', () => {
  it('a day without a point has no values, and is no zero', () => {
    expect(columnsOf(['2026-11-28', '2026-11-29', '2026-11-30'], fixes, OUTCOME_SERIES)).toEqual([
      { day: '2026-11-28', values: [2, 1, 0, 0] },
      { day: '2026-11-29', values: null },
      { day: '2026-11-30', values: [3, 0, 0, 1] },
    ]);
  });

  it('sums a number over the period', () => {
    expect([total(fixes, 'applied'), total(fixes, 'rolledBack')]).toEqual([5, 1]);
  });

  it('the usual time ignores days without any', () => {
    expect([usualSeconds(times(null, 10, 90, 20)), usualSeconds(times(null)), usualSeconds(times())]).toEqual([
      20,
      null,
      null,
    ]);
  });

  it('adds the groups, and never says 100 % while something fails', () => {
    const group = (violation: number, compliant: number, exempt: number): FindingGroup => ({
      ...{ key: 'a', count: violation + compliant, exempt },
      byVerdict: { compliant, violation, 'not-applicable': 0, unknown: 0 },
      bySeverity: { critical: violation, high: 0, medium: 0, low: 0, info: 0 },
    });
    expect(postureOf([group(1, 4999, 1), group(0, 5000, 0)])).toEqual({
      ...{ failing: 1, severe: 1, exempt: 1, passing: 99.9 },
    });
    expect(postureOf([]).passing).toBe(null);
  });

  it.each([
    [null, '–'],
    [42, '42 s'],
    [300, '5 min'],
    [9000, '2.5 h'],
    [400_000, '4.6 d'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('the period of the overview', () => {
  it.each([
    ['', 30],
    ['period=7', 7],
    ['period=12', 30],
  ])('%j is %i days', (query, days) => {
    expect(periodOf(new URLSearchParams(query))).toBe(days);
  });

  it('ends today, and has as many days as it says', () => {
    expect(daysOf(7, Date.parse('2026-11-30T20:00:00Z'))).toEqual({ first: '2026-11-24', last: '2026-11-30' });
  });
});
