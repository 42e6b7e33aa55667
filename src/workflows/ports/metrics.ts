/** The metrics: what is counted where it happens, and what is read for operators. */
import type { CounterName, Counters, DurationName, Labels } from '../../domain/audit/counters.ts';
import type { FindingLabel } from '../../domain/decisions/finding-briefs.ts';
import type { FindingCounts } from '../../domain/decisions/finding-counts.ts';
import type { Numbers } from '../../domain/decisions/history.ts';

/** Counts in memory: it sends no request and throws nothing. */
export interface Metrics {
  /** One more of a counter. A counter without labels takes its name alone. */
  count<Name extends CounterName>(
    name: Name,
    ...labels: keyof Labels<Name> extends never ? [] : [labels: Labels<Name>]
  ): void;
  /** So many more of a counter with labels; nothing for 0. */
  add<Name extends CounterName>(name: Name, amount: number, labels: Labels<Name>): void;
  /** A duration in seconds. */
  observe(name: DurationName, seconds: number): void;
  /** How many more requests Azure takes now, by its own limits of a subscription. */
  setRequestsLeft(limit: { readonly subscriptionId: string; readonly limit: string }, requests: number): void;
}

/** For tools, which count nothing. */
export const NO_METRICS: Metrics = { count() {}, add() {}, observe() {}, setRequestsLeft() {} };

/** What the other stores do not have. No workflow depends on it. */

export interface MetricsSource {
  /** The counters of all instances since the first one ran. */
  readCounters(): Promise<Counters>;
  readQueues(): Promise<readonly QueueDepth[]>;
}

export interface QueueDepth {
  readonly name: string;
  /** The approximate number, including delayed and leased messages. */
  readonly messages: number;
  /** When the oldest visible message was queued (ISO); null when there is none. */
  readonly oldestAt: string | null;
}

/** The counters of all instances. Throws StorageUnavailable. */
export interface CounterStore {
  /** Adds the counters of this instance. */
  add(counters: Counters): Promise<void>;
  readTotal(): Promise<Counters>;
}

/** Counts that are kept with what they count. Reading them costs one request each, whatever the number of rows. */
export interface Counts {
  /**
   * How many findings count as what, by scope in lower case: `/subscriptions/<id>/resourcegroups/<name>`, or the subscription
   * for findings about itself. `namesOf` says what a finding with a label counts as. Null while findings of an earlier
   * version are not included yet. Few requests, which read all findings in brief.
   */
  readByGroup(namesOf: (label: FindingLabel) => readonly string[]): Promise<ReadonlyMap<string, Numbers> | null>;
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
