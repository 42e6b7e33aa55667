/** The metrics that the other stores do not have. No workflow depends on them. */
import type { Counters } from '../../domain/audit/counters.ts';

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
