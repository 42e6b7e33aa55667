/** How long to wait before asking for the state of the service again. */

export interface Activity {
  /** Milliseconds, on one clock: the last time that the person acted, changed something, and now. */
  readonly now: number;
  readonly lastInput: number;
  readonly lastChange: number | null;
  /** Failures in a row. */
  readonly failures: number;
  /** Seconds, as the service asked to wait. */
  readonly retryAfter: number | null;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Without input for so long, nobody seems to be there. */
export const IDLE_MS = 10 * MINUTE;

/**
 * Milliseconds: 2 s for a minute after a change, 10 s as a rule, 60 s after ten minutes without input; after failures twice
 * as long each time, to 2 minutes. `random` is from 0 to 1; it spreads the requests of many pages by 20 %.
 */
export function pollDelay({ now, lastInput, lastChange, failures, retryAfter }: Activity, random: number): number {
  const isAfterChange = lastChange !== null && now - lastChange < MINUTE;
  const calm = now - lastInput > IDLE_MS ? MINUTE : 10 * SECOND;
  const base = failures === 0 ? (isAfterChange ? 2 * SECOND : calm) : Math.min(2 * MINUTE, calm * 2 ** failures);
  return Math.max(Math.round(base * (0.8 + 0.4 * random)), (retryAfter ?? 0) * SECOND);
}
