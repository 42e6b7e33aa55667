/** NCRONTAB schedules: six fields, seconds first. */
import { Cron } from 'croner';

export interface Schedule {
  /** The next time after `from`. */
  next(from: Date): Date;
  /** Whether it comes more than once a minute: then the Functions host stores nothing about it and misses nothing. */
  readonly belowOneMinute: boolean;
}

/** Reads a schedule; throws when it is not NCRONTAB. `name` is that of its function. */
export function readSchedule(text: string, name: string, timezone = 'UTC'): Schedule {
  const cron = ncrontab(text, name, timezone);
  const next = (from: Date) => cron.nextRun(from) ?? LAST;
  return { next, belowOneMinute: isBelowOneMinute(text, next) };
}

/** The rule of `TimerSchedule.cs` in https://github.com/Azure/azure-webjobs-sdk-extensions (timers 5.1.0). */
function isBelowOneMinute(text: string, next: (from: Date) => Date): boolean {
  const [, ...others] = text.trim().split(/\s+/);
  const now = new Date();
  return others.every((field) => field === '*') && next(next(now)).getTime() < now.getTime() + 60_000;
}

/** For a schedule without a next time. */
const LAST = new Date('9999-12-31T23:59:59Z');

function ncrontab(schedule: string, name: string, timezone: string): Cron {
  try {
    // NCRONTAB runs only on days that match both day fields, where Unix cron takes either.
    return new Cron(schedule, { mode: '5-or-6-parts', domAndDow: true, timezone });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The schedule "${schedule}" of function ${name} is not NCRONTAB ({second} {minute} {hour} {day} {month} {day of week}): ${reason}`,
    );
  }
}
