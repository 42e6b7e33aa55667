/** Lengths of time, and times at a distance from another. The name of a length says its unit. */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const DAY_SECONDS = DAY_MS / SECOND_MS;

/** The time so many milliseconds after another (ISO or Date). A negative number gives an earlier time. */
export function timeAfter(at: string | Date, milliseconds: number): Date {
  return new Date(new Date(at).getTime() + milliseconds);
}

/** The seconds from one time to another (ISO or Date), negative when the other is earlier. */
export function secondsBetween(from: string | Date, to: string | Date): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / SECOND_MS;
}
