/** A maintenance window: days and two times in a time zone. A window that ends before it begins passes midnight. */

import * as z from 'zod';
import { MINUTE_MS, timeAfter } from '../resources/durations.ts';
import type { Infer } from '../resources/schema.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

export const maintenanceWindow = z.strictObject({
  /** The days on which it opens. */
  days: z.array(z.enum(DAYS)).min(1, 'must name at least one day; leave the window out to have none'),
  /** When both times are equal, the window is open for a whole day. */
  from: z.string().regex(TIME, 'must be a time like 22:00'),
  to: z.string().regex(TIME, 'must be a time like 04:00'),
  timeZone: z.string().refine(isTimeZone, 'must be the IANA name of a time zone, like Europe/Berlin'),
});
export type MaintenanceWindow = Infer<typeof maintenanceWindow>;

/** Whether this is the name of a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: name }));
  } catch {
    return false;
  }
}

export function isWindowOpen({ days, from, to, timeZone }: MaintenanceWindow, at: Date): boolean {
  const { day, minute } = clockIn(timeZone, at);
  const [opens, closes] = [minuteOf(from), minuteOf(to)];
  const today = days.includes(dayAt(day));
  if (opens < closes) return today && opens <= minute && minute < closes;
  return (today && minute >= opens) || (days.includes(dayAt(day - 1)) && minute < closes);
}

/**
 * When the window opens next, to the minute; null while it is open. Around a clock change the window may not be open
 * yet at that time: then the next reconcile computes it again.
 */
export function nextOpening(window: MaintenanceWindow, now: Date): Date | null {
  if (isWindowOpen(window, now)) return null;
  const here = clockIn(window.timeZone, now);
  const waits = window.days.map((day) => {
    const minutes = (DAYS.indexOf(day) - here.day) * DAY + minuteOf(window.from) - here.minute;
    return minutes > 0 ? minutes : minutes + WEEK;
  });
  const wait = Math.min(WEEK, ...waits);
  const guess = timeAfter(floorToMinute(now), wait * MINUTE_MS);
  // Corrects for clock changes in between: the difference between the shown and the expected time.
  const there = clockIn(window.timeZone, guess);
  const off = (here.day * DAY + here.minute + wait - there.day * DAY - there.minute + 7 * WEEK) % WEEK;
  const corrected = timeAfter(guess, (off > WEEK / 2 ? off - WEEK : off) * MINUTE_MS);
  return isWindowOpen(window, guess) && !isWindowOpen(window, corrected) ? guess : corrected;
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** The day (0: Monday) and the minute of the day in a time zone. */
function clockIn(timeZone: string, at: Date): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = parts.get('weekday')?.toLowerCase() ?? '';
  const day = DAYS.findIndex((name) => weekday.startsWith(name));
  return { day, minute: minuteOf(`${parts.get('hour')}:${parts.get('minute')}`) };
}

function dayAt(index: number): Day {
  return DAYS[(index + DAYS.length) % DAYS.length] ?? 'mon';
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function floorToMinute(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
}
