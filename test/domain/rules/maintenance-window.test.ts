import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DAYS,
  isTimeZone,
  isWindowOpen,
  type MaintenanceWindow,
  nextOpening,
} from '../../../src/domain/rules/maintenance-window.ts';

const NIGHT: MaintenanceWindow = { days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' };
const OFFICE: MaintenanceWindow = { days: ['mon', 'wed'], from: '08:00', to: '18:00', timeZone: 'Asia/Kolkata' };
const WHOLE_DAY: MaintenanceWindow = { days: ['sun'], from: '06:00', to: '06:00', timeZone: 'UTC' };

describe('a window is open', () => {
  test.each<[string, MaintenanceWindow, string, boolean]>([
    ['in its first minute', NIGHT, '2026-03-07T21:00:00Z', true],
    ['not in the minute before', NIGHT, '2026-03-07T20:59:59Z', false],
    ['past midnight, on the day after', NIGHT, '2026-03-08T02:59:59Z', true],
    ['not in the minute of its end', NIGHT, '2026-03-08T03:00:00Z', false],
    ['not at midnight before its day', NIGHT, '2026-03-07T00:00:00Z', false],
    ['on its days, in its time zone', OFFICE, '2026-03-04T02:30:00Z', true],
    ['not on other days', OFFICE, '2026-03-03T06:00:00Z', false],
    ['not after hours', OFFICE, '2026-03-04T12:30:00Z', false],
    ['for 24 hours from its start', WHOLE_DAY, '2026-03-09T05:59:00Z', true],
    ['not after 24 hours', WHOLE_DAY, '2026-03-09T06:00:00Z', false],
    ['Sunday night into Monday', { ...NIGHT, days: ['sun'] }, '2026-03-09T01:00:00Z', true],
    ['one UTC hour earlier in summer time', NIGHT, '2026-07-04T20:00:00Z', true],
  ])('%s', (_, window, at, open) => {
    expect(isWindowOpen(window, new Date(at))).toBe(open);
  });
});

describe('the next opening of a closed window', () => {
  test.each<[string, MaintenanceWindow, string, string]>([
    ['later the same day', NIGHT, '2026-03-07T12:34:56Z', '2026-03-07T21:00:00.000Z'],
    ['one week later, after its end', NIGHT, '2026-03-08T03:00:00Z', '2026-03-14T21:00:00.000Z'],
    ['on the next of its days', OFFICE, '2026-03-02T13:00:00Z', '2026-03-04T02:30:00.000Z'],
    ['after the change to summer time', NIGHT, '2026-03-25T12:00:00Z', '2026-03-28T21:00:00.000Z'],
    ['in the first summer week', { ...NIGHT, days: ['mon'] }, '2026-03-28T12:00:00Z', '2026-03-30T20:00:00.000Z'],
    ['in the first winter week', { ...NIGHT, days: ['mon'] }, '2026-10-24T12:00:00Z', '2026-10-26T21:00:00.000Z'],
    [
      'right after the skipped hour of the change to summer time',
      { ...NIGHT, days: ['sun'], from: '02:30', to: '05:00' },
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:30:00.000Z',
    ],
  ])('%s', (_, window, now, opens) => {
    expect(nextOpening(window, new Date(now))?.toISOString()).toBe(opens);
  });

  test('null while it is open', () => {
    expect(nextOpening(NIGHT, new Date('2026-03-07T21:30:00Z'))).toBeNull();
  });

  test('a minute in which it is open, with none before it', () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const time = minute.map((at) => new Date(at * 60_000).toISOString().slice(11, 16));
    const window = fc.record({
      days: fc.subarray([...DAYS], { minLength: 1 }),
      from: time,
      to: time,
      timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/Phoenix', 'Pacific/Kiritimati'),
    });
    const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(window, moment, fc.integer({ min: 0, max: 999 }), (one, now, part) => {
        const opens = nextOpening(one, now);
        expect(isWindowOpen(one, opens ?? now)).toBe(true);
        if (opens === null) return;
        const between = new Date(now.getTime() + Math.floor((part / 1000) * (opens.getTime() - now.getTime())));
        expect(isWindowOpen(one, between)).toBe(false);
        expect(opens.getTime() - now.getTime()).toBeLessThanOrEqual(7 * 86_400_000);
      }),
    );
  });
});

test('time zones have IANA names', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
