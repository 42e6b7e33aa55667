/**
 * The requests to one table, raw through the pipeline of the SDK's client: it authenticates and repeats them. The client's own
 * methods cost several times as much, and a transaction of theirs a client and a pipeline of its own for each.
 */
import { randomUUID } from 'node:crypto';
import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import * as z from 'zod';
import { sharedHttpClient } from '../../http/http-client.ts';
import type { Entity, Key } from './entity.ts';
import {
  type BatchStep,
  batchAnswers,
  batchBody,
  bodyOf,
  codeOf,
  entityPath,
  InvalidAnswer,
  pageOf,
  parsedBody,
} from './wire.ts';

/** A change of one row; `etag` null changes it in any version. */
export type Change =
  | { readonly kind: 'insert'; readonly entity: Entity }
  | { readonly kind: 'put'; readonly entity: Entity; readonly etag: string | null }
  | { readonly kind: 'remove'; readonly key: Key };

export interface Query {
  readonly filter: string;
  /** All columns when absent. */
  readonly select?: readonly string[];
  readonly top: number;
  readonly after: string | null;
}

/** Each call is one request. It rejects with a ServiceError for what the service refused. */
export interface TableService {
  create(signal: AbortSignal): Promise<void>;
  /** The row as it was sent. */
  read(key: Key, signal: AbortSignal): Promise<unknown>;
  readPage(
    query: Query,
    signal: AbortSignal,
  ): Promise<{
    readonly rows: readonly unknown[];
    readonly next: string | null;
    /** The header Date of the answer. */
    readonly date: string | null;
  }>;
  /** Returns the new version; null for a row that was removed. */
  write(change: Change, signal: AbortSignal): Promise<string | null>;
  /** All changes or none. */
  writeAll(changes: readonly Change[], signal: AbortSignal): Promise<readonly (string | null)[]>;
}

/** What the service refused; without addresses, headers and texts of the answer. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly statusCode: number;
  readonly code: string | undefined;

  constructor(statusCode: number, code: string | undefined) {
    super(`the service refused a request: ${code ?? statusCode}`);
    this.statusCode = statusCode;
    this.code = code;
  }
}

interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
}

export function openTableService(client: TableClient): TableService {
  const { tableName: table, pipeline } = client;
  const [address = '', signature = ''] = client.url.split('?', 2);
  const root = address.replace(/\/+$/, '');
  const http = sharedHttpClient();

  function urlOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
    const parts = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    const search = [...parts, ...(signature === '' ? [] : [signature])].join('&');
    return `${root}/${path}${search === '' ? '' : `?${search}`}`;
  }

  async function send(sent: Sent, abortSignal: AbortSignal): Promise<PipelineResponse> {
    const request = createPipelineRequest({
      url: urlOf(sent.path, sent.query),
      method: sent.method,
      abortSignal,
      headers: createHttpHeaders({ ...HEADERS, ...(sent.body ? JSON_BODY : {}), ...sent.headers }),
      ...(sent.body ? { body: sent.body } : {}),
      // The connection string itself selects http or https.
      allowInsecureConnection: root.startsWith('http:'),
    });
    const response = await pipeline.sendRequest(http, request);
    if (response.status < 300) return response;
    const code = codeOf(response.bodyAsText ?? '') ?? response.headers.get('x-ms-error-code');
    throw new ServiceError(response.status, code);
  }

  function stepOf(change: Change): BatchStep {
    if (change.kind === 'insert')
      return { method: 'POST', url: `${root}/${table}`, ifMatch: null, body: bodyOf(change.entity) };
    const { partitionKey, rowKey } = change.kind === 'remove' ? change.key : change.entity;
    const url = `${root}/${entityPath(table, partitionKey, rowKey)}`;
    if (change.kind === 'remove') return { method: 'DELETE', url, ifMatch: '*', body: null };
    return { method: 'PUT', url, ifMatch: change.etag, body: bodyOf(change.entity) };
  }

  return {
    async create(signal) {
      const body = JSON.stringify({ TableName: table });
      await send({ method: 'POST', path: 'Tables', headers: NO_CONTENT, body }, signal);
    },

    async read({ partitionKey, rowKey }, signal) {
      const { bodyAsText } = await send({ method: 'GET', path: entityPath(table, partitionKey, rowKey) }, signal);
      return parsedBody(bodyAsText ?? '');
    },

    async readPage({ filter, select, top, after }, signal) {
      const { nextPartitionKey, nextRowKey } = after === null ? NOTHING_READ : positionOf(after);
      const query = {
        $filter: filter,
        $select: select?.join(','),
        $top: String(top),
        NextPartitionKey: nextPartitionKey,
        NextRowKey: nextRowKey,
      };
      const { bodyAsText, headers } = await send({ method: 'GET', path: `${table}()`, query }, signal);
      const position = {
        nextPartitionKey: headers.get('x-ms-continuation-nextpartitionkey'),
        nextRowKey: headers.get('x-ms-continuation-nextrowkey') || undefined,
      };
      const next = position.nextPartitionKey ? Buffer.from(JSON.stringify(position)).toString('base64') : null;
      return { rows: pageOf(bodyAsText ?? ''), next, date: headers.get('date') ?? null };
    },

    async write(change, signal) {
      const { method, url, ifMatch, body } = stepOf(change);
      const headers = {
        ...(method === 'POST' ? NO_CONTENT : {}),
        ...(ifMatch === null ? {} : { 'if-match': ifMatch }),
      };
      const answer = await send({ method, path: url.slice(root.length + 1), headers, body }, signal);
      return answer.headers.get('etag') ?? null;
    },

    async writeAll(changes, signal) {
      const boundary = randomUUID();
      const body = batchBody(changes.map(stepOf), boundary);
      const headers = { 'content-type': `multipart/mixed; boundary=batch_${boundary}` };
      const { bodyAsText } = await send({ method: 'POST', path: '$batch', headers, body }, signal);
      const answers = batchAnswers(bodyAsText ?? '');
      const refused = answers.find(({ status }) => status >= 400);
      if (refused) throw new ServiceError(refused.status, codeOf(refused.body));
      if (answers.length !== changes.length) throw new InvalidAnswer('a part of a transaction');
      return answers.map(({ etag }) => etag);
    },
  };
}

const HEADERS = {
  accept: 'application/json;odata=minimalmetadata',
  dataserviceversion: '3.0',
  'x-ms-version': '2019-02-02',
};
const JSON_BODY = { 'content-type': 'application/json' };
const NO_CONTENT = { prefer: 'return-no-content' };

/** The service's position in a query, as the SDK encodes it. */
const POSITION = z.object({ nextPartitionKey: z.string(), nextRowKey: z.string().optional() });
const NOTHING_READ: Partial<z.infer<typeof POSITION>> = {};

function positionOf(token: string): z.infer<typeof POSITION> {
  return POSITION.parse(JSON.parse(Buffer.from(token, 'base64').toString('utf8')));
}
