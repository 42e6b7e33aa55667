/**
 * The index of the audit log. For each indexed value it holds a copy of the entry: the partition is the field, the row key is
 * <hash of the value>-<time>-<chain>-<seq>. So a filter becomes a range of keys, newest first.
 *
 * The index follows the log. Entries that are newer than the index are read from the log itself, so a list misses nothing.
 * A copy that is not as it was signed is never shown: the entry in the log is shown instead.
 */

import * as z from 'zod';
import {
  type AuditEntry,
  type AuditKey,
  type AuditKeys,
  auditEntry,
  type ChainHead,
} from '../../domain/audit/audit.ts';
import { type PublicKey, seal, sealFault, sealSchema } from '../../domain/audit/seal.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { AuditQuery } from '../../workflows/ports/audit.ts';
import { type Page, type PageRequest, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, jsonOf, type Key, parseRow, type Row } from '../table/entity.ts';
import { GROUP_LEVEL, hashOf, scopesAt } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, MAX_TRANSACTION_STEPS, payloadOf } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { keyAfterPrefix, REQUESTS_PER_PAGE, rangeFilter, type Table } from '../table/table.ts';
import { saveRow } from '../table/versioned-row.ts';
import { parseHead } from './heads.ts';
import { AUDIT_PARTITION, comparisonOf, type EntryRange, entryColumns, entryFilter, entryKey } from './rows.ts';
import { matching, mergeRanges, readLog, searchRange } from './search.ts';

export interface AuditIndex {
  /** One page, newest first: at most three requests, and one more for each copy that is not as it was signed. */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Indexes all entries up to the current ends of the chains. Idempotent and safe to run concurrently. */
  catchUp(): Promise<void>;
  /** By chain, its last entry in the index. */
  readProgress(): Promise<IndexProgress>;
}

const indexProgress = z.record(z.string(), z.strictObject({ seq: z.int(), at: time }));
export type IndexProgress = Infer<typeof indexProgress>;

/** Reads a page of a part of the log, with at most so many requests. `since`: where the newest part begins. */
type ReadPart = (query: AuditQuery, since: string, page: PageRequest, most: number) => Promise<Page<AuditEntry>>;

export function openAuditIndex(log: Table, index: Table, keys: AuditKeys, now: () => Date): AuditIndex {
  async function readState(): Promise<State> {
    const rows = await log.readAll(rangeFilter(AUDIT_PARTITION, PROGRESS.rowKey, keyAfterPrefix('h-')));
    const progress = rows.find(({ rowKey }) => rowKey === PROGRESS.rowKey);
    return {
      heads: rows.filter((row) => row !== progress).map(headIn),
      indexed: progress ? progressIn(progress) : {},
      version: progress?.etag ?? null,
    };
  }

  /** A head that is not as it was signed is ignored: its chain may end anywhere. */
  function headIn(row: Row): ChainHead {
    const head = parseHead(row, keys, now());
    if (typeof head !== 'string') return head;
    return { chain: row.rowKey.slice('h-'.length), seq: Number.MAX_SAFE_INTEGER, hash: '', at: null };
  }

  /** Progress that is not as it was signed is ignored: it could hide entries that the index never had. */
  function progressIn(row: Row): IndexProgress {
    const progress = PROGRESS_SCHEMA.safeParse(jsonOf(row)).data;
    return progress && sealFault(progress, keys.all) === null ? progress.indexed : {};
  }

  /** The entry of an index row; null when the log has none that belongs there. */
  async function readEntry(row: Row): Promise<AuditEntry | null> {
    const copy = verifiedCopy(row, keys.all);
    if (copy) return copy;
    const found = await log.get(AUDIT_PARTITION, indexedEntryKey(row));
    const entry = found && parseRow(auditEntry, log.name, found);
    return entry && matchesIndexRow(entry, row) ? entry : null;
  }

  /** The newest entries, from the log: the index does not have all of them yet. */
  const readTail: ReadPart = async (query, since, page, most) => {
    const from = query.from !== undefined && query.from > since ? query.from : since;
    return readLog(log, { ...query, from }, page, most);
  };

  /** The entries before `since`, from the index. */
  const readIndexed: ReadPart = async (query, since, page, most) => {
    const ranges = indexRanges(query);
    const [range] = ranges;
    if (!range) throw new Error('the index serves only queries with a filter');
    const before = { ...query, to: query.to !== undefined && query.to < since ? query.to : since };
    const compare = comparisonOf(query);
    if (compare !== null) {
      const read = async (row: Row) => {
        // Most rows do not match, so only those that do are verified.
        const claimed = auditEntry.safeParse(jsonOf(row)).data;
        const entry = claimed && !compare(claimed) ? null : await readEntry(row);
        return entry && matching(entry, compare);
      };
      return searchRange(index, { query: before, range, read }, page, most);
    }
    const { items, next } =
      ranges.length === 1
        ? await index.readPage(entryFilter(before, range), page, most)
        : await mergeRanges(index, before, ranges, page);
    return { items: (await Promise.all(items.map(readEntry))).filter((entry) => entry !== null), next };
  };

  return {
    async list(query, { limit, after: cursor }) {
      // Reading where the index ends is one of the requests; the cursor keeps the result.
      const at = cursor === null ? firstPosition(await readState()) : POSITION.parse(JSON.parse(cursor));
      const requests = cursor === null ? REQUESTS_PER_PAGE - 1 : REQUESTS_PER_PAGE;
      if (at.part === 'rest')
        return pageAt(at, await readIndexed(query, at.since, { limit, after: at.token }, requests));
      const needed = indexRanges(query).length;
      const tail = await readTail(query, at.since, { limit, after: at.token }, Math.max(1, requests - needed));
      if (tail.next !== null) return pageAt(at, tail);
      const rest: Position = { part: 'rest', since: at.since, token: null };
      if (tail.items.length >= limit || requests <= needed) return { items: tail.items, next: JSON.stringify(rest) };
      const more = await readIndexed(query, at.since, { limit: limit - tail.items.length, after: null }, 1);
      return pageAt(rest, { items: [...tail.items, ...more.items], next: more.next });
    },

    async catchUp() {
      const { heads, indexed, version } = await readState();
      const since = unindexedSince(heads, indexed);
      if (since === null) return;
      const ends = new Map(heads.map((head) => [head.chain, head.seq]));
      for await (const rows of log.readPages(entryFilter({ from: since }))) {
        const entries = rows.flatMap((row) => auditEntry.safeParse(jsonOf(row)).data ?? []);
        const isNew = ({ chain, seq }: AuditEntry) => seq > (indexed[chain]?.seq ?? 0) && seq <= (ends.get(chain) ?? 0);
        const fresh = entries.filter(isNew);
        for (let start = 0; start < fresh.length; start += ENTRIES_AT_ONCE)
          await upsertAll(index, fresh.slice(start, start + ENTRIES_AT_ONCE).flatMap(indexRows));
      }
      const reached = heads.flatMap(({ chain, seq, at }) => (at === null ? [] : [[chain, { seq, at }] as const]));
      const row = progressRow({ ...indexed, ...Object.fromEntries(reached) }, keys.signing);
      // A conflict means that another instance has indexed about as much.
      await saveRow(log, row, version);
    },

    async readProgress() {
      return (await readState()).indexed;
    },
  };
}

const PROGRESS = { partitionKey: AUDIT_PARTITION, rowKey: 'g-index' };
const PROGRESS_SCHEMA = z.strictObject({ indexed: indexProgress, ...sealSchema.shape });

/** The progress of the index, sealed like the heads. */
export function progressRow(indexed: IndexProgress, key: AuditKey): Entity {
  return entityOf(PROGRESS, seal({ indexed }, key));
}

interface State {
  readonly heads: readonly ChainHead[];
  readonly indexed: IndexProgress;
  readonly version: string | null;
}

/** The position of a list: among the entries since a time (ISO), or before it, in the index. */
const POSITION = z.strictObject({ part: z.enum(['tail', 'rest']), since: z.string(), token: z.string().nullable() });
type Position = z.infer<typeof POSITION>;

function firstPosition({ heads, indexed }: State): Position {
  const since = unindexedSince(heads, indexed);
  return { part: since === null ? 'rest' : 'tail', since: since ?? END_OF_TIME, token: null };
}

/** Every entry before this time is in the index; null when all are. The times of a chain never go back. */
function unindexedSince(heads: readonly ChainHead[], indexed: IndexProgress): string | null {
  const grown = heads.filter(({ chain, seq }) => seq > (indexed[chain]?.seq ?? 0));
  return grown.map(({ chain }) => indexed[chain]?.at ?? new Date(0).toISOString()).sort()[0] ?? null;
}

function pageAt(at: Position, { items, next }: Page<AuditEntry>): Page<AuditEntry> {
  return { items, next: next === null ? null : JSON.stringify({ ...at, token: next }) };
}

/** This many entries fill one transaction per field; the rows of a whole page would need too much memory. */
const ENTRIES_AT_ONCE = MAX_TRANSACTION_STEPS;

/** Writes the rows, as many at a time as fit into a transaction. */
async function upsertAll(index: Table, rows: readonly Entity[]): Promise<void> {
  const partitions = new Map<string, Batch[]>();
  for (const row of rows) {
    const batches = partitions.get(row.partitionKey) ?? [];
    const payload = payloadOf(row);
    const batch = batches.at(-1);
    if (batch && batch.rows.length < MAX_TRANSACTION_STEPS && batch.payload + payload <= MAX_TRANSACTION_BYTES) {
      batch.rows.push(row);
      batch.payload += payload;
    } else batches.push({ rows: [row], payload });
    partitions.set(row.partitionKey, batches);
  }
  await Promise.all(
    [...partitions.values()].map(async (batches) => {
      for (const batch of batches) {
        const answer = await index.transact(batch.rows.map((upsert) => ({ upsert })));
        if (answer instanceof Rejected)
          throw new StorageUnavailable(`table ${index.name} rejected rows: ${answer.code}`);
      }
    }),
  );
}

interface Batch {
  readonly rows: Entity[];
  payload: number;
}

/** Later than any entry. */
const END_OF_TIME = '9999-12-31T23:59:59.999Z';

interface IndexedField {
  /** The partition. Never change it for an index that exists. */
  readonly name: string;
  /** The values under which an entry is found. */
  valuesOf(entry: AuditEntry): readonly (string | null | undefined)[];
  /** The values in a query whose ranges have every entry that matches; none when the field does not serve it. */
  valuesIn(query: AuditQuery): readonly string[];
}

/** The indexed fields, the most selective first: of several filters, the first in this list selects the keys, the others filter columns. */
export const INDEXED_FIELDS: readonly IndexedField[] = [
  { name: 'operation', valuesOf: (entry) => [entry.operationId], valuesIn: ({ operationId }) => given(operationId) },
  { name: 'approval', valuesOf: (entry) => [entry.approvalId], valuesIn: ({ approval }) => given(approval) },
  scopes('resource', (level) => level > GROUP_LEVEL),
  {
    name: 'actor',
    valuesOf: ({ actor }) => [actor.objectId?.toLowerCase()],
    valuesIn: ({ actor }) => given(actor?.toLowerCase()),
  },
  scopes('group', (level) => level === GROUP_LEVEL),
  { name: 'rule', valuesOf: (entry) => [entry.rule], valuesIn: ({ rule }) => given(rule) },
  { name: 'kind', valuesOf: (entry) => [entry.kind], valuesIn: kindsServed },
  scopes('subscription', (level) => level < GROUP_LEVEL),
];

function given(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** One kind, or two that are merged. More would cost too many requests, and what is searched is read from one range. */
function kindsServed(query: AuditQuery): readonly string[] {
  const kinds = query.kinds ?? given(query.kind);
  return kinds.length === 1 || (kinds.length === 2 && comparisonOf(query) === null) ? kinds : [];
}

/** The ranges of the index that a query reads; none when no index serves it. */
export function indexRanges(query: AuditQuery): readonly EntryRange[] {
  for (const field of INDEXED_FIELDS) {
    const values = field.valuesIn(query);
    if (values.length > 0) return values.map((value) => ({ partition: field.name, prefix: `${hashOf(value)}-` }));
  }
  return [];
}

/** The keys of an entry in the index. */
export function indexKeys(entry: AuditEntry): Key[] {
  const suffix = entryKey(entry).slice('e-'.length);
  return INDEXED_FIELDS.flatMap(({ name, valuesOf }) =>
    valuesOf(entry).flatMap((value) => (value ? { partitionKey: name, rowKey: `${hashOf(value)}-${suffix}` } : [])),
  );
}

export function indexRows(entry: AuditEntry): Entity[] {
  return indexKeys(entry).map((key) => entityOf(key, entry, entryColumns(entry)));
}

/** The key of the entry that a row of the index stands for. */
export function indexedEntryKey({ rowKey }: Key): string {
  return `e-${rowKey.slice(rowKey.indexOf('-') + 1)}`;
}

/** The copy in an index row, when it is as it was signed and in the row where it belongs; otherwise null. */
export function verifiedCopy(row: Row, keys: readonly PublicKey[]): AuditEntry | null {
  const { data: entry } = auditEntry.safeParse(jsonOf(row));
  return entry && matchesIndexRow(entry, row) && sealFault(entry, keys) === null ? entry : null;
}

/** Whether this entry belongs in this row of the index: by its key, and by the columns of filters. */
export function matchesIndexRow(entry: AuditEntry, row: Row): boolean {
  const isKey = ({ partitionKey, rowKey }: Key) => partitionKey === row.partitionKey && rowKey === row.rowKey;
  const isColumn = ([name, value]: [string, unknown]) => (row[name] ?? null) === value;
  return indexKeys(entry).some(isKey) && Object.entries(entryColumns(entry)).every(isColumn);
}

function scopes(name: string, isOf: (level: number) => boolean): IndexedField {
  return {
    name,
    valuesOf: ({ resource }) => (resource ? scopesAt(resource.id, isOf) : []),
    valuesIn: ({ resource }) => given(resource === undefined ? undefined : scopesAt(resource, isOf).at(-1)),
  };
}
