/**
 * What became of fixes on each day, and how long they and decisions took, in the partition of the log: t-<day>-<chain> lists
 * those of a chain with their time, scope and duration. The transaction that appends the entry changes the row. So each is
 * counted exactly once, and only writers of the same chain meet, who meet at its head anyway.
 */

import * as z from 'zod';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { type Happened, type KeptOutcome, OUTCOMES } from '../../domain/decisions/history.ts';
import { DAY_MS, secondsBetween } from '../../domain/resources/durations.ts';
import type { AppliedFix } from '../../workflows/ports/metrics.ts';
import { entityOf, parseDerived, type Row } from '../table/entity.ts';
import { rangeFilter, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { AUDIT_PARTITION } from './rows.ts';

/** The rows are from here on, in the order of days; behind them are those that say that all are listed. */
const PREFIX = 't-';
const READY = `${PREFIX}ready`;
/** An earlier version wrote `t-ready` when all applied fixes were listed. This one is about all outcomes. */
export const FIXES_READY_KEY = `${READY}-outcomes`;

export interface ListedOutcome extends Pick<Happened, 'outcome' | 'seconds'> {
  /** Its number in the chain. */
  readonly seq: number;
  /** In the day. */
  readonly milliseconds: number;
  /** `<subscription>/<resource group>` in lower case, without the group for a subscription; null when it is not known. */
  readonly scope: string | null;
}

export interface FixDay {
  readonly rowKey: string;
  readonly fixes: readonly ListedOutcome[];
  /** Null when there is no row yet. */
  readonly etag: string | null;
}

/** When events were received and approvals requested, by their ids. */
export type Receipts = ReadonlyMap<string, string>;

const OUTCOME_OF: Readonly<Partial<Record<AuditEntry['kind'], KeptOutcome>>> = {
  'fix.applied': 'applied',
  'fix.failed': 'failed',
  'fix.blocked': 'blocked',
  'rollback.applied': 'rolledBack',
  'approval.approved': 'decided',
  'approval.rejected': 'decided',
};
/** The kinds of entries that are listed. */
export const LISTED_KINDS: readonly AuditEntry['kind'][] = [
  ...(['fix.applied', 'fix.failed', 'fix.blocked', 'rollback.applied'] as const),
  ...(['approval.approved', 'approval.rejected'] as const),
];

export function isCountedFix({ kind }: Pick<AuditEntry, 'kind'>): boolean {
  return LISTED_KINDS.includes(kind);
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

export function listedFix(entry: AuditEntry, receipts: Receipts): ListedOutcome {
  const { seq, at, kind, trigger, approvalId, resource } = entry;
  const outcome = OUTCOME_OF[kind] ?? 'applied';
  const begun = receipts.get((outcome === 'decided' ? approvalId : trigger?.eventId) ?? '');
  const isTimed = outcome === 'applied' || outcome === 'decided';
  const seconds = begun === undefined || !isTimed ? null : Math.max(0, secondsBetween(begun, at));
  return { seq, milliseconds: Date.parse(at) % DAY_MS, outcome, seconds, scope: scopeOf(resource?.id ?? '') };
}

/** The day after these fixes. What is beyond the size of a row is not listed: it must not keep anybody from logging. */
export function withFixes(day: FixDay, fixes: readonly ListedOutcome[]): FixDay {
  return { ...day, fixes: [...day.fixes, ...fixes].slice(0, MAX_FIXES) };
}

export function fixDayRow({ rowKey, fixes }: FixDay) {
  const scopes = [...new Set(fixes.flatMap(({ scope }) => scope ?? []))].slice(0, MAX_SCOPES);
  const places = new Map(scopes.map((scope, at) => [scope, at]));
  const items = fixes.map(({ seq, milliseconds, seconds, outcome, scope }) => [
    ...[seq, milliseconds, seconds, OUTCOMES.indexOf(outcome)],
    places.get(scope ?? '') ?? null,
  ]);
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey }, { scopes, items });
}

export function fixDayStep(day: FixDay): Step {
  return saveStep(fixDayRow(day), day.etag);
}

/** The rows from a day on. */
export function readFixDays(table: Table, first: string, end = READY): Promise<Row[]> {
  return table.readAll(rangeFilter(AUDIT_PARTITION, `${PREFIX}${first}`, end));
}

/** The fixes since a time, newest first, by one request for a month; null when some are not counted yet. */
export async function readFixes(table: Table, since: Date): Promise<readonly AppliedFix[] | null> {
  const from = since.toISOString();
  const rows = await readFixDays(table, dayOf(from), `${READY}~`);
  if (!rows.some(({ rowKey }) => rowKey.startsWith(READY))) return null;
  return rows
    .filter(({ rowKey }) => !rowKey.startsWith(READY))
    .flatMap((row) => happenedOn(fixDayIn(row)))
    .filter(({ outcome }) => outcome === 'applied')
    .map(({ at, seconds }) => ({ at: new Date(at).toISOString(), seconds }))
    .filter(({ at }) => at >= from)
    .sort((a, b) => (a.at > b.at ? -1 : 1));
}

/** What happened from a day (inclusive) to a day (exclusive), in no order. */
export async function readOutcomes(table: Table, first: string, end: string): Promise<HappenedThere[]> {
  const rows = await readFixDays(table, first, `${PREFIX}${end}`);
  return rows.flatMap((row) => happenedOn(fixDayIn(row)));
}

export interface HappenedThere extends Happened, Pick<ListedOutcome, 'scope'> {}

function happenedOn({ rowKey, fixes }: FixDay): HappenedThere[] {
  const start = Date.parse(rowKey.slice(PREFIX.length, PREFIX.length + 'yyyy-mm-dd'.length));
  return fixes.map(({ milliseconds, outcome, seconds, scope }) => ({
    at: start + milliseconds,
    outcome,
    seconds,
    scope,
  }));
}

/** Removes the rows before a day. */
export async function removeFixDays(table: Table, before: string): Promise<void> {
  const { items } = await table.readPage(
    rangeFilter(AUDIT_PARTITION, PREFIX, `${PREFIX}${before}`),
    { limit: MAX_REMOVED, after: null },
    1,
    [],
  );
  if (items.length === 0) return;
  await table.transact(items.map(({ partitionKey, rowKey }) => ({ remove: { partitionKey, rowKey } })));
}

function scopeOf(resourceId: string): string {
  const [, , subscription = '', , group] = resourceId.toLowerCase().split('/');
  return group === undefined ? subscription : `${subscription}/${group}`;
}

const MAX_REMOVED = 100;
/** Of one chain and day: their row stays below Azure's limit. */
const MAX_FIXES = 10_000;
const MAX_SCOPES = 1500;

const OUTCOME_ITEM = z.tuple([z.int(), z.int(), z.number().nullable(), z.int(), z.int().nullable()]);
/** An earlier version wrote applied fixes only, without their scopes. */
const FIXES = z.union([
  z.strictObject({ scopes: z.array(z.string()), items: z.array(OUTCOME_ITEM) }).transform(({ scopes, items }) =>
    items.map(
      ([seq, milliseconds, seconds, outcome, scope]): ListedOutcome => ({
        ...{ seq, milliseconds, seconds, outcome: OUTCOMES[outcome] ?? 'applied' },
        scope: (scope === null ? null : scopes[scope]) ?? null,
      }),
    ),
  ),
  z.array(z.tuple([z.int(), z.int(), z.number().nullable()])).transform((items) =>
    items.map(
      ([seq, milliseconds, seconds]): ListedOutcome => ({
        ...{ seq, milliseconds, seconds, outcome: 'applied', scope: null },
      }),
    ),
  ),
]);
