/** A query for the rows of one source alone. The service asks for several sources at once (src/azure/estate.ts). */
import { type RowSourceName, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { expressionsOf } from '../../../src/domain/estate/rows.ts';

/** The lines of a query that select the rows of one source, and project their columns: id, type, apiVersion and `c0`, …. */
export function queryOf(name: RowSourceName): { readonly select: string; readonly project: string } {
  const { table, types } = sourceOf(name);
  const quoted = types.map((type) => `'${type}'`).join(', ');
  const select = `${table}\n| where type in~ (${quoted})`;
  const columns = Object.entries(expressionsOf(name)).map(([column, path]) => `${column} = ${path}`);
  const project = `| project ${['key = tolower(id)', 'id', 'type', 'apiVersion', ...columns].join(', ')}`;
  return { select, project };
}
