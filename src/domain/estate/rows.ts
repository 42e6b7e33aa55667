/**
 * Rows of Resource Graph: the columns that a query projects, the schema of a row in its answer, and the body of a document
 * that a row tells. A row tells less than Resource Manager: what is null or absent in it is not told.
 */
import * as z from 'zod';
import { isObject, type Json, type JsonObject, tokensOf } from '../resources/json.ts';
import { json } from '../resources/schema.ts';
import { columnsOf, isTextColumn, type LeafNode } from './leaf-tree.ts';
import { type RowSource, type RowSourceName, sourceOf } from './leaves.ts';

/** A row with its values. */
export interface Row {
  readonly source: RowSourceName;
  /** The id in lower case of the resource that the row is about, without `/config/web`. */
  readonly key: string;
  /** The id of that resource as the row spells it. */
  readonly id: string;
  /** The type of the row, in lower case. */
  readonly type: string;
  /** The version that Resource Graph asked the provider for; empty when the row does not say. */
  readonly apiVersion: string;
  /** The part of the body of Resource Manager that the row tells, with the names that Resource Manager has. */
  readonly body: JsonObject;
}

/**
 * The lines of a query that select the rows of a source and project their columns: id, type, apiVersion and `c0`, `c1`, ….
 * What selects a part of the rows (`where hash(tolower(id)) % 20 == 3`) comes between the two.
 */
export function queryOf(name: RowSourceName): { readonly select: string; readonly project: string } {
  const { table, types } = sourceOf(name);
  const select = `${table}\n| where type in~ (${types.map((type) => `'${type}'`).join(', ')})`;
  const columns = columnsOf(name).flatMap(({ pattern }, at) =>
    spellingsOf(sourceOf(name), pattern).map((path, spelling) => `${columnName(at, spelling)} = ${path}`),
  );
  const project = `| project ${['key = tolower(id)', 'id', 'type', 'apiVersion', ...columns].join(', ')}`;
  return { select, project };
}

/** A row of an answer to such a query. Other columns are dropped. */
export function rowSchema(name: RowSourceName): z.ZodType<Row> {
  const source = sourceOf(name);
  const columns = columnsOf(name);
  return answeredRow.transform((answered, context): Row => {
    const { suffix, types } = source;
    const type = answered.type.toLowerCase();
    if (!types.includes(type) || !answered.id.toLowerCase().endsWith(suffix)) {
      context.addIssue({ code: 'custom', message: `is no row of the source ${name}` });
      return z.NEVER;
    }
    const id = answered.id.slice(0, answered.id.length - suffix.length);
    let body: JsonObject = {};
    columns.forEach((column, at) => {
      const told = spellingsOf(source, column.pattern)
        .map((_, spelling) => answered[columnName(at, spelling)] ?? null)
        .find((value) => value !== null);
      // Columns of text are empty where there is nothing.
      const kept = told === '' && isTextColumn(column) ? undefined : keptOf(told, column, source);
      if (kept !== undefined) body = placed(body, tokensOf(column.pattern), kept);
    });
    return { source: name, key: id.toLowerCase(), id, type, apiVersion: answered.apiVersion ?? '', body };
  });
}

const answeredRow = z.object({ id: z.string(), type: z.string(), apiVersion: z.string().nullish() }).catchall(json);

/** The columns of a path: with the names of Resource Manager, and in the configuration of sites also in Pascal case. */
function spellingsOf({ table }: RowSource, pattern: string): string[] {
  const path = tokensOf(pattern);
  const inPascal = path.map((name, at) => (at === 0 ? name : name.charAt(0).toUpperCase() + name.slice(1)));
  return (table === 'appserviceresources' ? [path, inPascal] : [path]).map((names) => names.join('.'));
}

function columnName(at: number, spelling: number): string {
  return `${spelling === 0 ? 'c' : 'p'}${at}`;
}

/**
 * What the leaves below a node keep of a value; undefined for nothing. Names get the case of Resource Manager. A value in
 * another form than the leaves expect is not kept, and what stands for it is in no form that they expect either.
 */
function keptOf(value: Json | undefined, node: LeafNode, source: RowSource): Json | undefined {
  if (value === null || value === undefined || node.untold) return value === null ? null : undefined;
  if (node.form === 'whole') return source.table === 'appserviceresources' ? inCamelCase(value) : value;
  if (node.form !== null) return typeof value === 'object' ? {} : value;
  const { element } = node;
  if (element) return Array.isArray(value) ? value.map((one) => keptOf(one, element, source) ?? null) : {};
  if (!isObject(value)) return false;
  const named = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
  const members = [...node.members].map(
    ([name, member]) => [name, keptOf(named.get(name.toLowerCase()), member, source)] as const,
  );
  return Object.fromEntries(members.flatMap(([name, member]) => (member === undefined ? [] : [[name, member]])));
}

/** Names that begin with a small letter, down to the elements of lists. */
function inCamelCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    inCamelCase(member),
  ]);
  return Object.fromEntries(members);
}

function placed(body: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  const above = body[name];
  return { ...body, [name]: rest.length === 0 ? value : placed(isObject(above) ? above : {}, rest, value) };
}
