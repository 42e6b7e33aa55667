import { expect, test } from 'vitest';
import { MAX_FIX_TIMES, NO_HISTORY, withFixOutcome, withinHours } from '../../../src/domain/rules/history.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour)).toISOString();
const ended = (state: string, alsoMoved = false) => ({ state, alsoMoved });

test('only applied and failed outcomes are stored', () => {
  const states = ['applied', 'failed', 'unknown', 'blocked', 'applied'];
  expect(states.reduce((history, state, hour) => withFixOutcome(history, ended(state), at(hour)), NO_HISTORY)).toEqual({
    fixedAt: [at(0), at(4)],
    failedAt: [at(1)],
    alsoMovedAt: null,
  });
});

test('guarantee 6: that another value moved is stored for ever', () => {
  const moved = withFixOutcome(NO_HISTORY, ended('applied', true), at(1));
  expect(withFixOutcome(moved, ended('applied'), at(2)).alsoMovedAt).toBe(at(1));
});

test('only the latest times are stored, so that the row stays within its limit', () => {
  let history = NO_HISTORY;
  for (let hour = 0; hour <= MAX_FIX_TIMES; hour++) {
    history = withFixOutcome(withFixOutcome(history, ended('applied'), at(hour)), ended('failed'), at(hour));
  }
  expect([history.fixedAt.length, history.fixedAt[0]]).toEqual([MAX_FIX_TIMES, at(1)]);
  expect([history.failedAt.length, history.failedAt[0]]).toEqual([10, at(MAX_FIX_TIMES - 9)]);
});

test('a time as old as the period does not count', () => {
  expect(withinHours([at(1), at(2), at(3)], 2, new Date(at(4)))).toEqual([at(3)]);
});
