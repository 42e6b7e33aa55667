/** A table of the storage account. Entities are checked against Azure's limits; requests go through requests.ts. */

import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import * as z from 'zod';
import { pagesOf } from '../../workflows/ports/pages.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import type { Entity, Key, Row } from './entity.ts';
import {
  assertEntityFits,
  assertFilterFits,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_STEPS,
  payloadOf,
} from './limits.ts';
import { createRequester, type OnRequest, Rejected } from './requests.ts';

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
  /** One page in the order of keys, by at most three requests or as many as given; a short page may still have `next`. */
  readPage(filter: string, page: PageRequest, maxRequests?: number): Promise<Page<Row>>;
  /** Only these columns of the rows, without the JSON values, by at most so many requests; `complete` when nothing is left. */
  readColumns(
    filter: string,
    names: readonly string[],
    maxRequests: number,
  ): Promise<{ readonly rows: readonly unknown[]; readonly complete: boolean }>;
  /** All rows, page by page in the order of keys. */
  readPages(filter: string): AsyncGenerator<readonly Row[]>;
  readAll(filter: string): Promise<Row[]>;
}

/** The rows that match a filter, with all columns unless some are selected. */
interface TableQuery {
  readonly filter: string;
  readonly select?: string[];
}

export type Step =
  | { readonly insert: Entity }
  | { readonly upsert: Entity }
  | { readonly replace: Entity; readonly etag: string }
  | { readonly remove: Key };

export function openTable(client: TableClient, onRequest: OnRequest): Table {
  const name = client.tableName;
  const requests = createRequester(
    {
      kind: 'table',
      name: `table ${name}`,
      missing: 'TableNotFound',
      create: (abortSignal) => client.createTable({ abortSignal }),
    },
    onRequest,
  );

  /** One page by one request. */
  async function fetchPage(query: TableQuery, { limit, after }: PageRequest): Promise<Page<unknown>> {
    assertFilterFits(name, query.filter);
    return requests.perform('read a page', async (abortSignal) => {
      const pages = client
        .listEntities({ queryOptions: query, abortSignal })
        .byPage({ maxPageSize: limit, ...(after === null ? {} : { continuationToken: after }) });
      const { value } = await pages.next();
      return { items: value ?? [], next: value?.continuationToken ?? null };
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

  async function* pages(filter: string): AsyncGenerator<readonly Row[]> {
    for await (const items of pagesOf((page) => fetchPage({ filter }, page), MAX_PAGE_SIZE)) yield ROWS.parse(items);
  }

  return {
    name,
    readPages: pages,

    async get(partitionKey, rowKey) {
      const row = await requests.attempt('read a row', (abortSignal) =>
        client.getEntity(partitionKey, rowKey, { abortSignal }),
      );
      if (row instanceof Rejected && row.status !== 404)
        throw new Error(`reading table ${name} was rejected: ${row.code}`);
      return row instanceof Rejected ? null : ROW.parse(row);
    },

    async insert(entity) {
      assertEntityFits(name, entity);
      const answer = await requests.attempt('insert a row', (abortSignal) =>
        client.createEntity(entity, { abortSignal }),
      );
      return answer instanceof Rejected ? null : ETAG.parse(answer.etag);
    },

    async replace(entity, etag) {
      assertEntityFits(name, entity);
      const answer = await requests.attempt('replace a row', (abortSignal) =>
        client.updateEntity(entity, 'Replace', { etag, abortSignal }),
      );
      return answer instanceof Rejected ? null : ETAG.parse(answer.etag);
    },

    async upsert(entity) {
      assertEntityFits(name, entity);
      await requests.perform('write a row', (abortSignal) => client.upsertEntity(entity, 'Replace', { abortSignal }));
    },

    async remove({ partitionKey, rowKey }) {
      await requests.attempt('remove a row', (abortSignal) =>
        client.deleteEntity(partitionKey, rowKey, { abortSignal }),
      );
    },

    async transact(steps) {
      assertTransactionFits(name, steps);
      const actions = steps.map(actionOf);
      const answer = await requests.attempt('commit a transaction', (abortSignal) =>
        client.submitTransaction(actions, { abortSignal }),
      );
      return answer instanceof Rejected ? answer : answer.subResponses.map(({ etag }) => etag ?? null);
    },

    async readPage(filter, page, maxRequests = REQUESTS_PER_PAGE) {
      const { items, next } = await readPage({ filter }, page, maxRequests);
      return { items: ROWS.parse(items), next };
    },

    async readColumns(filter, select, maxRequests) {
      const page = { limit: Number.POSITIVE_INFINITY, after: null };
      const { items, next } = await readPage({ filter, select: [...select] }, page, maxRequests);
      return { rows: items, complete: next === null };
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
const ROW = z.looseObject({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });
const ROWS = z.array(ROW);
const ETAG = z.string();

function actionOf(step: Step): TransactionAction {
  if ('insert' in step) return ['create', step.insert];
  if ('upsert' in step) return ['upsert', step.upsert, 'Replace'];
  if ('replace' in step) return ['update', step.replace, 'Replace', { etag: step.etag }];
  return ['delete', { ...step.remove }];
}

function assertTransactionFits(table: string, steps: readonly Step[]): void {
  if (steps.length > MAX_TRANSACTION_STEPS) {
    throw new Error(`a transaction of table ${table} has ${steps.length} steps, ${MAX_TRANSACTION_STEPS} are allowed`);
  }
  let payload = 0;
  for (const step of steps) {
    const entity =
      'insert' in step ? step.insert : 'upsert' in step ? step.upsert : 'replace' in step ? step.replace : null;
    if (entity === null) continue;
    assertEntityFits(table, entity);
    payload += payloadOf(entity);
  }
  if (payload > MAX_TRANSACTION_BYTES) {
    throw new Error(`a transaction of table ${table} has ${payload} bytes, ${MAX_TRANSACTION_BYTES} are allowed`);
  }
}
