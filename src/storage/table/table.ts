/** A table of the storage account. Entities are checked against Azure's limits; requests go through requests.ts. */

import { odata, type TableClient } from '@azure/data-tables';
import { type Page, type PageRequest, pagesOf, StorageUnavailable } from '../../workflows/ports/storage.ts';
import type { Entity, Key, Row } from './entity.ts';
import {
  assertEntityFits,
  assertFilterFits,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_STEPS,
  payloadBoundOf,
  payloadOf,
} from './limits.ts';
import { createRequester, type OnRequest, Rejected } from './requests.ts';
import { type Change, openTableService } from './service.ts';
import { columnsOf, InvalidAnswer, rowOf } from './wire.ts';

export interface Table {
  readonly name: string;
  get(partitionKey: string, rowKey: string): Promise<Row | null>;
  /** Returns the version, or null when the row exists already. */
  insert(entity: Entity): Promise<string | null>;
  /** Replaces the row of this version; returns the new version, or null when the row has another version or is gone. */
  replace(entity: Entity, etag: string): Promise<string | null>;
  /** Writes the row; replaces one that exists. */
  upsert(entity: Entity): Promise<void>;
  /** Removes the row, if it exists. */
  remove(key: Key): Promise<void>;
  /** All or nothing, in one partition; returns the versions in order. Removing a row that does not exist is rejected. */
  transact(steps: readonly Step[]): Promise<readonly (string | null)[] | Rejected>;
  /**
   * One page in the order of keys, by at most three requests or as many as given; a short page may still have `next`.
   * `select`: only these columns, beside the keys.
   */
  readPage(filter: string, page: PageRequest, maxRequests?: number, select?: readonly string[]): Promise<Page<Row>>;
  /** Only these columns of the rows, without the JSON values, by at most so many requests; `complete` when nothing is left. */
  readColumns(
    filter: string,
    names: readonly string[],
    maxRequests: number,
  ): Promise<{ readonly rows: readonly unknown[]; readonly complete: boolean }>;
  /** All rows, page by page in the order of keys. */
  readPages(filter: string): AsyncGenerator<readonly Row[]>;
  readAll(filter: string): Promise<Row[]>;
  /** The same, with the time of the service at the first page, in full seconds that have passed. */
  readAllAt(filter: string): Promise<{ readonly rows: Row[]; readonly at: Date }>;
}

/** A page with the header Date of its answer. */
interface DatedPage extends Page<unknown> {
  readonly date: string | null;
}

/** The rows that match a filter, with all columns unless some are selected. */
interface TableQuery {
  readonly filter: string;
  readonly select?: readonly string[];
}

export type Step =
  | { readonly insert: Entity }
  | { readonly upsert: Entity }
  | { readonly replace: Entity; readonly etag: string }
  | { readonly remove: Key };

export function openTable(client: TableClient, onRequest: OnRequest): Table {
  const name = client.tableName;
  const service = openTableService(client);
  const requests = createRequester(
    {
      kind: 'table',
      name: `table ${name}`,
      missing: 'TableNotFound',
      create: (signal) => service.create(signal),
    },
    onRequest,
  );

  /** One page by one request. */
  async function fetchPage(query: TableQuery, { limit, after }: PageRequest): Promise<DatedPage> {
    assertFilterFits(name, query.filter);
    return requests.perform('read a page', async (signal) => {
      const { rows, next, date } = await service.readPage({ ...query, top: limit, after }, signal);
      return { items: rows, next, date };
    });
  }

  async function readPage(query: TableQuery, { limit, after }: PageRequest, maxRequests: number) {
    const items: unknown[] = [];
    let next = after;
    for (let request = 0; request < maxRequests; request++) {
      const page = await fetchPage(query, { limit: Math.min(limit - items.length, MAX_PAGE_SIZE), after: next });
      items.push(...page.items);
      next = page.next;
      if (next === null || items.length >= limit) break;
    }
    return { items, next };
  }

  /** The new version of the row; null when the service rejected the change. */
  async function write(what: string, change: Exclude<Change, { readonly kind: 'remove' }>): Promise<string | null> {
    assertEntityFits(name, change.entity);
    const etag = await requests.attempt(what, (signal) => service.write(change, signal));
    if (etag === null) throw new InvalidAnswer('a change without a version');
    return etag instanceof Rejected ? null : etag;
  }

  async function* pages(filter: string): AsyncGenerator<readonly Row[]> {
    for await (const items of pagesOf((page) => fetchPage({ filter }, page), MAX_PAGE_SIZE)) yield items.map(rowOf);
  }

  async function readAllAt(filter: string) {
    const first = await fetchPage({ filter }, { limit: MAX_PAGE_SIZE, after: null });
    const rows = first.items.map(rowOf);
    for (let { next } = first; next !== null; ) {
      const page = await fetchPage({ filter }, { limit: MAX_PAGE_SIZE, after: next });
      rows.push(...page.items.map(rowOf));
      next = page.next;
    }
    const at = new Date(first.date ?? '');
    if (Number.isNaN(at.getTime())) throw new StorageUnavailable(`table ${name} answered without its time`);
    return { rows, at };
  }

  return {
    name,
    readPages: pages,
    readAllAt,

    async get(partitionKey, rowKey) {
      const row = await requests.attempt('read a row', (signal) => service.read({ partitionKey, rowKey }, signal));
      if (row instanceof Rejected && row.status !== 404)
        throw new Error(`reading table ${name} was rejected: ${row.code}`);
      return row instanceof Rejected ? null : rowOf(row);
    },

    insert: (entity) => write('insert a row', { kind: 'insert', entity }),

    replace: (entity, etag) => write('replace a row', { kind: 'put', entity, etag }),

    async upsert(entity) {
      assertEntityFits(name, entity);
      await requests.perform('write a row', (signal) => service.write({ kind: 'put', entity, etag: null }, signal));
    },

    async remove(key) {
      await requests.attempt('remove a row', (signal) => service.write({ kind: 'remove', key }, signal));
    },

    async transact(steps) {
      assertTransactionFits(name, steps);
      const changes = steps.map(changeOf);
      return requests.attempt('commit a transaction', (signal) => service.writeAll(changes, signal));
    },

    async readPage(filter, page, maxRequests = REQUESTS_PER_PAGE, select) {
      const query = select === undefined ? { filter } : { filter, select: ['PartitionKey', 'RowKey', ...select] };
      const { items, next } = await readPage(query, page, maxRequests);
      return { items: items.map(rowOf), next };
    },

    async readColumns(filter, select, maxRequests) {
      const page = { limit: Number.POSITIVE_INFINITY, after: null };
      const { items, next } = await readPage({ filter, select }, page, maxRequests);
      return { rows: items.map(columnsOf), complete: next === null };
    },

    async readAll(filter) {
      const rows: Row[] = [];
      for await (const page of pages(filter)) rows.push(...page);
      return rows;
    },
  };
}

/** The rows of a partition whose keys start with a prefix, e.g. `e-`. */
export function prefixFilter(partitionKey: string, prefix: string): string {
  return rangeFilter(partitionKey, prefix, keyAfterPrefix(prefix));
}

/** The rows of a partition from a key (inclusive) to a key (exclusive). */
export function rangeFilter(partitionKey: string, from: string, to: string): string {
  return odata`PartitionKey eq ${partitionKey} and RowKey ge ${from} and RowKey lt ${to}`;
}

/** The first key after every key that starts with this prefix. */
export function keyAfterPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** The requests that one page of a list may cost. */
export const REQUESTS_PER_PAGE = 3;
const MAX_PAGE_SIZE = 1000;

function changeOf(step: Step): Change {
  if ('insert' in step) return { kind: 'insert', entity: step.insert };
  if ('upsert' in step) return { kind: 'put', entity: step.upsert, etag: null };
  if ('replace' in step) return { kind: 'put', entity: step.replace, etag: step.etag };
  return { kind: 'remove', key: step.remove };
}

/** An upper estimate of the bytes that steps add to the request of a transaction. */
export function payloadOfSteps(steps: readonly Step[]): number {
  const entities = steps.flatMap(writtenBy);
  const bound = entities.reduce((sum, entity) => sum + payloadBoundOf(entity), 0);
  // Most are so small that nobody needs to know more.
  if (bound <= MAX_TRANSACTION_BYTES) return bound;
  return entities.reduce((sum, entity) => sum + payloadOf(entity), 0);
}

function writtenBy(step: Step): Entity[] {
  if ('insert' in step) return [step.insert];
  if ('upsert' in step) return [step.upsert];
  return 'replace' in step ? [step.replace] : [];
}

function assertTransactionFits(table: string, steps: readonly Step[]): void {
  if (steps.length > MAX_TRANSACTION_STEPS) {
    throw new Error(`a transaction of table ${table} has ${steps.length} steps, ${MAX_TRANSACTION_STEPS} are allowed`);
  }
  for (const entity of steps.flatMap(writtenBy)) assertEntityFits(table, entity);
  const payload = payloadOfSteps(steps);
  if (payload > MAX_TRANSACTION_BYTES) {
    throw new Error(`a transaction of table ${table} has ${payload} bytes, ${MAX_TRANSACTION_BYTES} are allowed`);
  }
}
