/**
 * One JSON value as one table entity: the text is split over Json0, Json1, ... because a string property is short, and the
 * columns that filters look at stand beside it. What is read back is parsed; a strange shape is an error, never dropped.
 */
import type { z } from 'zod';
import { asciiJson, DEEPEST, isDeeper } from '../domain/json.ts';
import { LONGEST_STRING } from './limits.ts';

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
  const json = asciiJson(value);
  for (let start = 0, index = 0; start < json.length; start += LONGEST_STRING, index++) {
    entity[`Json${index}`] = json.slice(start, start + LONGEST_STRING);
  }
  return { ...entity, partitionKey: key.partitionKey, rowKey: key.rowKey };
}

/** The value of an entity. Throws an Error that names table and row when it is not of this shape. */
export function valueIn<T>(shape: z.ZodType<T>, table: string, row: Row): T {
  const result = shape.safeParse(jsonOf(row));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'the value';
  throw new Error(
    `row ${row.partitionKey}/${row.rowKey} of table ${table} has not the expected form: ${where}: ${issue?.message}`,
  );
}

/** The same of a value that stands under its own id: one of another id would be saved elsewhere than it was read. */
export function ownIn<T extends { readonly id: string }>(shape: z.ZodType<T>, table: string, row: Row): T {
  const value = valueIn(shape, table, row);
  if (value.id === row.rowKey) return value;
  throw new Error(`row ${row.partitionKey}/${row.rowKey} of table ${table} holds what belongs to row ${value.id}`);
}

/** The JSON of an entity, unparsed; undefined when there is none, or one with more levels than any that was written. */
export function jsonOf(row: Row): unknown {
  let text = '';
  for (let index = 0; ; index++) {
    const piece = row[`Json${index}`];
    if (typeof piece !== 'string') break;
    text += piece;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, DEEPEST_ROW) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** A value from outside stands some levels below its row. */
const DEEPEST_ROW = DEEPEST + 16;
