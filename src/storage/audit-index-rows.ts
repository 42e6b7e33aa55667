/**
 * The rows of the log's index: for each value that people look for, a copy of the entry. The partition is the field, the key
 * <hash of the value>-<time>-<chain>-<seq>; so what a filter asks for is a range of keys, newest first.
 */
import type { AuditEntry } from '../domain/audit.ts';
import type { PublicKey } from '../domain/seal.ts';
import { sealFault } from '../domain/seal.ts';
import type { AuditQuery } from '../workflows/ports.ts';
import { entryColumns, entryKey } from './audit-rows.ts';
import { type Entity, entityOf, jsonOf, type Key, type Row } from './entity.ts';
import { hashOf, levelsOf } from './keys.ts';
import { auditEntry } from './shapes.ts';

interface IndexedField {
  /** The partition: never change it for an index that exists. */
  readonly name: string;
  /** The values under which an entry is found. */
  of(entry: AuditEntry): readonly (string | null | undefined)[];
  /** The value that a query asks for, if any. */
  asked(query: AuditQuery): string | undefined;
}

/** What is indexed, the most selective first: of several filters the first here chooses the keys, the others are columns. */
export const INDEXED: readonly IndexedField[] = [
  { name: 'operation', of: (entry) => [entry.operationId], asked: (query) => query.operationId },
  { name: 'approval', of: (entry) => [entry.approvalId], asked: (query) => query.approval },
  scopes('resource', (level) => level > GROUP),
  { name: 'actor', of: ({ actor }) => [actor.objectId?.toLowerCase()], asked: ({ actor }) => actor?.toLowerCase() },
  scopes('group', (level) => level === GROUP),
  { name: 'rule', of: (entry) => [entry.rule], asked: (query) => query.rule },
  { name: 'kind', of: (entry) => [entry.kind], asked: (query) => query.kind },
  scopes('subscription', (level) => level < GROUP),
];

/** Where the index has what a query asks for; null when it asks for nothing but a time. */
export function placeInIndex(query: AuditQuery): { readonly partition: string; readonly prefix: string } | null {
  for (const { name, asked } of INDEXED) {
    const value = asked(query);
    if (value !== undefined) return { partition: name, prefix: `${hashOf(value)}-` };
  }
  return null;
}

/** Where the index has an entry. */
export function indexKeys(entry: AuditEntry): Key[] {
  const place = entryKey(entry).slice('e-'.length);
  return INDEXED.flatMap(({ name, of }) =>
    of(entry).flatMap((value) => (value ? { partitionKey: name, rowKey: `${hashOf(value)}-${place}` } : [])),
  );
}

export function indexRows(entry: AuditEntry): Entity[] {
  return indexKeys(entry).map((key) => entityOf(key, entry, entryColumns(entry)));
}

/** The key of the entry that a row of the index stands for. */
export function indexedKey({ rowKey }: Key): string {
  return `e-${rowKey.slice(rowKey.indexOf('-') + 1)}`;
}

/** The copy that a row of the index holds, when it is as it was signed and stands where it belongs; otherwise null. */
export function soundCopy(row: Row, keys: readonly PublicKey[]): AuditEntry | null {
  const { data: entry } = auditEntry.safeParse(jsonOf(row));
  return entry && belongs(entry, row) && sealFault(entry, keys) === null ? entry : null;
}

/** Whether the index has this entry in this row: by its key, and by the columns that filters look at. */
export function belongs(entry: AuditEntry, row: Row): boolean {
  const isPlace = ({ partitionKey, rowKey }: Key) => partitionKey === row.partitionKey && rowKey === row.rowKey;
  const isColumn = ([name, value]: [string, unknown]) => (row[name] ?? null) === value;
  return indexKeys(entry).some(isPlace) && Object.entries(entryColumns(entry)).every(isColumn);
}

/** Levels: 1 is the subscription, 2 the resource group, 4 and more a resource and what is in it. */
const GROUP = 2;

function scopes(name: string, isOf: (level: number) => boolean): IndexedField {
  const within = (scope: string) => levelsOf(scope).filter((path) => isOf((path.split('/').length - 1) / 2));
  return {
    name,
    of: ({ resource }) => (resource ? within(resource.id) : []),
    asked: ({ resource }) => (resource === undefined ? undefined : within(resource).at(-1)),
  };
}
