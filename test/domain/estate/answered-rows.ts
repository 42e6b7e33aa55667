/** Rows as Resource Graph answers them, made from bodies of Resource Manager. */

import { columnsOf } from '../../../src/domain/estate/leaf-tree.ts';
import { type RowSourceName, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { type ResourceRows, tellableDocuments } from '../../../src/domain/estate/row-documents.ts';
import { type Row, rowSchema } from '../../../src/domain/estate/rows.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../../src/domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { queryOf } from './row-query.ts';

export interface Spelling {
  /** Names in the configuration of sites. */
  readonly propertyCase: 'pascal' | 'camel';
  readonly nulls: 'kept' | 'absent';
}

export const PASCAL: Spelling = { propertyCase: 'pascal', nulls: 'kept' };
export const SPELLINGS: readonly Spelling[] = (['pascal', 'camel'] as const).flatMap((propertyCase) =>
  (['kept', 'absent'] as const).map((nulls) => ({ propertyCase, nulls })),
);

/** The rows of all documents of a snapshot that rows can hold, as a query for them answers. */
export function rowsOf(snapshot: Snapshot, spelling: Spelling = PASCAL): ResourceRows {
  const rows = tellableDocuments(snapshot.resource.kind).flatMap(({ name, source, list }): [RowSourceName, Row][] => {
    const body = bodyOf(snapshot, name);
    return list === undefined && body ? [[source, rowOf(source, idOf(snapshot, name, source), body, spelling)]] : [];
  });
  return Object.fromEntries(rows);
}

/** The row of a body. */
export function rowOf(source: RowSourceName, id: string, body: JsonObject, spelling: Spelling = PASCAL): Row {
  return rowSchema(source).parse(answerOf(source, id, body, spelling));
}

/** The object in `data` of the answer to the query for a row. */
export function answerOf(source: RowSourceName, id: string, body: JsonObject, spelling: Spelling = PASCAL): JsonObject {
  const { suffix, types } = sourceOf(source);
  const row = { ...rowBody(body, suffix !== '' && spelling.propertyCase === 'pascal', spelling), id: `${id}${suffix}` };
  const projected = queryOf(source)
    .project.split(', ')
    .flatMap((column): [string, Json][] => {
      const [, name, path] = /^(\w+) = (.+)$/.exec(column) ?? [];
      return name !== undefined && path !== undefined && /^[cp]\d/.test(name) ? [[name, valueIn(row, path)]] : [];
    });
  if (projected.length < columnsOf(source).length) throw new Error('the columns of the query were not understood');
  const type = /\/slots\//i.test(id) ? (types[1] ?? '') : (types[0] ?? '');
  return { ...Object.fromEntries(projected), id: row.id, key: row.id.toLowerCase(), type, apiVersion: '2025-05-01' };
}

/** Columns of text are empty without a value, and a site's own copy of its configuration is null. */
function rowBody(body: JsonObject, inPascal: boolean, { nulls }: Spelling): JsonObject {
  const { kind = null, managedBy = null, location, ...rest } = body;
  const texts = { kind: kind ?? '', managedBy: managedBy ?? '', location: regionOf(location) };
  const properties = isObject(rest.properties) ? { ...rest.properties } : rest.properties;
  if (isObject(properties) && isObject(properties.siteConfig)) properties.siteConfig = { minTlsVersion: null };
  return { ...rest, ...texts, properties: written(properties ?? null, inPascal, nulls) };
}

function regionOf(location: Json | undefined): Json {
  return typeof location === 'string' ? location.toLowerCase().replaceAll(' ', '') : '';
}

function written(value: Json, inPascal: boolean, nulls: Spelling['nulls']): Json {
  if (Array.isArray(value)) return value.map((one) => written(one, inPascal, nulls));
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, one]): [string, Json][] =>
    one === null && nulls === 'absent' ? [] : [[inPascal ? pascal(name) : name, written(one, inPascal, nulls)]],
  );
  return Object.fromEntries(members);
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Names compare with case, as in the query language. */
function valueIn(row: JsonObject, path: string): Json {
  const found = path
    .split('.')
    .reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), row);
  return found ?? null;
}

function idOf({ resource }: Snapshot, name: DocumentName, source: RowSourceName): string {
  if (name === 'resource' || name === 'config/web') return resource.id;
  const group = resource.id.split('/').slice(0, 5).join('/');
  const ids: { readonly [source in RowSourceName]?: string } = {
    plan: `${group}/providers/Microsoft.Web/serverfarms/plan`,
    environment: `${group}/providers/Microsoft.App/managedEnvironments/environment`,
  };
  return ids[source] ?? group;
}
