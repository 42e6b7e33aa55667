/**
 * Recounts the fixes of the last 30 days from the log. An entry and the row of its day change in one transaction. So when a
 * row still has the version from before the entries were read, the difference is exact, and replacing that version corrects
 * it.
 */

import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { AuditLog } from '../../workflows/ports/audit.ts';
import { TIMED_FIXES, type WrongCount } from '../../workflows/ports/metrics.ts';
import { collect, paginate } from '../../workflows/ports/pages.ts';
import {
  dayKeyOf,
  dayOf,
  type FixDay,
  fixDayIn,
  fixDayRow,
  type ListedFix,
  listedFix,
  readFixDays,
  withFixes,
} from '../audit/fix-days.ts';
import type { Table } from '../table/table.ts';
import { saveRow } from '../table/versioned-row.ts';
import { correct } from './counter-rows.ts';

export interface FixSources {
  /** The table of the log. */
  readonly table: Table;
  readonly audit: Pick<AuditLog, 'list'>;
  /** When an event was received; null when it is not known. */
  receivedAt(eventId: string): Promise<string | null>;
}

export interface FixRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** Whether no writer was faster. */
  readonly complete: boolean;
}

/** A request for the rows, one for each 500 fixes, and two for each event that is missing for the mean. */
export async function recountFixes({ table, audit, receivedAt }: FixSources, now: Date): Promise<FixRecount> {
  const first = dayOf(timeAfter(now, -30 * DAY_MS).toISOString());
  const kept = new Map((await readFixDays(table, first)).map((row) => [row.rowKey, fixDayIn(row)]));
  const query = { kind: 'fix.applied', from: `${first}T00:00:00.000Z` } as const;
  const entries = await collect(paginate((page) => audit.list(query, page)));
  const timed = new Set(entries.filter(({ trigger }) => trigger?.eventId !== undefined).slice(0, TIMED_FIXES));
  const receipts = new Map<string, string>();
  const days = new Map<string, FixDay>([...kept].map(([rowKey, day]) => [rowKey, { ...day, fixes: [] }]));
  // The numbers of a chain grow, as in the rows that appending writes.
  for (const entry of entries.toReversed()) {
    const rowKey = dayKeyOf(entry);
    const known = kept.get(rowKey)?.fixes.find((one) => isSameFix(one, listedFix(entry, NO_RECEIPTS)));
    const eventId = entry.trigger?.eventId;
    if (eventId !== undefined && timed.has(entry) && (known?.[2] ?? null) === null && !receipts.has(eventId)) {
      const received = await receivedAt(eventId);
      if (received !== null) receipts.set(eventId, received);
    }
    const [seq, milliseconds, seconds] = listedFix(entry, receipts);
    const day = days.get(rowKey) ?? { rowKey, fixes: [], etag: null };
    days.set(rowKey, withFixes(day, [[seq, milliseconds, known?.[2] ?? seconds]]));
  }
  const results = [];
  for (const [rowKey, day] of days) {
    const before = kept.get(rowKey) ?? { ...day, fixes: [] };
    const result = await correct(table, {
      what: `fixes, row ${rowKey}`,
      row: fixDayRow(day),
      etag: day.etag,
      kept: numbersOf(before),
      counted: numbersOf(day),
    });
    // An event that was not at hand when its fix was logged is no mistake.
    if (result === 'right' && timedIn(day) > timedIn(before)) await saveRow(table, fixDayRow(day), day.etag);
    results.push(result);
  }
  return { wrong: results.filter((one) => typeof one === 'object'), complete: !results.includes('busy') };
}

const NO_RECEIPTS = new Map<string, string>();

function isSameFix([seq, milliseconds]: ListedFix, [otherSeq, otherMilliseconds]: ListedFix): boolean {
  return seq === otherSeq && milliseconds === otherMilliseconds;
}

function timedIn({ fixes }: FixDay): number {
  return fixes.filter(([, , seconds]) => seconds !== null).length;
}

/** Each fix, as a number that can be compared. */
function numbersOf({ fixes }: FixDay): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [seq, milliseconds] of fixes) {
    const name = `entry ${seq}, ${milliseconds} ms after midnight`;
    numbers[name] = (numbers[name] ?? 0) + 1;
  }
  return numbers;
}
