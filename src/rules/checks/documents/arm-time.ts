/** Times as services of Azure write them: without a zone they are UTC, and the year 1 means none. */
import { DAY_MS } from '../../../domain/resources/durations.ts';
import type { Json } from '../../../domain/resources/json.ts';

/** Milliseconds since 1970; null where the value is no time. */
export function timeIn(value: Json | undefined): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value) || value.startsWith('0001-')) return null;
  const time = Date.parse(/(?:z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time) ? null : time;
}

/** The time this many days later; a negative number is earlier. */
export function daysFrom(now: Date, days: number): number {
  return now.getTime() + days * DAY_MS;
}

/** The day of a time, in UTC: `2026-01-15`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
