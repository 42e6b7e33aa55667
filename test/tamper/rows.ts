/**
 * The actions of somebody who can write the storage account: rows and anchors are read, written and removed directly.
 */

import { TableClient, type TransactionAction } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { approval } from '../../src/domain/approvals/approval.ts';
import { isObject, type Json, tokensOf } from '../../src/domain/resources/json.ts';
import { ANCHOR_CONTAINER, TABLES } from '../../src/storage/names.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { type Entity, entityOf } from '../../src/storage/table/entity.ts';
import { strangerKeys } from '../storage/samples.ts';

export interface StoredRow {
  readonly table: string;
  readonly partitionKey: string;
  readonly rowKey: string;
  /** The columns beside the value. */
  readonly columns: Readonly<Record<string, string | number | boolean>>;
  readonly value: Json;
}

export interface Blob {
  readonly name: string;
  readonly content: string;
}

/** The content of an account at one moment. */
export interface Everything {
  readonly rows: readonly StoredRow[];
  readonly anchors: readonly Blob[];
}

export interface Attacker {
  readonly now: () => Promise<Everything>;
  put(...rows: readonly StoredRow[]): Promise<void>;
  remove(...rows: readonly StoredRow[]): Promise<void>;
  /** Replaces these rows by an approval, with the copies for lists. */
  putApproval(instead: readonly StoredRow[], value: Json): Promise<void>;
  putAnchor(...blobs: readonly Blob[]): Promise<void>;
  removeAnchor(...names: readonly string[]): Promise<void>;
}

export function attackerOn(connectionString: string): Attacker {
  const table = (name: string) =>
    TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
  const anchors = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(ANCHOR_CONTAINER);

  async function rowsIn(name: string): Promise<StoredRow[]> {
    const found: StoredRow[] = [];
    try {
      for await (const entity of table(name).listEntities()) found.push(rowOf(name, entity));
    } catch (error) {
      if (!/TableNotFound/.test(String(error))) throw error;
    }
    return found;
  }

  async function blobs(): Promise<Blob[]> {
    if (!(await anchors.exists())) return [];
    const found: Blob[] = [];
    for await (const { name } of anchors.listBlobsFlat()) {
      const content = await anchors.getBlockBlobClient(name).downloadToBuffer();
      found.push({ name, content: content.toString() });
    }
    return found;
  }

  async function inOnePartition(rows: readonly StoredRow[], action: (row: StoredRow) => TransactionAction) {
    const places = new Map<string, StoredRow[]>();
    for (const row of rows) {
      const place = `${row.table} ${row.partitionKey}`;
      places.set(place, [...(places.get(place) ?? []), row]);
    }
    await Promise.all(
      [...places.values()].map(async (group) => {
        const client = table(group[0]?.table ?? '');
        await client.createTable().catch(() => undefined);
        for (let start = 0; start < group.length; start += 100) {
          await client.submitTransaction(group.slice(start, start + 100).map(action));
        }
      }),
    );
  }

  return {
    now: async () => {
      const [rows, found] = await Promise.all([Promise.all(Object.values(TABLES).map(rowsIn)), blobs()]);
      return { rows: rows.flat(), anchors: found };
    },
    put: (...rows) => inOnePartition(rows, (row) => ['upsert', entityOfRow(row), 'Replace']),
    remove: (...rows) => inOnePartition(rows, ({ partitionKey, rowKey }) => ['delete', { partitionKey, rowKey }]),
    async putApproval(instead, value) {
      if (instead.length > 0) await this.remove(...instead);
      const auditKeys = strangerKeys;
      const connection = { kind: 'connection-string', value: connectionString } as const;
      const { approvals } = openStorage({ connection, auditKeys, now: () => new Date() });
      await approvals.save(approval.parse(value), null);
    },
    async putAnchor(...given) {
      await anchors.createIfNotExists();
      for (const { name, content } of given) {
        await anchors.getBlockBlobClient(name).upload(content, Buffer.byteLength(content));
      }
    },
    async removeAnchor(...names) {
      for (const name of names) await anchors.deleteBlob(name);
    },
  };
}

/** The row with other values at these paths of its value; its other columns stay. */
export function edited(row: StoredRow, places: Readonly<Record<string, Json>>): StoredRow {
  const value = structuredClone(row.value);
  for (const [path, one] of Object.entries(places)) put(value, tokensOf(path), one);
  return { ...row, value };
}

/** As opposed to a write of Azure, null stays null. */
function put(holder: Json, [token = '', ...rest]: readonly string[], value: Json): void {
  if (Array.isArray(holder) && rest.length > 0) put(holder[Number(token)] ?? null, rest, value);
  else if (isObject(holder)) {
    if (rest.length === 0) holder[token] = value;
    else put(holder[token] ?? null, rest, value);
  }
}

/** The row with one text replaced by another in its value and its columns. */
export function renamed(row: StoredRow, from: string, to: string): StoredRow {
  const swap = (text: string) => text.replaceAll(from, to).replaceAll(from.toLowerCase(), to.toLowerCase());
  const columns = Object.entries(row.columns).map(([name, one]) => [name, typeof one === 'string' ? swap(one) : one]);
  return { ...row, columns: Object.fromEntries(columns), value: JSON.parse(swap(JSON.stringify(row.value))) };
}

function rowOf(table: string, entity: Readonly<Record<string, unknown>>): StoredRow {
  const { partitionKey, rowKey, etag: _, timestamp: __, ...held } = entity;
  let text = '';
  for (let index = 0; typeof held[`Json${index}`] === 'string'; index++) text += held[`Json${index}`];
  const columns = Object.entries(held).flatMap(([name, one]) =>
    !/^Json\d+$|^odata/.test(name) && (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
      ? [[name, one] as const]
      : [],
  );
  return {
    table,
    partitionKey: String(partitionKey),
    rowKey: String(rowKey),
    columns: Object.fromEntries(columns),
    value: text === '' ? null : JSON.parse(text),
  };
}

/** A row without a value has columns only. */
function entityOfRow({ partitionKey, rowKey, columns, value }: StoredRow): Entity {
  if (value === null) return { ...columns, partitionKey, rowKey };
  return entityOf({ partitionKey, rowKey }, value, columns);
}

/** Whether a value contains this text at any path. */
export function speaksOf(value: Json, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text.toLowerCase());
  if (Array.isArray(value)) return value.some((one) => speaksOf(one, text));
  return isObject(value) && Object.values(value).some((one) => speaksOf(one, text));
}
