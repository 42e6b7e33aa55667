/** The metrics: what is counted where it happens, and what is read for operators. */
import type { CounterName, Counters, DurationName, Labels } from '../../domain/audit/counters.ts';

/** Counts in memory: it sends no request and throws nothing. */
export interface Metrics {
  /** One more of a counter. A counter without labels takes its name alone. */
  count<Name extends CounterName>(
    name: Name,
    ...labels: keyof Labels<Name> extends never ? [] : [labels: Labels<Name>]
  ): void;
  /** A duration in seconds. */
  observe(name: DurationName, seconds: number): void;
  /** How many more requests Azure takes now, by its own limits of a subscription. */
  setRequestsLeft(limit: { readonly subscriptionId: string; readonly limit: string }, requests: number): void;
}

/** For tools, which count nothing. */
export const NO_METRICS: Metrics = { count() {}, observe() {}, setRequestsLeft() {} };

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
