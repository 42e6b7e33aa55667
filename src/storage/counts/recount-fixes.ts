/**
 * Recounts the outcomes of the last 30 days from the log. An entry and the row of its day change in one transaction. So when a
 * row still has the version from before the entries were read, the difference is exact, and replacing that version corrects
 * it.
 */

import type { AuditEntry } from '../../domain/audit/audit.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { AuditLog } from '../../workflows/ports/audit.ts';
import { TIMED_FIXES, type WrongCount } from '../../workflows/ports/metrics.ts';
import { collect, paginate } from '../../workflows/ports/storage.ts';
import {
  dayKeyOf,
  dayOf,
  type FixDay,
  fixDayIn,
  fixDayRow,
  LISTED_KINDS,
  type ListedOutcome,
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
  /** When an approval of a fix was requested; null when it is not known, and for a rollback. */
  requestedAt(approvalId: string): Promise<string | null>;
}

export interface FixRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** Whether no writer was faster. */
  readonly complete: boolean;
}

/**
 * A request for the rows, one for each 500 entries of a kind, and one or two for each event and approval that is missing for
 * the durations.
 */
export async function recountFixes({ table, audit, ...sources }: FixSources, now: Date): Promise<FixRecount> {
  const first = dayOf(timeAfter(now, -30 * DAY_MS).toISOString());
  const kept = new Map((await readFixDays(table, first)).map((row) => [row.rowKey, fixDayIn(row)]));
  const entries = await listEntries(audit, `${first}T00:00:00.000Z`);
  const [fixed, decided] = [entries.filter(isTimedFix), entries.filter(isDecision)];
  const timed = new Set([...fixed.slice(0, TIMED_FIXES), ...decided.slice(0, TIMED_FIXES)]);
  const receipts = new Map<string, string>();
  const days = new Map<string, FixDay>([...kept].map(([rowKey, day]) => [rowKey, { ...day, fixes: [] }]));
  // The numbers of a chain grow, as in the rows that appending writes.
  for (const entry of entries.toReversed()) {
    const rowKey = dayKeyOf(entry);
    const known = kept.get(rowKey)?.fixes.find((one) => isSameFix(one, listedFix(entry, NO_RECEIPTS)));
    if (timed.has(entry) && (known?.seconds ?? null) === null) await findReceipt(entry, receipts, sources);
    const listed = listedFix(entry, receipts);
    const day = days.get(rowKey) ?? { rowKey, fixes: [], etag: null };
    days.set(rowKey, withFixes(day, [{ ...listed, seconds: known?.seconds ?? listed.seconds }]));
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
    // An event that was not at hand when its fix was logged is no mistake, and an earlier version listed no scopes.
    if (result === 'right' && knownIn(day) > knownIn(before)) await saveRow(table, fixDayRow(day), day.etag);
    results.push(result);
  }
  return { wrong: results.filter((one) => typeof one === 'object'), complete: !results.includes('busy') };
}

const NO_RECEIPTS = new Map<string, string>();

/** Newest first. */
async function listEntries(audit: FixSources['audit'], from: string): Promise<AuditEntry[]> {
  const lists = await Promise.all(
    LISTED_KINDS.map((kind) => collect(paginate((page) => audit.list({ kind, from }, page)))),
  );
  const isLater = (a: AuditEntry, b: AuditEntry) => (a.at === b.at ? a.seq > b.seq : a.at > b.at);
  return lists.flat().sort((a, b) => (isLater(a, b) ? -1 : 1));
}

function isTimedFix({ kind, trigger }: AuditEntry): boolean {
  return kind === 'fix.applied' && trigger?.eventId !== undefined;
}

function isDecision({ kind, approvalId }: AuditEntry): boolean {
  return (kind === 'approval.approved' || kind === 'approval.rejected') && approvalId !== null;
}

/** Finds when what the entry ends began, unless it is known. */
async function findReceipt(
  entry: AuditEntry,
  receipts: Map<string, string>,
  { receivedAt, requestedAt }: Pick<FixSources, 'receivedAt' | 'requestedAt'>,
): Promise<void> {
  const [id, read] = isDecision(entry) ? [entry.approvalId, requestedAt] : [entry.trigger?.eventId, receivedAt];
  if (!id || receipts.has(id)) return;
  const begun = await read(id);
  if (begun !== null) receipts.set(id, begun);
}

function isSameFix(one: ListedOutcome, other: ListedOutcome): boolean {
  return one.seq === other.seq && one.milliseconds === other.milliseconds;
}

/** How many durations and scopes are known. */
function knownIn({ fixes }: FixDay): number {
  return fixes.reduce((sum, { seconds, scope }) => sum + Number(seconds !== null) + Number(scope !== null), 0);
}

/** Each fix, as a number that can be compared. */
function numbersOf({ fixes }: FixDay): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const { seq, milliseconds, outcome } of fixes) {
    const name = `entry ${seq}, ${outcome}, ${milliseconds} ms after midnight`;
    numbers[name] = (numbers[name] ?? 0) + 1;
  }
  return numbers;
}
