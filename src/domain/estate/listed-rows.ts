/** The rows of a listing: several sources in one query, each with columns of its own, found by the type of the row. */
import type { JsonObject } from '../resources/json.ts';
import type { Resource } from '../resources/resource.ts';
import { ROW_SOURCES, type RowSourceName, sourceOf } from './leaves.ts';
import { type ResourceRows, referencesOf, tellableDocuments } from './row-documents.ts';
import { expressionsOf, type Row, rowReader } from './rows.ts';

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
  const source = typeof columns.type === 'string' ? SOURCE_OF.get(columns.type.toLowerCase()) : undefined;
  return source === undefined ? null : source.read(`${id}${source.suffix}`, columns);
}

/** By type of row. */
const SOURCE_OF = new Map(
  ROW_SOURCES.flatMap((name) => {
    const { suffix, types } = sourceOf(name);
    const found = { suffix, read: rowReader(name, `${name}_`) };
    return types.map((type) => [type, found] as const);
  }),
);

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
