/**
 * The rows of the audit log, all in one partition so that an entry, the pointer that makes it unique, and the head of its
 * chain change together: e-<time>-<chain>-<seq> an entry, newest first; i-<fact id> a copy of it; h-<chain> a head, see
 * audit-heads.ts. g-index says how far the index has come.
 */
import type { AuditEntry } from '../domain/audit.ts';
import { type PublicKey, sealFault } from '../domain/seal.ts';
import type { AuditQuery } from '../workflows/ports.ts';
import { type Columns, type Entity, entityOf, jsonOf, type Row } from './entity.ts';
import { allOf, newestFirst, timeOf } from './keys.ts';
import { auditEntry } from './shapes.ts';
import { after, between, startingWith } from './table.ts';

export const AUDIT_PARTITION = 'audit';
/** The chains of the log: few enough to keep in mind, enough not to wait for each other. Never change it for a log that exists. */
export const CHAINS = 8;

export const ALL_ENTRIES = startingWith(AUDIT_PARTITION, 'e-');
export const ALL_POINTERS = startingWith(AUDIT_PARTITION, 'i-');

export function entryRow(entry: AuditEntry): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: entryKey(entry) }, entry, entryColumns(entry));
}

/** What lists filter by. */
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

/** A filter for entries, newest first: of the log itself, or of a place in its index. */
export function entriesLike(
  { from, to, resource, rule, kind, actor, operationId, approval }: AuditQuery,
  { partition, prefix } = { partition: AUDIT_PARTITION, prefix: 'e-' },
): string {
  // The dash behind the time is the last character of the prefix: the keys of that millisecond end there.
  const first = to === undefined ? prefix : after(`${prefix}${newestFirst(to)}-`);
  const last = from === undefined ? after(prefix) : after(`${prefix}${newestFirst(from)}-`);
  return allOf(
    between(partition, first, last),
    { Rule: rule, Kind: kind, Actor: actor?.toLowerCase(), OperationId: operationId, ApprovalId: approval },
    resource,
  );
}

/** Where an entry belongs. */
export function entryKey({ at, chain, seq }: Pick<AuditEntry, 'at' | 'chain' | 'seq'>): string {
  return `e-${newestFirst(at)}-${chain}-${String(LAST_SEQ - seq).padStart(10, '0')}`;
}

/** What the key of an entry's row says, for one whose content says nothing; `at` in milliseconds. */
export function placeOf(rowKey: string): { readonly chain: string; readonly seq: number; readonly at: number } | null {
  const match = /^e-(\d{15})-([^-]+)-(\d{10})$/.exec(rowKey);
  if (!match?.[1] || !match[2] || !match[3]) return null;
  return { at: timeOf(match[1]), chain: match[2], seq: LAST_SEQ - Number(match[3]) };
}

/** The key and the columns of a row must say what its entry says: lists find it by them. */
export function rowFault(entry: AuditEntry, row: Row): string | null {
  if (entryKey(entry) !== row.rowKey) return 'its content does not belong to its row';
  const strange = Object.entries(entryColumns(entry)).find(([name, value]) => (row[name] ?? null) !== value);
  return strange ? `its column ${strange[0]} does not match its content` : null;
}

/** What makes an entry unique and proves it: its copy, by its id. */
export function pointerRow(entry: AuditEntry): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: pointerKey(entry.id) }, entry);
}

export function pointerKey(factId: string): string {
  return `i-${factId}`;
}

/** What is wrong with a row of the log, for whoever watches the lines of the service. */
export type OnFault = (fields: Record<string, unknown>, message: string) => void;

/** The entry of a pointer, when it is as it was signed and belongs there; otherwise what is wrong with it. */
export function pointedEntry(row: Row, keys: readonly PublicKey[]): AuditEntry | string {
  const entry = pointerEntry(row);
  return typeof entry === 'string' ? entry : (sealFault(entry, keys) ?? entry);
}

/** The same, whoever signed it. */
export function pointerEntry(row: Row): AuditEntry | string {
  const parsed = auditEntry.safeParse(jsonOf(row));
  if (!parsed.success) return 'it holds no audit entry';
  return pointerKey(parsed.data.id) === row.rowKey ? parsed.data : 'the entry that it holds has another id';
}

const LAST_SEQ = 9_999_999_999;

/** Whether two are the same entry; each is as it was signed. */
export function isSameEntry(one: AuditEntry, other: AuditEntry): boolean {
  return one.id === other.id && one.hash === other.hash && one.signature === other.signature;
}
