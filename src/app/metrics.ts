/**
 * Counts in the process, and stores the counters. Each kind of function has its own instances, which stop when they have no
 * work. So counters are stored directly after the work; those that follow within a short interval are stored at its end.
 */

import {
  addCounters,
  type Counters,
  counted,
  NO_COUNTERS,
  observed,
  remainingRequests,
} from '../domain/audit/counters.ts';
import type { CounterStore, Metrics } from '../workflows/ports/metrics.ts';
import type { Log } from '../workflows/ports/runtime.ts';

export interface StoredMetrics {
  readonly metrics: Metrics;
  /** Stores the counters, at most every `everySeconds`. Throws nothing: counters that cannot be stored are kept for the next time. */
  flush(): Promise<void>;
}

export interface Timing {
  now(): Date;
  /** The shortest interval at which the counters are stored. */
  readonly everySeconds: number;
  /** Calls `work` after a delay, if the process is still running. */
  after(milliseconds: number, work: () => void): void;
}

export function createMetrics(
  log: Pick<Log, 'warn'>,
  counters: Pick<CounterStore, 'add'>,
  { now, after, everySeconds }: Timing,
): StoredMetrics {
  const intervalMs = everySeconds * 1000;
  let pending: Counters | null = null;
  let dueAt = 0;
  let isScheduled = false;

  const add = (more: Counters) => {
    pending = addCounters(pending ?? NO_COUNTERS, more);
  };

  async function store(): Promise<void> {
    const taken = pending;
    if (taken === null) return;
    const delay = dueAt - now().getTime();
    // A time further ahead means that the clock was set back.
    if (delay > 0 && delay <= intervalMs) return storeAfter(delay);
    pending = null;
    dueAt = now().getTime() + intervalMs;
    try {
      await counters.add(taken);
    } catch (error) {
      pending = addCounters(taken, pending ?? NO_COUNTERS);
      log.warn({ error: String(error) }, 'could not store the counters; they are kept for later');
    }
  }

  function storeAfter(milliseconds: number): void {
    if (isScheduled) return;
    isScheduled = true;
    after(milliseconds, () => {
      isScheduled = false;
      void store();
    });
  }

  return {
    flush: store,
    metrics: countInto(add, now),
  };
}

/** Metrics that hand over what is counted. */
export function countInto(add: (more: Counters) => void, now: () => Date): Metrics {
  return {
    count: (name, ...[labels]) => add(counted(name, labels ?? {})),
    add: (name, amount, labels) => {
      if (amount > 0) add(counted(name, labels, amount));
    },
    observe: (name, seconds) => add(observed(name, seconds)),
    setRequestsLeft: ({ subscriptionId, limit }, requests) =>
      add(remainingRequests(subscriptionId, limit, { requests, at: now().toISOString() })),
  };
}
