/** The rows of a listing: several sources in one query, each with columns of its own, found by the type of the row. */
import type { Json, JsonObject } from '../resources/json.ts';
import type { Resource } from '../resources/resource.ts';
import { ROW_SOURCES, type RowSourceName, sourceOf } from './leaves.ts';
import { type ResourceRows, referencesOf, tellableDocuments } from './row-documents.ts';
import { expressionsOf, type Row, rowSchema } from './rows.ts';

/** A row of an answer: the id of its resource, and the columns of columnsOfSources. */
export interface ListedRow {
  readonly id: string;
  readonly columns: JsonObject;
}

/** The columns of these sources, to be asked for in one query. */
export function columnsOfSources(sources: readonly RowSourceName[]): Readonly<Record<string, string>> {
  const columns = sources.flatMap((source) =>
    Object.entries(expressionsOf(source)).map(([name, path]) => [`${source}_${name}`, path] as const),
  );
  return { type: 'type', apiVersion: 'apiVersion', ...Object.fromEntries(columns) };
}

/** A row of such a query; null when it is of no source, or of another form. */
export function rowOfListing({ id, columns }: ListedRow): Row | null {
  const type = typeof columns.type === 'string' ? columns.type.toLowerCase() : '';
  const source = ROW_SOURCES.find((name) => sourceOf(name).types.includes(type));
  if (source === undefined) return null;
  const prefix = `${source}_`;
  const own = Object.entries(columns).flatMap(([name, value]): [string, Json][] =>
    name.startsWith(prefix) && value !== null ? [[name.slice(prefix.length), value]] : [],
  );
  const { suffix } = sourceOf(source);
  const answered = { id: `${id}${suffix}`, type, apiVersion: columns.apiVersion ?? null, ...Object.fromEntries(own) };
  return SCHEMAS[source].safeParse(answered).data ?? null;
}

const SCHEMAS = {
  site: rowSchema('site'),
  siteConfig: rowSchema('siteConfig'),
  containerApp: rowSchema('containerApp'),
  environment: rowSchema('environment'),
  plan: rowSchema('plan'),
  resourceGroup: rowSchema('resourceGroup'),
};

export interface RowsByKey {
  /** The row of a resource by the key of the resource. */
  readonly own: ReadonlyMap<string, Row>;
  readonly configurations: ReadonlyMap<string, Row>;
  /** Plans, environments and groups. */
  readonly shared: ReadonlyMap<string, Row>;
}

/** The rows of a resource and of what it refers to; null when one is missing that could tell a document of its kind. */
export function rowsOfResource(resource: Resource, { own, configurations, shared }: RowsByKey): ResourceRows | null {
  const row = own.get(resource.key);
  if (!row) return null;
  const references = referencesOf(resource, row);
  const bySource: Readonly<Record<string, Row | undefined>> = {
    [row.source]: row,
    siteConfig: configurations.get(resource.key),
    plan: row.source === 'plan' ? row : shared.get(references.plan ?? ''),
    environment: row.source === 'environment' ? row : shared.get(references.environment ?? ''),
    resourceGroup: shared.get(references.group ?? ''),
  };
  const needed = new Set(tellableDocuments(resource.kind).map(({ source }) => source));
  // What the resource does not refer to needs no row: an app of Container Apps has no plan.
  if (row.source === 'site' && references.plan === null) needed.delete('plan');
  const found = [...needed].flatMap((source) => (bySource[source] ? [[source, bySource[source]] as const] : []));
  return found.length === needed.size ? Object.fromEntries(found) : null;
}
