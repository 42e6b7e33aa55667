/**
 * The pace of reads that no change asks for: those of sweeps and scans. Resource Manager gives each subscription a bucket
 * of reads that refills at a constant rate; half of both is theirs. Times are milliseconds.
 */
import { DAY_MS, SECOND_MS } from '../resources/durations.ts';

/** Resource Manager lets 250 reads through at once, and refills 25 a second: both last ten seconds. */
const BURST_MS = 10 * SECOND_MS;

/** When reserved reads may begin, and when the next ones may. */
export interface Reservation {
  /** In the past by up to the burst when nobody has read for a while. */
  readonly from: number;
  readonly until: number;
}

/** Reserves so many seconds of reads. `until`: the end of the last reservation; one of a wrong clock does not count. */
export function reserveReads(until: number, seconds: number, now: number): Reservation {
  const last = until > now + DAY_MS ? 0 : until;
  const from = Math.max(last, now - BURST_MS);
  return { from, until: from + seconds * SECOND_MS };
}

/** Seconds before reads may begin that follow `seconds` of others in a reservation. */
export function secondsUntilRead({ from }: Pick<Reservation, 'from'>, seconds: number, now: number): number {
  return Math.max(0, (from - now) / SECOND_MS + seconds);
}
