/** A table as the stores use it: every entity is held against Azure's limits, every request goes through requests.ts. */
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import * as z from 'zod';
import type { Page, PageRequest } from '../workflows/ports.ts';
import type { Entity, Key, Row } from './entity.ts';
import { LARGEST_PAYLOAD, LARGEST_TRANSACTION, payloadOf, refuseBeyondLimits, refuseFilter } from './limits.ts';
import { Declined, type OnRequest, requestsTo } from './requests.ts';

export interface Table {
  readonly name: string;
  get(partitionKey: string, rowKey: string): Promise<Row | null>;
  /** Returns the version, or null when there is such a row already. */
  insert(entity: Entity): Promise<string | null>;
  /** Replaces the row of this version; returns the new version, or null when it is another one or gone. */
  replace(entity: Entity, etag: string): Promise<string | null>;
  /** Writes the row, whatever was there. */
  put(entity: Entity): Promise<void>;
  /** Removes the row, if it is there. */
  remove(key: Key): Promise<void>;
  /** All or nothing, in one partition; returns the versions in order. Removing a row that is not there is declined. */
  transact(steps: readonly Step[]): Promise<readonly (string | null)[] | Declined>;
  /** One page in the order of keys, by at most three requests or as many as given; it may be short while `next` is there. */
  page(filter: string, page: PageRequest, mostRequests?: number): Promise<Page<Row>>;
  /** Only these columns of the rows, without their values, by at most so many requests; `complete` when that was all. */
  columns(
    filter: string,
    names: readonly string[],
    mostRequests: number,
  ): Promise<{ readonly rows: readonly unknown[]; readonly complete: boolean }>;
  /** All rows, page by page in the order of keys. */
  pages(filter: string): AsyncGenerator<readonly Row[]>;
  all(filter: string): Promise<Row[]>;
}

export type Step =
  | { readonly insert: Entity }
  | { readonly put: Entity }
  | { readonly replace: Entity; readonly etag: string }
  | { readonly remove: Key };

export function openTable(client: TableClient, onRequest: OnRequest): Table {
  const name = client.tableName;
  const requests = requestsTo(
    {
      kind: 'table',
      name: `table ${name}`,
      missing: 'TableNotFound',
      create: (abortSignal) => client.createTable({ abortSignal }),
    },
    onRequest,
  );

  async function onePage(filter: string, limit: number, after: string | null): Promise<Page<Row>> {
    refuseFilter(name, filter);
    return requests.must('read a page', async (abortSignal) => {
      const pages = client
        .listEntities({ queryOptions: { filter }, abortSignal })
        .byPage({ maxPageSize: limit, ...(after === null ? {} : { continuationToken: after }) });
      const { value } = await pages.next();
      return { items: z.array(ROW).parse(value ?? []), next: value?.continuationToken ?? null };
    });
  }

  async function* pages(filter: string): AsyncGenerator<readonly Row[]> {
    let after: string | null = null;
    do {
      const page: Page<Row> = await onePage(filter, LARGEST_PAGE, after);
      yield page.items;
      after = page.next;
    } while (after !== null);
  }

  return {
    name,
    pages,

    async get(partitionKey, rowKey) {
      const row = await requests.may('read a row', (abortSignal) =>
        client.getEntity(partitionKey, rowKey, { abortSignal }),
      );
      if (row instanceof Declined && row.status !== 404)
        throw new Error(`reading table ${name} was declined: ${row.code}`);
      return row instanceof Declined ? null : ROW.parse(row);
    },

    async insert(entity) {
      refuseBeyondLimits(name, entity);
      const answer = await requests.may('insert a row', (abortSignal) => client.createEntity(entity, { abortSignal }));
      return answer instanceof Declined ? null : ETAG.parse(answer.etag);
    },

    async replace(entity, etag) {
      refuseBeyondLimits(name, entity);
      const answer = await requests.may('replace a row', (abortSignal) =>
        client.updateEntity(entity, 'Replace', { etag, abortSignal }),
      );
      return answer instanceof Declined ? null : ETAG.parse(answer.etag);
    },

    async put(entity) {
      refuseBeyondLimits(name, entity);
      await requests.must('write a row', (abortSignal) => client.upsertEntity(entity, 'Replace', { abortSignal }));
    },

    async remove({ partitionKey, rowKey }) {
      await requests.may('remove a row', (abortSignal) => client.deleteEntity(partitionKey, rowKey, { abortSignal }));
    },

    async transact(steps) {
      refuseTransaction(name, steps);
      const actions = steps.map(actionOf);
      const answer = await requests.may('commit a transaction', (abortSignal) =>
        client.submitTransaction(actions, { abortSignal }),
      );
      return answer instanceof Declined ? answer : answer.subResponses.map(({ etag }) => etag ?? null);
    },

    async page(filter, { limit, after }, mostRequests = REQUESTS_A_PAGE) {
      const items: Row[] = [];
      let next = after;
      for (let request = 0; request < mostRequests; request++) {
        const page = await onePage(filter, Math.min(limit - items.length, LARGEST_PAGE), next);
        items.push(...page.items);
        next = page.next;
        if (next === null || items.length >= limit) break;
      }
      return { items, next };
    },

    async columns(filter, select, mostRequests) {
      refuseFilter(name, filter);
      const rows: unknown[] = [];
      let next: string | undefined;
      for (let request = 0; request < mostRequests; request++) {
        const page = await requests.must('read columns', async (abortSignal) => {
          const pages = client
            .listEntities({ queryOptions: { filter, select: [...select] }, abortSignal })
            .byPage({ maxPageSize: LARGEST_PAGE, ...(next === undefined ? {} : { continuationToken: next }) });
          return (await pages.next()).value;
        });
        rows.push(...(page ?? []));
        next = page?.continuationToken;
        if (next === undefined) return { rows, complete: true };
      }
      return { rows, complete: false };
    },

    async all(filter) {
      const rows: Row[] = [];
      for await (const page of pages(filter)) rows.push(...page);
      return rows;
    },
  };
}

/** Rows of a partition whose keys start with this, which ends before its last character, e.g. `e-`. */
export function startingWith(partitionKey: string, prefix: string): string {
  return between(partitionKey, prefix, after(prefix));
}

/** Rows of a partition from a key (inclusive) to a key (exclusive). */
export function between(partitionKey: string, from: string, to: string): string {
  return odata`PartitionKey eq ${partitionKey} and RowKey ge ${from} and RowKey lt ${to}`;
}

/** The first key that is behind every key that starts with this. */
export function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** What a page of a list may cost. */
export const REQUESTS_A_PAGE = 3;
const LARGEST_PAGE = 1000;
const ROW = z.looseObject({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });
const ETAG = z.string();

function actionOf(step: Step): TransactionAction {
  if ('insert' in step) return ['create', step.insert];
  if ('put' in step) return ['upsert', step.put, 'Replace'];
  if ('replace' in step) return ['update', step.replace, 'Replace', { etag: step.etag }];
  return ['delete', { ...step.remove }];
}

function refuseTransaction(table: string, steps: readonly Step[]): void {
  if (steps.length > LARGEST_TRANSACTION) {
    throw new Error(`a transaction of table ${table} has ${steps.length} steps, ${LARGEST_TRANSACTION} are allowed`);
  }
  let payload = 0;
  for (const step of steps) {
    const entity = 'insert' in step ? step.insert : 'put' in step ? step.put : 'replace' in step ? step.replace : null;
    if (entity === null) continue;
    refuseBeyondLimits(table, entity);
    payload += payloadOf(entity);
  }
  if (payload > LARGEST_PAYLOAD) {
    throw new Error(`a transaction of table ${table} has ${payload} bytes, ${LARGEST_PAYLOAD} are allowed`);
  }
}
