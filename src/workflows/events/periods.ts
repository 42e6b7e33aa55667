/**
 * The periods in which the Activity Log is read. Entries appear after some minutes, in any order, so each period overlaps with
 * the one before. These functions do no I/O.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { ProviderProgress } from '../ports/azure.ts';

/** Usually entries appear within 20 minutes. */
const OVERLAP_MS = 30 * MINUTE_MS;
/** After an outage this much more is read at once. */
const MAX_STEP_MS = HOUR_MS;
/** Older changes are found by the sweep. */
const MAX_AGE_MS = DAY_MS;
/** Bounds the row. The changes of a longer list are compared with the stored events again. */
const MAX_KNOWN = 1000;

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The next period to read; null when there is none yet. `settled`: younger entries are left for later. */
export function nextPeriod(progress: ProviderProgress, since: string, settled: Date): Period | null {
  const earliest = timeAfter(settled, -MAX_AGE_MS);
  const first = latest(earliest, new Date(since));
  if (progress.rest !== null) {
    const rest = { from: latest(first, new Date(progress.rest.from)), to: new Date(progress.rest.to) };
    if (rest.from < rest.to) return rest;
  }
  const start = latest(first, new Date(progress.readTo));
  const to = earlier(settled, timeAfter(start, MAX_STEP_MS));
  return to > start ? { from: latest(first, timeAfter(start, -OVERLAP_MS)), to } : null;
}

/**
 * The progress after a period was read. `unreadTo`: up to this time it must be read once more. `known`: its changes that are
 * events now, by id, with their times.
 */
export function progressAfter(
  progress: ProviderProgress,
  { from, to }: Period,
  unreadTo: Date | null,
  known: readonly { readonly id: string; readonly at: string }[],
): ProviderProgress {
  const readTo = latest(to, new Date(progress.readTo));
  const rest = unreadTo === null ? null : { from: from.toISOString(), to: unreadTo.toISOString() };
  const overlap = timeAfter(readTo, -OVERLAP_MS).toISOString();
  const kept = known.filter(({ at }) => rest !== null || at >= overlap).map(({ id }) => id);
  const before = rest !== null || progress.rest !== null ? progress.known : [];
  return { readTo: readTo.toISOString(), rest, known: [...new Set([...before, ...kept])].slice(-MAX_KNOWN) };
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
