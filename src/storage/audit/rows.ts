/**
 * The rows of the audit log, all in one partition so that an entry, the pointer that makes it unique, and the head of its
 * chain change together: e-<time>-<chain>-<seq> an entry, newest first; i-<record id> a copy of it; h-<chain> a head, see
 * heads.ts; g-index the progress of the index.
 */

import { type AuditEntry, auditEntry, hasText, isByActor } from '../../domain/audit/audit.ts';
import { type PublicKey, sealFault } from '../../domain/audit/seal.ts';
import type { AuditQuery } from '../../workflows/ports/audit.ts';
import { type Columns, type Entity, entityOf, jsonOf, type Row } from '../table/entity.ts';
import { combineFilters, descendingTime, timeOfDescending } from '../table/keys.ts';
import { MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { keyAfterPrefix, prefixFilter, rangeFilter } from '../table/table.ts';

export const AUDIT_PARTITION = 'audit';

/** The number of chains: enough to write concurrently, and few enough for one transaction of heads. Never change it for a log that exists. */
export const CHAIN_COUNT = 8;

export const ALL_ENTRIES = prefixFilter(AUDIT_PARTITION, 'e-');
export const ALL_POINTERS = prefixFilter(AUDIT_PARTITION, 'i-');

export function entryRow(entry: AuditEntry): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: entryKey(entry) }, entry, entryColumns(entry));
}

/** The columns that lists filter by. */
export function entryColumns(entry: AuditEntry): Columns {
  return {
    ResourceKey: entry.resource?.id.toLowerCase() ?? null,
    Rule: entry.rule,
    Kind: entry.kind,
    Actor: entry.actor.objectId?.toLowerCase() ?? null,
    OperationId: entry.operationId,
    ApprovalId: entry.approvalId,
  };
}

/** A range of keys: the log itself, or the entries of one value in its index. */
export interface EntryRange {
  readonly partition: string;
  /** Ends with a dash; the rest of a key is that of the entry. */
  readonly prefix: string;
}

export const LOG_RANGE: EntryRange = { partition: AUDIT_PARTITION, prefix: 'e-' };

/** A filter for entries, newest first; `after`: only behind this row key of the range. */
export function entryFilter(query: AuditQuery, { partition, prefix } = LOG_RANGE, after: string | null = null): string {
  const { from, to, resource } = query;
  // The prefix ends with the dash after the time, so it covers all keys of that millisecond.
  const first = to === undefined ? prefix : keyAfterPrefix(`${prefix}${descendingTime(to)}-`);
  const last = from === undefined ? keyAfterPrefix(prefix) : keyAfterPrefix(`${prefix}${descendingTime(from)}-`);
  // Keys have one length, so no key is between a key and the same key with one more character.
  const filter = combineFilters(
    rangeFilter(partition, after === null ? first : `${after}-`, last),
    columnsOf(query),
    resource,
  );
  const kinds = query.kinds ?? [];
  if (kinds.length === 0 || !filtersByKinds(query)) return filter;
  return `${filter} and (${kinds.map((kind) => `Kind eq '${kind}'`).join(' or ')})`;
}

/** What the filter of a query leaves to be compared entry by entry; null when nothing. */
export function comparisonOf(query: AuditQuery): ((entry: AuditEntry) => boolean) | null {
  const { kinds = [], actorName, text } = query;
  const isByFilter = filtersByKinds(query);
  if (isByFilter && actorName === undefined && text === undefined) return null;
  return (entry) =>
    (isByFilter || kinds.includes(entry.kind)) &&
    (actorName === undefined || isByActor(entry, actorName)) &&
    (text === undefined || hasText(entry, text));
}

/** Whether the kinds of a query fit into a filter, beside its other comparisons: three for the range and three for a scope. */
function filtersByKinds(query: AuditQuery): boolean {
  const columns = Object.values(columnsOf(query)).filter((value) => value !== undefined);
  const others = 3 + columns.length + (query.resource === undefined ? 0 : 3);
  return others + (query.kinds?.length ?? 0) <= MAX_FILTER_COMPARISONS;
}

function columnsOf({ rule, kind, actor, operationId, approval }: AuditQuery) {
  return { Rule: rule, Kind: kind, Actor: actor?.toLowerCase(), OperationId: operationId, ApprovalId: approval };
}

/** The row key of an entry. */
export function entryKey({ at, chain, seq }: Pick<AuditEntry, 'at' | 'chain' | 'seq'>): string {
  return `e-${descendingTime(at)}-${chain}-${String(LAST_SEQ - seq).padStart(10, '0')}`;
}

export interface EntryPosition {
  readonly chain: string;
  readonly seq: number;
  /** In milliseconds. */
  readonly at: number;
}

/** Chain, number and time from the row key of an entry, for a row whose content is invalid. */
export function parseEntryKey(rowKey: string): EntryPosition | null {
  const match = /^e-(\d{15})-([^-]+)-(\d{10})$/.exec(rowKey);
  if (!match?.[1] || !match[2] || !match[3]) return null;
  return { at: timeOfDescending(match[1]), chain: match[2], seq: LAST_SEQ - Number(match[3]) };
}

/** What is wrong when the key or the columns of a row do not match its entry: lists find the entry by them. */
export function rowFault(entry: AuditEntry, row: Row): string | null {
  if (entryKey(entry) !== row.rowKey) return 'its content does not belong to its row';
  const mismatch = Object.entries(entryColumns(entry)).find(([name, value]) => (row[name] ?? null) !== value);
  return mismatch ? `its column ${mismatch[0]} does not match its content` : null;
}

/** The pointer of an entry: its copy by id, which makes the entry unique and proves that it was written. */
export function pointerRow(entry: AuditEntry): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: pointerKey(entry.id) }, entry);
}

export function pointerKey(recordId: string): string {
  return `i-${recordId}`;
}

/** Called for a row of the log that is not as it was signed; the service logs it. */
export type OnFault = (fields: Record<string, unknown>, message: string) => void;

/** The entry of a pointer, when it is as it was signed and in the row where it belongs; otherwise what is wrong with it. */
export function verifiedPointer(row: Row, keys: readonly PublicKey[]): AuditEntry | string {
  const entry = parsePointer(row);
  return typeof entry === 'string' ? entry : (sealFault(entry, keys) ?? entry);
}

/** The same without the check of the seal. */
export function parsePointer(row: Row): AuditEntry | string {
  const parsed = auditEntry.safeParse(jsonOf(row));
  if (!parsed.success) return 'it holds no audit entry';
  return pointerKey(parsed.data.id) === row.rowKey ? parsed.data : 'the entry that it holds has another id';
}

const LAST_SEQ = 9_999_999_999;

/** Whether two entries, both as they were signed, are the same. */
export function isSameEntry(one: AuditEntry, other: AuditEntry): boolean {
  return one.id === other.id && one.hash === other.hash && one.signature === other.signature;
}
