/**
 * Rows of Resource Graph: the columns that a query projects, the schema of a row in its answer, and the body of a document
 * that a row tells. A row tells less than Resource Manager: what is null or absent in it is not told.
 */
import * as z from 'zod';
import { isObject, type Json, type JsonObject, tokensOf } from '../resources/json.ts';
import { json } from '../resources/schema.ts';
import { documentStateOf } from '../resources/snapshot.ts';
import { columnsOf, isTextColumn, type LeafNode } from './leaf-tree.ts';
import { ROW_SOURCES, type RowSource, type RowSourceName, sourceOf } from './leaves.ts';

/** The schema of a row that was stored. */
export const storedRow = z.strictObject({
  source: z.enum(ROW_SOURCES),
  key: z.string(),
  id: z.string(),
  type: z.string(),
  apiVersion: z.string(),
  body: z.record(z.string(), json),
});

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

/** The columns of the leaves of a source by their names: `c0`, `c1`, …, and `p0`, … for the other spelling. */
export function expressionsOf(name: RowSourceName): Readonly<Record<string, string>> {
  const columns = columnsOf(name).flatMap(({ pattern }, at) =>
    spellingsOf(sourceOf(name), pattern).map((path, spelling) => [columnName(at, spelling), path] as const),
  );
  return Object.fromEntries(columns);
}

/** A row of an answer to such a query. Other columns are dropped, and so are secrets. */
export function rowSchema(name: RowSourceName): z.ZodType<Row> {
  const read = rowReader(name);
  return answeredRow.transform((answered, context): Row => {
    const row = read(answered.id ?? null, answered);
    if (row !== null) return row;
    context.addIssue({ code: 'custom', message: `is no row of the source ${name}` });
    return z.NEVER;
  });
}

/**
 * Reads rows of a source from their id and from answers whose columns have these names behind a prefix; null for what is no
 * row of it. `type` and `apiVersion` have no prefix.
 */
export function rowReader(name: RowSourceName, prefix = ''): (answeredId: Json, answered: JsonObject) => Row | null {
  const source = sourceOf(name);
  const columns = columnsOf(name).map((node, at) => ({
    node,
    path: tokensOf(node.pattern),
    names: spellingsOf(source, node.pattern).map((_, spelling) => `${prefix}${columnName(at, spelling)}`),
  }));
  return (answeredId, answered) => {
    const { apiVersion } = answered;
    const type = String(answered.type).toLowerCase();
    const isRow = typeof answeredId === 'string' && source.types.includes(type);
    if (!isRow || !answeredId.toLowerCase().endsWith(source.suffix)) return null;
    const body: JsonObject = {};
    for (const { node, path, names } of columns) {
      const told = valueNamed(answered, names);
      const isEmpty = told === null || (told === '' && isTextColumn(node));
      const kept = isEmpty ? undefined : keptOf(told, node, source);
      if (kept !== undefined) place(body, path, 0, kept);
    }
    const id = answeredId.slice(0, answeredId.length - source.suffix.length);
    const version = typeof apiVersion === 'string' ? apiVersion : '';
    const own = { source: name, key: id.toLowerCase(), id, type, apiVersion: version };
    return { ...own, body: withoutSecrets(body, source) };
  };
}

/** The result of JSON.parse is JSON, so rows are not traversed to check that. */
const answeredRow = z.custom<JsonObject>(isObject, 'must be a row');

/** The first of these columns that is not null. */
function valueNamed(answered: JsonObject, names: readonly string[]): Json {
  for (const name of names) {
    const value = answered[name] ?? null;
    if (value !== null) return value;
  }
  return null;
}

function withoutSecrets(body: JsonObject, { kind, document }: RowSource): JsonObject {
  const state = documentStateOf(kind, document, body);
  return state.status === 'read' && isObject(state.body) ? state.body : {};
}

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

/** Puts a value below a body, at the names of the path from this one on. */
function place(body: JsonObject, path: readonly string[], from: number, value: Json): void {
  const name = path[from] ?? '';
  if (from + 1 >= path.length) {
    body[name] = value;
    return;
  }
  const known = body[name];
  const above: JsonObject = isObject(known) ? known : {};
  body[name] = above;
  place(above, path, from + 1, value);
}
