/** Times at a distance from another, from texts and dates alike. */
import { expect, test } from 'vitest';
import {
  DAY_MS,
  DAY_SECONDS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  secondsBetween,
  timeAfter,
} from '../../../src/domain/resources/durations.ts';

const NOON = '2026-03-01T12:00:00.000Z';

test.each([
  [SECOND_MS, '2026-03-01T12:00:01.000Z'],
  [MINUTE_MS, '2026-03-01T12:01:00.000Z'],
  [HOUR_MS, '2026-03-01T13:00:00.000Z'],
  [DAY_MS, '2026-03-02T12:00:00.000Z'],
  [-DAY_MS, '2026-02-28T12:00:00.000Z'],
])('%i milliseconds after noon is %s', (milliseconds, expected) => {
  expect(timeAfter(NOON, milliseconds).toISOString()).toBe(expected);
  expect(timeAfter(new Date(NOON), milliseconds).toISOString()).toBe(expected);
  expect(secondsBetween(NOON, expected)).toBe(milliseconds / 1000);
  expect(secondsBetween(new Date(NOON), new Date(expected))).toBe(milliseconds / 1000);
});

test('a day has as many seconds as a day in milliseconds says', () => {
  expect(secondsBetween(NOON, timeAfter(NOON, DAY_MS))).toBe(DAY_SECONDS);
});

test('the distance to what is no time is no number', () => {
  expect(secondsBetween(NOON, 'soon')).toBeNaN();
});
