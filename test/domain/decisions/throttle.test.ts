/** How long a subscription waits: as long as Azure said, or longer each time when it did not say. */
import { describe, expect, it, test } from 'vitest';
import { isTooLong, nextThrottle, type Throttle, throttleSecondsLeft } from '../../../src/domain/decisions/throttle.ts';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000);
const wait = (since: number, until: number): Throttle => ({
  since: at(since).toISOString(),
  until: at(until).toISOString(),
});
const seconds = ({ since, until }: Throttle) => (Date.parse(until) - Date.parse(since)) / 1000;

test.each([
  [null, 0, 0],
  [wait(0, 30), 0, 30],
  [wait(0, 30), 29.2, 1],
  [wait(0, 30), 30, 0],
  [wait(0, 30), 90, 0],
  // A day and what two clocks may differ by is possible, more is not.
  [wait(0, 86_400), 0, 86_400],
  [wait(0, 86_400 + 301), 0, 0],
])('of %j there are at second %d so many left: %d', (throttle, now, left) => {
  expect(throttleSecondsLeft(throttle, at(now))).toBe(left);
});

it('a wait beyond what Azure can ask is too long', () => {
  expect([isTooLong(wait(0, 86_700), at(0)), isTooLong(wait(0, 86_701), at(0))]).toEqual([false, true]);
});

describe('the next wait', () => {
  it('is as long as Azure said, at least a second', () => {
    expect(nextThrottle(null, 90, at(0), 10)).toEqual(wait(0, 90));
    expect(nextThrottle(null, 0, at(0), 10)).toEqual(wait(0, 1));
  });

  it('is the last one when the answer says nothing new', () => {
    const last = wait(0, 30);
    for (const retryAfter of [null, 0, 5, 20]) expect(nextThrottle(last, retryAfter, at(10), 10)).toBe(last);
    expect(nextThrottle(last, 21, at(10), 10)).toEqual(wait(10, 31));
  });

  it('without a word doubles while Azure throttles again soon, and never exceeds five minutes', () => {
    let last: Throttle | null = null;
    const waits: number[] = [];
    for (let now = 0; waits.length < 8; now += 400) {
      last = nextThrottle(last, null, at(now), 10);
      waits.push(seconds(last));
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('begins anew ten minutes after the last one, or when the last one is too long to be true', () => {
    expect(seconds(nextThrottle(wait(0, 80), null, at(80 + 600), 10))).toBe(160);
    expect(seconds(nextThrottle(wait(0, 80), null, at(80 + 601), 10))).toBe(10);
    expect(seconds(nextThrottle(wait(0, 9e8), null, at(0), 10))).toBe(10);
  });
});
