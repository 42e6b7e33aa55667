/**
 * A read-only stand-in for the table service, behind the SDK's own client: rows in the order of keys, made when they
 * are read, so that a million cost nothing. A query reads a thousand rows at most and stops where the service would
 * move to another server; then it answers the rows found so far, perhaps none, and a continuation. A test compares it
 * with Azurite.
 */

import {
  createHttpHeaders,
  type HttpClient,
  type PipelinePolicy,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables';

type Columns = Readonly<Record<string, string>>;

/** The rows of a partition, in the order of their keys. */
export interface Rows {
  readonly count: number;
  keyAt(index: number): string;
  /** The columns that filters compare; called for each row that a query reads. */
  columnsAt(index: number): Columns;
  /** The whole row; called for the rows of the answer. */
  rowAt(index: number): Columns;
}

export interface TableService {
  client(table: string): TableClient;
  /** The requests that left the SDK's pipeline since the last call. */
  requests(): number;
}

const ROWS_A_QUERY = 1000;
const BYTES_AN_ANSWER = 4 * 1024 * 1024;

/** `boundary`: after each so many rows of a partition, another server continues. */
export function tableService(
  tables: Readonly<Record<string, Readonly<Record<string, Rows>>>>,
  { boundary = Number.POSITIVE_INFINITY } = {},
): TableService {
  let count = 0;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      count++;
      const { status, body, headers = {} } = answer(request);
      return { request, status, headers: createHttpHeaders(headers), bodyAsText: JSON.stringify(body) };
    },
  };

  function answer({ method, url }: PipelineRequest): Answer {
    const { pathname, searchParams } = new URL(url);
    const [, table = '', keys = ''] = /^\/(\w+)\((.*)\)$/.exec(decodeURIComponent(pathname)) ?? [];
    const partitions = tables[table];
    if (method !== 'GET' || !partitions) throw new Error(`the stand-in does not answer ${method} ${pathname}`);
    if (keys === '') return query(partitions, searchParams);
    const [, partition = '', key = ''] = /^PartitionKey='(.*)',RowKey='(.*)'$/.exec(keys) ?? [];
    const rows = partitions[partition];
    const at = rows ? lowerBound(rows, key) : 0;
    if (!rows || at >= rows.count || rows.keyAt(at) !== key) {
      return { status: 404, body: { 'odata.error': { code: 'ResourceNotFound', message: { value: 'no such row' } } } };
    }
    return { status: 200, body: answered(partition, rows, at) };
  }

  function query(partitions: Readonly<Record<string, Rows>>, asked: URLSearchParams): Answer {
    const filter = parseFilter(asked.get('$filter') ?? '');
    const partition = boundOf(filter, 'PartitionKey', 'eq');
    if (partition === undefined) throw new Error('the stand-in knows one partition at a time');
    const rows = partitions[partition] ?? NONE;
    const top = Number(asked.get('$top') ?? ROWS_A_QUERY);
    const first = lowerBound(rows, asked.get('NextRowKey') ?? boundOf(filter, 'RowKey', 'ge') ?? '');
    const last = boundOf(filter, 'RowKey', 'le');
    const end = lowerBound(rows, boundOf(filter, 'RowKey', 'lt') ?? (last === undefined ? '\uffff' : `${last}\u0000`));
    const stop = Math.min(end, first + ROWS_A_QUERY, (Math.floor(first / boundary) + 1) * boundary);
    const value: unknown[] = [];
    const select = asked.get('$select')?.split(',');
    let [at, bytes] = [first, 0];
    for (; at < stop && value.length < top; at++) {
      const key = { PartitionKey: partition, RowKey: rows.keyAt(at) };
      if (!holds(filter, { ...rows.columnsAt(at), ...key })) continue;
      const row = answered(partition, rows, at, select);
      for (const column of Object.values(row)) bytes += column.length;
      if (bytes > BYTES_AN_ANSWER) break;
      value.push(row);
    }
    const next = { 'x-ms-continuation-NextPartitionKey': partition, 'x-ms-continuation-NextRowKey': '' };
    if (at < end) next['x-ms-continuation-NextRowKey'] = rows.keyAt(at);
    return { status: 200, body: { value }, headers: at < end ? next : {} };
  }

  return {
    client(table) {
      const client = new TableClient(
        'https://stand-in.table.core.windows.net',
        table,
        new AzureNamedKeyCredential('stand-in', Buffer.alloc(32).toString('base64')),
        { retryOptions: { maxRetries: 0 } },
      );
      // The last policy answers, so nothing is sent.
      const answering: PipelinePolicy = { name: 'stand-in', sendRequest: (request) => httpClient.sendRequest(request) };
      client.pipeline.addPolicy(answering, { afterPhase: 'Sign' });
      return client;
    },
    requests() {
      const before = count;
      count = 0;
      return before;
    },
  };
}

/** Rows that are there already, in the order of keys. */
export function rowsOf(stored: readonly { readonly rowKey: string; readonly columns: Columns }[]): Rows {
  const sorted = [...stored].sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
  const at = (index: number) => {
    const row = sorted[index];
    if (!row) throw new Error(`there is no row ${index}`);
    return row;
  };
  const columnsAt = (index: number) => at(index).columns;
  return { count: sorted.length, keyAt: (index) => at(index).rowKey, columnsAt, rowAt: columnsAt };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const NONE = rowsOf([]);

/** A row with all of its columns, or with those that are selected. */
function answered(partition: string, rows: Rows, index: number, select?: readonly string[]): Columns {
  const columns = Object.entries(rows.rowAt(index)).filter(([name]) => select?.includes(name) ?? true);
  return {
    ...{ 'odata.etag': 'W/"1"', PartitionKey: partition, RowKey: rows.keyAt(index) },
    ...Object.fromEntries(columns),
  };
}

/** The first row whose key is not before this one. */
function lowerBound(rows: Rows, key: string): number {
  let [low, high] = [0, rows.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.keyAt(middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---- The part of OData that Plumbline uses: comparisons with texts, and, or, parentheses.
// -------------------------------

type Operator = 'eq' | 'ge' | 'gt' | 'le' | 'lt';
type Filter =
  | { readonly column: string; readonly operator: Operator; readonly value: string }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] };

function parseFilter(text: string): Filter {
  const tokens = text.match(/'(?:[^']|'')*'|[()]|\w+/g) ?? [];
  let at = 0;
  const either = (): Filter => {
    const parts = [both()];
    while (tokens[at] === 'or' && at++ >= 0) parts.push(both());
    return { any: parts };
  };
  const both = (): Filter => {
    const parts = [one()];
    while (tokens[at] === 'and' && at++ >= 0) parts.push(one());
    return { all: parts };
  };
  const one = (): Filter => {
    if (tokens[at] === '(') {
      at++;
      const inner = either();
      if (tokens[at++] !== ')') throw new Error(`a parenthesis is missing in ${text}`);
      return inner;
    }
    const [column = '', operator = '', value = ''] = tokens.slice(at, at + 3);
    at += 3;
    if (!isOperator(operator) || !value.startsWith("'")) throw new Error(`the stand-in does not know ${text}`);
    return { column, operator, value: value.slice(1, -1).replaceAll("''", "'") };
  };
  const filter = either();
  if (at !== tokens.length) throw new Error(`the stand-in does not know ${text}`);
  return filter;
}

function isOperator(text: string): text is Operator {
  return ['eq', 'ge', 'gt', 'le', 'lt'].includes(text);
}

function holds(filter: Filter, row: Columns): boolean {
  if ('all' in filter) return filter.all.every((one) => holds(one, row));
  if ('any' in filter) return filter.any.some((one) => holds(one, row));
  const found = row[filter.column];
  if (found === undefined) return false;
  if (filter.operator === 'eq') return found === filter.value;
  if (filter.operator === 'ge') return found >= filter.value;
  if (filter.operator === 'gt') return found > filter.value;
  return filter.operator === 'le' ? found <= filter.value : found < filter.value;
}

/** The values that a key is compared with, when all rows must match. */
function boundOf(filter: Filter, column: string, operator: Operator): string | undefined {
  if ('column' in filter) return filter.column === column && filter.operator === operator ? filter.value : undefined;
  const parts = 'all' in filter ? filter.all : filter.any.length === 1 ? filter.any : [];
  return parts.map((part) => boundOf(part, column, operator)).find((value) => value !== undefined);
}
