/** The period of the log that is shown: days of the calendar in the time zone of the person, or the last days until now. */
import { dayOf, nextDay } from '../../ui/format/days.ts';

export interface Period {
  /** ISO, inclusive and exclusive. An end that is undefined is now. */
  readonly from: string;
  readonly to?: string;
}

export const PRESETS = [7, 30, 90] as const;
const DAY_MS = 86_400_000;

/**
 * The period of an address: `period=30` are the last days, `from` and `to` are dates such as `2026-01-31`, both included. What
 * cannot be read is the last 7 days. The beginning is a whole hour, so that an address gives the same requests for a while.
 */
export function periodOf(query: URLSearchParams, now: Date): Period {
  const [from, to] = [dayOf(query.get('from')), dayOf(query.get('to'))];
  if (from && (!to || to >= from)) {
    return to ? { from: from.toISOString(), to: nextDay(to).toISOString() } : { from: from.toISOString() };
  }
  const days = Number(query.get('period') ?? 7);
  const length = PRESETS.some((preset) => preset === days) ? days : 7;
  const begin = new Date(now.getTime() - length * DAY_MS);
  begin.setMinutes(0, 0, 0);
  return { from: begin.toISOString() };
}

/** Such as `7 days`, or `1 Jan 2026 to 31 Jan 2026`. */
export function nameOfPeriod({ from, to }: Period, now: Date): string {
  const text = (time: number) => new Date(time).toLocaleDateString('en-GB', { dateStyle: 'medium' });
  if (to === undefined) {
    const days = Math.round((now.getTime() - Date.parse(from)) / DAY_MS);
    return PRESETS.some((preset) => preset === days) ? `the last ${days} days` : `since ${text(Date.parse(from))}`;
  }
  return `${text(Date.parse(from))} to ${text(Date.parse(to) - 1)}`;
}
