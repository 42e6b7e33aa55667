/** Counts that are kept with what they count. Reading them costs one request each, whatever the number of rows. */
import type { FindingCounts } from '../../domain/decisions/finding-counts.ts';

export interface Counts {
  /** The counts of all findings. Null while findings of an earlier version are not counted yet. */
  readFindings(): Promise<FindingCounts | null>;
  /** The applied fixes since a time, newest first. Null while those of an earlier version are not counted yet. */
  readFixes(since: Date): Promise<readonly AppliedFix[] | null>;
  /**
   * Counts what is not counted yet; then once an hour compares a part of the counts with the rows, and corrects those
   * that are wrong. Returns what was wrong. A bounded number of requests; no writer waits for it.
   */
  repair(now: Date): Promise<readonly WrongCount[]>;
}

/** The mean time to fix covers this many of the latest fixes that an event led to. */
export const TIMED_FIXES = 100;

export interface AppliedFix {
  readonly at: string;
  /** From the receipt of the event that led to it; null when no event did, or it is not known any more. */
  readonly seconds: number | null;
}

/** A count that was wrong, and is corrected. */
export interface WrongCount {
  /** For example `findings, row c-3-a`. */
  readonly what: string;
  /** By name, up to ten of them. */
  readonly kept: Readonly<Record<string, number>>;
  readonly counted: Readonly<Record<string, number>>;
}
