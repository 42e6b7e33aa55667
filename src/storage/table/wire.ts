/**
 * Rows and transactions as the table service sends and takes them. Columns are texts, numbers and booleans only, so JSON needs
 * no types beside them.
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */
import type { Entity, Row } from './entity.ts';

/** The service answered what it should not answer. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
}

/** The JSON of an entity. */
export function bodyOf({ partitionKey, rowKey, ...columns }: Entity): string {
  return JSON.stringify({ PartitionKey: partitionKey, RowKey: rowKey, ...columns });
}

/** The columns of a row of an answer under the names of this program; a query for some columns has only those. */
export function columnsOf(value: unknown): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(objectOf(value))) {
    const own = name in OWN_NAMES ? OWN_NAMES[name] : name;
    if (own && !name.endsWith('@odata.type')) columns[own] = column;
  }
  return columns;
}

/** A whole row of an answer. Throws when it has no keys or no version. */
export function rowOf(value: unknown): Row {
  const { partitionKey, rowKey, etag, ...columns } = columnsOf(value);
  if (typeof partitionKey === 'string' && typeof rowKey === 'string' && typeof etag === 'string') {
    return { ...columns, partitionKey, rowKey, etag };
  }
  throw new InvalidAnswer('a row without keys or version');
}

/** The rows of a page. Throws when the answer is none. */
export function pageOf(body: string): readonly unknown[] {
  const { value } = objectOf(parsedBody(body));
  if (!Array.isArray(value)) throw new InvalidAnswer('no list of rows');
  return value;
}

/** The JSON of an answer. Throws when it is none. */
export function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidAnswer('no JSON');
  }
}

/** The path of an entity below its table's account. */
export function entityPath(table: string, partitionKey: string, rowKey: string): string {
  return `${table}(PartitionKey='${quoted(partitionKey)}',RowKey='${quoted(rowKey)}')`;
}

/** One change in a transaction; a change without a body removes its row. */
export interface BatchStep {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Null for a change of a row in any version. */
  readonly ifMatch: string | null;
  readonly body: string | null;
}

/** The body of a transaction; `boundary` is a text that occurs nowhere in it. */
export function batchBody(steps: readonly BatchStep[], boundary: string): string {
  const parts = steps.map(({ method, url, ifMatch, body }) =>
    [
      `--changeset_${boundary}`,
      'content-type: application/http',
      'content-transfer-encoding: binary',
      '',
      `${method} ${url} HTTP/1.1`,
      'accept: application/json',
      'dataserviceversion: 3.0',
      ...(method === 'POST' ? ['prefer: return-no-content'] : []),
      ...(ifMatch === null ? [] : [`if-match: ${ifMatch}`]),
      ...(body === null ? [] : ['content-type: application/json']),
      '',
      body ?? '',
    ].join(LINE_END),
  );
  return [
    `--batch_${boundary}`,
    `content-type: multipart/mixed; boundary=changeset_${boundary}`,
    '',
    ...parts,
    `--changeset_${boundary}--`,
    `--batch_${boundary}--`,
    '',
  ].join(LINE_END);
}

/** The answer to one change. */
export interface BatchAnswer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: string;
}

/** The answers to the changes of a transaction, in order; the only one to a transaction that was refused. */
export function batchAnswers(text: string): BatchAnswer[] {
  return text
    .split('--changesetresponse_')
    .slice(1, -1)
    .map((part) => ({
      status: Number(/HTTP\/1\.1 (\d+)/.exec(part)?.[1] ?? 0),
      etag: /^ETag: *(.*?)\r?$/im.exec(part)?.[1] ?? null,
      body: /\{.*\}/s.exec(part)?.[0] ?? '',
    }));
}

/** The service's code in the body of a refusal, e.g. `TableNotFound`. */
export function codeOf(body: string): string | undefined {
  try {
    const { code } = objectOf(objectOf(JSON.parse(body))['odata.error']);
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}

const OWN_NAMES: Readonly<Record<string, string | null>> = {
  PartitionKey: 'partitionKey',
  RowKey: 'rowKey',
  'odata.etag': 'etag',
  'odata.metadata': null,
  Timestamp: 'timestamp',
};

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function quoted(key: string): string {
  return encodeURIComponent(key.replaceAll("'", "''"));
}

const LINE_END = '\r\n';
