/** Times: short and relative in a table, exact for who points at one. */
import { now } from '../../state/clock.ts';

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
];

/** `5 min ago`, `in 3 d`, `now`. */
export function relativeTime(time: string, at: number): string {
  const difference = Date.parse(time) - at;
  const size = Math.abs(difference);
  if (!Number.isFinite(difference)) return time;
  const [unit, length] = UNITS.find(([, milliseconds]) => size >= milliseconds) ?? ['', 0];
  if (length === 0) return 'now';
  const text = `${Math.floor(size / length)} ${unit}`;
  return difference < 0 ? `${text} ago` : `in ${text}`;
}

/** In the time zone of the reader: `30 Nov 2026, 20:15`. */
export function exactTime(time: string): string {
  const parsed = Date.parse(time);
  if (!Number.isFinite(parsed)) return time;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(parsed);
}

/** `exact` shows the time itself, for details and the log. */
export function Time({ at, exact = false }: { at: string | null | undefined; exact?: boolean }) {
  if (!at) return <>–</>;
  return (
    <time dateTime={at} title={`${exactTime(at)} (${at})`}>
      {exact ? exactTime(at) : relativeTime(at, now.value)}
    </time>
  );
}
