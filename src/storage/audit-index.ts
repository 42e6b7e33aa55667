/**
 * Finds entries by what they say. The index follows the log: what was recorded since it last caught up is looked for among
 * the entries themselves, so a list misses nothing. A copy that is not as it was signed is never shown: the entry is.
 */
import * as z from 'zod';
import type { AuditEntry, AuditKey, AuditKeys, ChainHead } from '../domain/audit.ts';
import { seal, sealFault } from '../domain/seal.ts';
import { type AuditQuery, type Page, type PageRequest, StorageUnavailable } from '../workflows/ports.ts';
import { headIn } from './audit-heads.ts';
import { belongs, indexedKey, indexRows, placeInIndex, soundCopy } from './audit-index-rows.ts';
import { AUDIT_PARTITION, entriesLike } from './audit-rows.ts';
import { type Entity, entityOf, jsonOf, type Row, valueIn } from './entity.ts';
import { LARGEST_PAYLOAD, LARGEST_TRANSACTION, payloadOf } from './limits.ts';
import { Declined } from './requests.ts';
import { auditEntry } from './shapes.ts';
import { after, between, REQUESTS_A_PAGE, type Table } from './table.ts';

export interface AuditIndex {
  /** One page, newest first, by at most three requests, and one more for each copy that cannot be shown. */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Brings the index up to where the chains end now. Doing it twice, or in two places at once, does no harm. */
  catchUp(): Promise<void>;
  /** By chain, its last entry that is in the index. */
  indexed(): Promise<Indexed>;
}

export type Indexed = Readonly<Record<string, { readonly seq: number; readonly at: string }>>;

export function openAuditIndex(log: Table, index: Table, keys: AuditKeys, now: () => Date): AuditIndex {
  async function state(): Promise<State> {
    const rows = await log.all(between(AUDIT_PARTITION, PROGRESS.rowKey, after('h-')));
    const progress = rows.find(({ rowKey }) => rowKey === PROGRESS.rowKey);
    return {
      heads: rows.filter((row) => row !== progress).map(headOf),
      indexed: progress ? indexedIn(progress) : {},
      version: progress?.etag ?? null,
    };
  }

  /** One that is not as it was signed tells nothing: its chain may end anywhere. */
  function headOf(row: Row): ChainHead {
    const head = headIn(row, keys, now());
    if (typeof head !== 'string') return head;
    return { chain: row.rowKey.slice('h-'.length), seq: Number.MAX_SAFE_INTEGER, hash: '', at: null };
  }

  /** One that is not as it was signed says nothing: it could hide entries that the index never had. */
  function indexedIn(row: Row): Indexed {
    const progress = PROGRESS_SHAPE.safeParse(jsonOf(row)).data;
    return progress && sealFault(progress, keys.all) === null ? progress.indexed : {};
  }

  /** The entry of a row of the index; null when the log has none that belongs there. */
  async function entryOf(row: Row): Promise<AuditEntry | null> {
    const copy = soundCopy(row, keys.all);
    if (copy) return copy;
    const found = await log.get(AUDIT_PARTITION, indexedKey(row));
    const entry = found && valueIn(auditEntry, log.name, found);
    return entry && belongs(entry, row) ? entry : null;
  }

  /** The newest entries, of which the index does not know all. */
  async function tailOf(query: AuditQuery, since: string, page: PageRequest, most: number): Promise<Page<AuditEntry>> {
    const from = query.from !== undefined && query.from > since ? query.from : since;
    const { items, next } = await log.page(entriesLike({ ...query, from }), page, most);
    return { items: items.map((row) => valueIn(auditEntry, log.name, row)), next };
  }

  /** Those before it. */
  async function restOf(query: AuditQuery, since: string, page: PageRequest, most: number): Promise<Page<AuditEntry>> {
    const place = placeInIndex(query);
    if (place === null) throw new Error('a query without a filter is none for the index');
    const to = query.to !== undefined && query.to < since ? query.to : since;
    const { items, next } = await index.page(entriesLike({ ...query, to }, place), page, most);
    return { items: (await Promise.all(items.map(entryOf))).filter((entry) => entry !== null), next };
  }

  return {
    async list(query, { limit, after: cursor }) {
      // Where the index ends costs one of the requests, and is kept in the cursor.
      const at = cursor === null ? firstPosition(await state()) : POSITION.parse(JSON.parse(cursor));
      const requests = cursor === null ? REQUESTS_A_PAGE - 1 : REQUESTS_A_PAGE;
      if (at.part === 'rest') return paged(at, await restOf(query, at.since, { limit, after: at.token }, requests));
      const tail = await tailOf(query, at.since, { limit, after: at.token }, requests - 1);
      if (tail.next !== null) return paged(at, tail);
      const rest: Position = { part: 'rest', since: at.since, token: null };
      if (tail.items.length >= limit) return { items: tail.items, next: JSON.stringify(rest) };
      const more = await restOf(query, at.since, { limit: limit - tail.items.length, after: null }, 1);
      return paged(rest, { items: [...tail.items, ...more.items], next: more.next });
    },

    async catchUp() {
      const { heads, indexed, version } = await state();
      const since = unindexedSince(heads, indexed);
      if (since === null) return;
      const ends = new Map(heads.map((head) => [head.chain, head.seq]));
      for await (const rows of log.pages(entriesLike({ from: since }))) {
        const entries = rows.flatMap((row) => auditEntry.safeParse(jsonOf(row)).data ?? []);
        const isNew = ({ chain, seq }: AuditEntry) => seq > (indexed[chain]?.seq ?? 0) && seq <= (ends.get(chain) ?? 0);
        const fresh = entries.filter(isNew);
        for (let start = 0; start < fresh.length; start += ENTRIES_AT_ONCE)
          await putAll(index, fresh.slice(start, start + ENTRIES_AT_ONCE).flatMap(indexRows));
      }
      const reached = heads.flatMap(({ chain, seq, at }) => (at === null ? [] : [[chain, { seq, at }] as const]));
      const row = progressRow({ ...indexed, ...Object.fromEntries(reached) }, keys.signing);
      // Whoever was faster has come as far, or nearly.
      await (version === null ? log.insert(row) : log.replace(row, version));
    },

    async indexed() {
      return (await state()).indexed;
    },
  };
}

const PROGRESS = { partitionKey: AUDIT_PARTITION, rowKey: 'g-index' };
const PROGRESS_SHAPE = z.strictObject({
  indexed: z.record(z.string(), z.strictObject({ seq: z.int(), at: z.string() })),
  hash: z.string(),
  keyId: z.string(),
  signature: z.string(),
});

/** How far the index has come, sealed as the heads are. */
export function progressRow(indexed: Indexed, key: AuditKey): Entity {
  return entityOf(PROGRESS, seal({ indexed }, key));
}

interface State {
  readonly heads: readonly ChainHead[];
  readonly indexed: Indexed;
  readonly version: string | null;
}

/** Where a list is: among the entries since a time (ISO), or before it, in the index. */
const POSITION = z.strictObject({ part: z.enum(['tail', 'rest']), since: z.string(), token: z.string().nullable() });
type Position = z.infer<typeof POSITION>;

function firstPosition({ heads, indexed }: State): Position {
  const since = unindexedSince(heads, indexed);
  return { part: since === null ? 'rest' : 'tail', since: since ?? END_OF_TIME, token: null };
}

/** Every entry before this time is in the index; null when all are. The times of a chain never go back. */
function unindexedSince(heads: readonly ChainHead[], indexed: Indexed): string | null {
  const grown = heads.filter(({ chain, seq }) => seq > (indexed[chain]?.seq ?? 0));
  return grown.map(({ chain }) => indexed[chain]?.at ?? new Date(0).toISOString()).sort()[0] ?? null;
}

function paged(at: Position, { items, next }: Page<AuditEntry>): Page<AuditEntry> {
  return { items, next: next === null ? null : JSON.stringify({ ...at, token: next }) };
}

/** So many entries fill a transaction of each field; the rows of a whole page would fill the memory. */
const ENTRIES_AT_ONCE = LARGEST_TRANSACTION;

/** Writes the rows, as many at a time as a transaction takes. */
async function putAll(index: Table, rows: readonly Entity[]): Promise<void> {
  const partitions = new Map<string, Batch[]>();
  for (const row of rows) {
    const batches = partitions.get(row.partitionKey) ?? [];
    const payload = payloadOf(row);
    const batch = batches.at(-1);
    if (batch && batch.rows.length < LARGEST_TRANSACTION && batch.payload + payload <= LARGEST_PAYLOAD) {
      batch.rows.push(row);
      batch.payload += payload;
    } else batches.push({ rows: [row], payload });
    partitions.set(row.partitionKey, batches);
  }
  await Promise.all(
    [...partitions.values()].map(async (batches) => {
      for (const batch of batches) {
        const answer = await index.transact(batch.rows.map((put) => ({ put })));
        if (answer instanceof Declined)
          throw new StorageUnavailable(`table ${index.name} declined rows: ${answer.code}`);
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
