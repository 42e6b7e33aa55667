import { describe, expect, it } from 'vitest';
import { offsetsOf, rowsBetween } from '../../../../src/console/ui/table/window.ts';

const offsets = offsetsOf(100, (index) => (index === 10 ? 30 : 10));
const indexes = (from: number, to: number, more = 0, kept = -1) =>
  rowsBetween(offsets, { from, to, more, kept }).map(({ index }) => index);

describe('the rows near the window', () => {
  it('are those that it shows, with some before and after', () => {
    expect(indexes(25, 49)).toEqual([2, 3, 4]);
    expect(indexes(25, 49, 2)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(rowsBetween(offsets, { from: 100, to: 129, more: 0, kept: -1 })).toEqual([
      { index: 10, start: 100, end: 130 },
    ]);
  });

  it('are the first or the last ones when the window is beyond them', () => {
    expect(indexes(-500, -100)).toEqual([0]);
    expect(indexes(5000, 6000, 1)).toEqual([98, 99]);
  });

  it('have the kept one, once and in order', () => {
    expect(indexes(25, 49, 0, 0)).toEqual([0, 2, 3, 4]);
    expect(indexes(25, 49, 0, 3)).toEqual([2, 3, 4]);
    expect(indexes(25, 49, 0, 99)).toEqual([2, 3, 4, 99]);
    expect(indexes(25, 49, 0, 100)).toEqual([2, 3, 4]);
  });
});
