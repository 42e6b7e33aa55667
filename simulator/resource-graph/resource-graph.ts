// Resource Graph over the estate: it answers the part of Kusto that listing an estate needs and refuses everything else, pages
// by position, counts the quota of each caller, and may lag behind Resource Manager, as the real one does.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { errors } from '../arm/errors.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { HttpResponse } from '../http/response.ts';
import { type ParsedQuery, parseQuery } from '../kusto/parser.ts';
import { answerRow, compilePipeline, type Rows } from '../kusto/pipeline.ts';
import { disallowedTable, notSupported, QueryError } from '../kusto/query-error.ts';
import { type Selection, selectionOf } from '../kusto/selection.ts';
import { defaultSettings, type GraphOptions, type GraphSettings } from './graph-settings.ts';
import { createIndexedTable, filtered, type IndexedTable } from './indexed-table.ts';
import { type EntryList, subscriptionOf } from './key-index.ts';
import { createQuota, quotaHeaders } from './quota.ts';
import { createRowBodies } from './row-bodies.ts';
import { columns, rowOf } from './rows.ts';
import { elementRows, indexedTables, otherTables } from './tables.ts';

export type { GraphOptions, GraphSettings, RowSelector } from './graph-settings.ts';

export const graphPath = '/providers/microsoft.resourcegraph/resources';
export const graphAction = 'Microsoft.ResourceGraph/resources/read';

export interface GraphCounts {
  queries: number;
  /** Queries over the quota. */
  throttled: number;
  /** Rows that were made of resources, to answer or to be judged by a condition. */
  rows: number;
}

/** What Resource Graph gets wrong, and what it has done. */
export interface GraphControls {
  settings(): GraphSettings;
  set(settings: GraphOptions): void;
  /** As it was at the start; counts as well. */
  reset(): void;
  counts(): GraphCounts;
}

export interface ResourceGraph extends GraphControls {
  /** Answers a query of this caller at `now` (milliseconds) with what they may read. */
  answer(body: unknown, caller: GraphCaller, now: number): HttpResponse;
  /** The answer to a caller whose quota is used up. */
  throttled(seconds: number): HttpResponse;
}

export interface GraphCaller {
  objectId: string;
  mayRead(resource: { id: string; type: string }): boolean;
  /** Whether they may read all of a type in a subscription, or nothing; null: each resource has to be looked at. Absent: null. */
  readsAll?(subscriptionId: string, type: string): boolean | null;
}

const request = z.strictObject({
  subscriptions: z.array(z.string()).min(1).optional(),
  query: z.string(),
  options: z
    .strictObject({
      $top: z.int().min(1).max(1000).default(100),
      $skip: z.int().min(0).default(0),
      $skipToken: z.string().optional(),
      resultFormat: z.literal('objectArray').default('objectArray'),
      allowPartialScopes: z.boolean().optional(),
      authorizationScopeFilter: z.literal('AtScopeAndBelow').optional(),
    })
    .prefault({}),
  facets: z.array(z.never()).optional(),
});

/** Of an answer, in characters of its rows. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

export function createResourceGraph(estate: EstateStore, options: GraphOptions): ResourceGraph {
  const initial: GraphSettings = { ...defaultSettings(), ...options };
  const settings: GraphSettings = { ...initial };
  const quota = createQuota();
  const counts: GraphCounts = { queries: 0, throttled: 0, rows: 0 };
  const tables = new Map(indexedTables.map((one) => [one.name, createIndexedTable(one, estate, settings)]));
  let bodies = createRowBodies(settings);

  const throttled = (seconds: number): HttpResponse => ({
    ...errors.badRequest(
      'RateLimiting',
      'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed.',
    ), // wording unverified
    status: 429,
    headers: quotaHeaders(0, seconds * 1000),
  });

  function set(changed: GraphOptions): void {
    Object.assign(settings, changed);
    bodies = createRowBodies(settings);
    for (const table of tables.values()) table.settingsChanged();
  }

  /** The rows of the query's table that it selects and the caller may read. Throws a QueryError for a table that there is not. */
  function rowsOf(parsed: ParsedQuery, subscriptions: string[] | null, caller: GraphCaller, now: number) {
    const name = parsed.table.toLowerCase();
    if (settings.refusedTables.some((one) => one.toLowerCase() === name)) throw disallowedTable(parsed.table);
    const table = tables.get(name);
    if (table) {
      const { selection, steps } = selectionOf(parsed);
      const list = readable(table.select(subscriptions, selection, now), subscriptions, selection, caller);
      return { steps, rows: indexedRows(table, list, now) };
    }
    const elements = elementRows(name, estate)
      ?.filter(({ subscription }) => subscriptions === null || subscriptions.includes(subscription))
      .filter(({ key, type }) => caller.mayRead({ id: key.replace(/\/providers\/[^/]+\/[^/]+\/[^/]+$/, ''), type }));
    if (elements) {
      const row = (index: number) => elements[index]?.row ?? { at: () => null };
      return { steps: parsed.steps, rows: { length: elements.length, row } };
    }
    throw otherTables.includes(name) ? notSupported('table', parsed.table) : disallowedTable(parsed.table);
  }

  function indexedRows(table: IndexedTable, list: EntryList, now: number): Rows {
    return {
      length: list.length,
      row(index) {
        const entry = list.at(index);
        if (!entry) throw new RangeError(`There is no row ${index}.`);
        counts.rows += 1;
        return rowOf(entry, table.shown(entry, now), table.definition, settings, bodies);
      },
    };
  }

  function run(asked: z.infer<typeof request>, caller: GraphCaller, now: number): HttpResponse {
    const { $top, $skip, $skipToken } = asked.options;
    const start = $skipToken === undefined ? $skip : offsetIn($skipToken);
    if (start === null) return errors.badRequest('BadRequest', 'The skip token is not valid.'); // wording ours
    const parsed = parseQuery(asked.query);
    const subscriptions = asked.subscriptions ? [...new Set(asked.subscriptions.map(lower))].sort() : null;
    const { steps, rows: source } = rowsOf(parsed, subscriptions, caller, now);
    // All steps are compiled, those that the index has answered, too: a wrong one is refused.
    compilePipeline(parsed.steps, columns);
    const pipeline = compilePipeline(steps, columns);
    const rows = pipeline.run(source);

    const end = Math.min(rows.length, start + Math.min($top, settings.pageSize));
    const length = Math.max(0, end - start);
    const data = Array.from({ length }, (_, index) => answerRow(rows.row(start + index), pipeline.columns));
    if (isTooLarge(data)) {
      return errors.badRequest('ResponsePayloadTooLarge', 'Response payload size is too large.'); // unverified
    }
    // A query with a limit of its own, or without any column to order by, has no second page.
    const isPaged = !pipeline.isLimited && pipeline.columns.some(({ type, hidden }) => !hidden && type !== 'dynamic');
    const isLast = end >= rows.length;
    const token = !isLast && isPaged && { $skipToken: Buffer.from(`offset ${end}`).toString('base64') };
    // Also where there is less than was asked for, so it says nothing.
    const resultTruncated = String((!isLast && !isPaged) || rows.length < $top);
    const body = { totalRecords: rows.length, count: data.length, data, facets: [], resultTruncated, ...token };
    return { status: 200, body };
  }

  return {
    throttled,
    settings: () => ({ ...settings }),
    set,
    reset() {
      set(initial);
      Object.assign(counts, { queries: 0, throttled: 0, rows: 0 });
    },
    counts: () => ({ ...counts }),

    answer(body, caller, now) {
      counts.queries += 1;
      const { remaining, resetsAfter } = quota.take(caller.objectId, settings.quota, now);
      if (remaining < 0) {
        counts.throttled += 1;
        return throttled(Math.ceil(resetsAfter / 1000));
      }
      return { ...answered(body, caller, now), headers: quotaHeaders(remaining, resetsAfter) };
    },
  };

  function answered(body: unknown, caller: GraphCaller, now: number): HttpResponse {
    const asked = request.safeParse(body);
    if (!asked.success) return errors.badRequest('BadRequest', z.prettifyError(asked.error)); // wording ours
    try {
      return run(asked.data, caller, now);
    } catch (error) {
      if (error instanceof QueryError) return refused(error, now);
      throw error;
    }
  }
}

/** Writes all rows out only where a few of them say that it may be too large. */
function isTooLarge(data: readonly unknown[]): boolean {
  const some = data.filter((_, index) => index % 50 === 0);
  const mean = JSON.stringify(some).length / Math.max(1, some.length);
  return mean * data.length > MOST_CHARACTERS / 4 && JSON.stringify(data).length > MOST_CHARACTERS;
}

const lower = (text: string) => text.toLowerCase();

/** What of a list the caller may read. */
function readable(
  list: EntryList,
  subscriptions: readonly string[] | null,
  { types }: Selection,
  caller: GraphCaller,
): EntryList {
  const known = new Map<string, boolean | null>();
  const readsAll = (subscription: string, type: string) => {
    const key = `${subscription} ${type}`;
    const answer = known.has(key) ? known.get(key) : caller.readsAll?.(subscription, type);
    known.set(key, answer ?? null);
    return answer ?? null;
  };
  const every = subscriptions?.every((one) => types && [...types].every((type) => readsAll(one, type)));
  if (every) return list;
  return filtered(list, ({ key, type }) => readsAll(subscriptionOf(key), type) ?? caller.mayRead({ id: key, type }));
}

function refused({ details }: QueryError, now: number): HttpResponse {
  const message = `Please provide below info when asking for support: timestamp = ${new Date(now).toISOString()}, correlationId = ${randomUUID()}.`;
  return { status: 400, body: { error: { code: 'BadRequest', message, details } } };
}

function offsetIn(token: string): number | null {
  const found = /^offset (\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  return found === undefined ? null : Number(found);
}
