import { describe, expect, it } from 'vitest';
import { axisEnd, daysBetween, stack } from '../../../../src/console/ui/charts/scale.ts';

describe('the axis of a chart', () => {
  it.each([
    [0, 2],
    [2, 2],
    [3, 4],
    [7, 8],
    [11, 20],
    [41, 60],
    [999, 1000],
    [12_345, 20_000],
  ])('for numbers up to %i ends at %i', (most, end) => {
    expect(axisEnd(most)).toBe(end);
  });
});

describe('a stacked column', () => {
  it('has its first value at the bottom, and nothing for a zero', () => {
    expect(stack([1, 0, 3], 4)).toEqual([
      { index: 0, y: 75, height: 25 },
      { index: 2, y: 0, height: 75 },
    ]);
  });
});

it('the days of a period are all there, over the end of a month and of summer time', () => {
  expect(daysBetween('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(daysBetween('2026-10-24', '2026-10-26')).toHaveLength(3);
});
