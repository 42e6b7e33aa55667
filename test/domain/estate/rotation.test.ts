import { describe, expect, test } from 'vitest';
import { rotationDue } from '../../../src/domain/estate/rotation.ts';
import { DAY_MS, DAY_SECONDS, HOUR_MS, SECOND_MS } from '../../../src/domain/resources/durations.ts';

const START = Date.parse('2026-01-15T12:00:00Z');
const KEYS = Array.from({ length: 1000 }, (_, at) => `/subscriptions/s/resourcegroups/g/providers/x/app-${at}`);

/** The times in milliseconds from the start at which a resource is read in sweeps; the first is the start. */
function readings(key: string, fullReadDays: number, hours: number, days: number): number[] {
  const read = [0];
  for (let at = hours * HOUR_MS; at <= days * DAY_MS; at += hours * HOUR_MS) {
    const last = new Date(START + (read.at(-1) ?? 0)).toISOString();
    const options = { fullReadDays, sweepSeconds: (hours * HOUR_MS) / SECOND_MS };
    if (rotationDue(key, last, new Date(START + at), options)) read.push(at);
  }
  return read;
}

describe.each([
  [7, 6],
  [7, 24],
  [1, 6],
  [30, 1],
])('within %i days, with a sweep every %i hours', (fullReadDays, hours) => {
  const times = KEYS.slice(0, 200).map((key) => readings(key, fullReadDays, hours, fullReadDays * 4));

  test('no resource waits longer', () => {
    const longest = Math.max(...times.flatMap((read) => read.slice(1).map((at, index) => at - (read[index] ?? 0))));
    expect(longest).toBeLessThanOrEqual(fullReadDays * DAY_MS);
    expect(longest).toBeGreaterThan((fullReadDays * DAY_MS) / 2);
  });

  test('each is read about once, and at most once more', () => {
    for (const read of times) expect(read.length - 1).toBeLessThanOrEqual(6);
  });
});

test('the readings of many resources are spread evenly, also when all were read at once', () => {
  const byDay = [0, 0, 0, 0, 0, 0, 0];
  for (const key of KEYS) {
    const first = readings(key, 7, 6, 7)[1] ?? 0;
    const day = Math.min(6, Math.floor((first - 1) / DAY_MS));
    byDay[day] = (byDay[day] ?? 0) + 1;
  }
  for (const count of byDay) {
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThan(210);
  }
});

test('what was never read, or at a time that is none, is due', () => {
  const options = { fullReadDays: 7, sweepSeconds: DAY_SECONDS / 4 };
  expect(rotationDue('x', null, new Date(START), options)).toBe(true);
  expect(rotationDue('x', 'never', new Date(START), options)).toBe(true);
  expect(rotationDue('x', new Date(START).toISOString(), new Date(START + HOUR_MS), options)).toBe(false);
});
