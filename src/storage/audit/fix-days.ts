/**
 * The applied fixes of each day, in the partition of the log: t-<day>-<chain> lists those of a chain with their time and
 * duration. The transaction that appends the entry changes the row. So a fix is counted exactly once, and only writers of
 * the same chain meet, who meet at its head anyway.
 */

import * as z from 'zod';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { DAY_MS, secondsBetween } from '../../domain/resources/durations.ts';
import type { AppliedFix } from '../../workflows/ports/metrics.ts';
import { entityOf, parseDerived, type Row } from '../table/entity.ts';
import { rangeFilter, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { AUDIT_PARTITION } from './rows.ts';

/** The rows of fixes are from here on, in the order of days; behind them is the row that says that all are counted. */
const PREFIX = 't-';
export const FIXES_READY_KEY = `${PREFIX}ready`;

/** A fix: its number in the chain, its milliseconds in the day, and its seconds from the receipt of its event, if any. */
export type ListedFix = readonly [seq: number, milliseconds: number, seconds: number | null];

export interface FixDay {
  readonly rowKey: string;
  readonly fixes: readonly ListedFix[];
  /** Null when there is no row yet. */
  readonly etag: string | null;
}

/** When events were received, by their ids. */
export type Receipts = ReadonlyMap<string, string>;

export function isCountedFix({ kind }: Pick<AuditEntry, 'kind'>): boolean {
  return kind === 'fix.applied';
}

export function dayOf(at: string): string {
  return at.slice(0, 'yyyy-mm-dd'.length);
}

export function dayKeyOf({ at, chain }: Pick<AuditEntry, 'at' | 'chain'>): string {
  return `${PREFIX}${dayOf(at)}-${chain}`;
}

export async function loadFixDay(table: Table, rowKey: string): Promise<FixDay> {
  const row = await table.get(AUDIT_PARTITION, rowKey);
  return row ? fixDayIn(row) : { rowKey, fixes: [], etag: null };
}

/** An unreadable row counts as empty: it must not keep anybody from logging, and the repair corrects it. */
export function fixDayIn(row: Row): FixDay {
  return { rowKey: row.rowKey, fixes: parseDerived(FIXES, row) ?? [], etag: row.etag };
}

export function listedFix({ seq, at, trigger }: AuditEntry, receipts: Receipts): ListedFix {
  const receivedAt = receipts.get(trigger?.eventId ?? '');
  const seconds = receivedAt === undefined ? null : Math.max(0, secondsBetween(receivedAt, at));
  return [seq, Date.parse(at) % DAY_MS, seconds];
}

/** The day after these fixes. What is beyond the size of a row is not listed: it must not keep anybody from logging. */
export function withFixes(day: FixDay, fixes: readonly ListedFix[]): FixDay {
  return { ...day, fixes: [...day.fixes, ...fixes].slice(0, MAX_FIXES) };
}

export function fixDayRow({ rowKey, fixes }: FixDay) {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey }, fixes);
}

export function fixDayStep(day: FixDay): Step {
  return saveStep(fixDayRow(day), day.etag);
}

/** The rows from a day on. */
export function readFixDays(table: Table, first: string): Promise<Row[]> {
  return table.readAll(rangeFilter(AUDIT_PARTITION, `${PREFIX}${first}`, FIXES_READY_KEY));
}

/** The fixes since a time, newest first, by one request for a month; null when some are not counted yet. */
export async function readFixes(table: Table, since: Date): Promise<readonly AppliedFix[] | null> {
  const from = since.toISOString();
  const rows = await table.readAll(rangeFilter(AUDIT_PARTITION, `${PREFIX}${dayOf(from)}`, `${FIXES_READY_KEY}~`));
  if (!rows.some(({ rowKey }) => rowKey === FIXES_READY_KEY)) return null;
  return rows
    .filter(({ rowKey }) => rowKey !== FIXES_READY_KEY)
    .flatMap((row) => {
      const start = Date.parse(row.rowKey.slice(PREFIX.length, PREFIX.length + 'yyyy-mm-dd'.length));
      return fixDayIn(row).fixes.map(([, milliseconds, seconds]) => ({
        at: new Date(start + milliseconds).toISOString(),
        seconds,
      }));
    })
    .filter(({ at }) => at >= from)
    .sort((a, b) => (a.at > b.at ? -1 : 1));
}

/** Of one chain and day: their row stays below Azure's limit. */
const MAX_FIXES = 10_000;
const FIXES = z.array(z.tuple([z.int(), z.int(), z.number().nullable()]));
