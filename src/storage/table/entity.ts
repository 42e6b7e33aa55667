/**
 * One JSON value as one table entity. The text is split over Json0, Json1, ..., because a string property is short; columns
 * for filters are beside it. A value that is read back is parsed; one that does not match its schema is an error.
 */
import type { z } from 'zod';
import { asciiJson, exceedsDepth, MAX_DEPTH } from '../../domain/resources/json.ts';

/** A string property holds 64 KiB of UTF-16. */
export const MAX_STRING_LENGTH = 32 * 1024;

export interface Key {
  readonly partitionKey: string;
  readonly rowKey: string;
}

export interface Entity extends Key {
  readonly [column: string]: string | number | boolean;
}

/** An entity as it was read. */
export interface Row extends Key {
  readonly etag: string;
  readonly [column: string]: unknown;
}

/** Filter columns; one that is null is left out. */
export type Columns = Readonly<Record<string, string | number | boolean | null>>;

export function entityOf(key: Key, value: unknown, columns: Columns = {}): Entity {
  const entity: Record<string, string | number | boolean> = {};
  for (const [name, column] of Object.entries(columns)) if (column !== null) entity[name] = column;
  return { ...entity, ...piecesOf('Json', asciiJson(value)), partitionKey: key.partitionKey, rowKey: key.rowKey };
}

/** A text of any length as the columns `<name>0`, `<name>1`, ... */
export function piecesOf(name: string, text: string): Record<string, string> {
  const pieces: Record<string, string> = {};
  for (let start = 0, index = 0; start < text.length; start += MAX_STRING_LENGTH, index++) {
    pieces[`${name}${index}`] = text.slice(start, start + MAX_STRING_LENGTH);
  }
  return pieces;
}

/** The text of such columns; empty when there are none. */
export function textOf(row: Row, name: string): string {
  let text = '';
  for (let index = 0; ; index++) {
    const piece = row[`${name}${index}`];
    if (typeof piece !== 'string') return text;
    text += piece;
  }
}

/** The value of an entity. Throws an Error that names table and row when it does not match the schema. */
export function parseRow<T>(schema: z.ZodType<T>, table: string, row: Row): T {
  const result = schema.safeParse(jsonOf(row));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'the value';
  throw new Error(
    `row ${row.partitionKey}/${row.rowKey} of table ${table} has not the expected form: ${where}: ${issue?.message}`,
  );
}

/** The same for a value whose id is its row key: one with another id would be saved to another row than it was read from. */
export function parseOwnRow<T extends { readonly id: string }>(schema: z.ZodType<T>, table: string, row: Row): T {
  const value = parseRow(schema, table, row);
  if (value.id === row.rowKey) return value;
  throw new Error(`row ${row.partitionKey}/${row.rowKey} of table ${table} holds what belongs to row ${value.id}`);
}

/** The value of an entity that is derived from other rows, and is made again from them: null when it does not match. */
export function parseDerived<T>(schema: z.ZodType<T>, row: Row): T | null {
  return schema.safeParse(jsonOf(row)).data ?? null;
}

/** The JSON of an entity, not validated; undefined when there is none, or when it is nested more deeply than any value that is written. */
export function jsonOf(row: Row): unknown {
  try {
    const value: unknown = JSON.parse(textOf(row, 'Json'));
    return exceedsDepth(value, MAX_ROW_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** A value from outside is nested some levels below its row. */
const MAX_ROW_DEPTH = MAX_DEPTH + 16;
