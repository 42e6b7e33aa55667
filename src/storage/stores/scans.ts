/**
 * The progress of each scan: one partition. Its rows: `s` the scope; `l` the listing is complete; `f-` each resource that was
 * found; `e-` each resource that was evaluated. Every write is an upsert of the same row, so nothing is counted twice.
 */

import * as z from 'zod';
import { type Scans, scan } from '../../workflows/ports/findings.ts';
import { type Entity, entityOf, parseRow } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, rangeFilter, type Table } from '../table/table.ts';

export function openScans(table: Table): Scans {
  const rowOf = (id: string, rowKey: string, value: unknown): Entity => entityOf({ partitionKey: id, rowKey }, value);

  return {
    begin: (id, scope) => table.upsert(rowOf(id, 's', { scope })),
    markListed: (id) => table.upsert(rowOf(id, 'l', {})),
    markEvaluated: (id, resource) => table.upsert(rowOf(id, `e-${nameOf(resource)}`, {})),

    async addFound(id, resources) {
      const rows = [...new Map(resources.map((one) => [nameOf(one), one]))];
      for (let start = 0; start < rows.length; start += STEPS_PER_TRANSACTION) {
        const chunk = rows.slice(start, start + STEPS_PER_TRANSACTION);
        const answer = await table.transact(chunk.map(([name]) => ({ upsert: rowOf(id, `f-${name}`, {}) })));
        if (answer instanceof Rejected) throw new Error(`the storage rejected the resources of a scan: ${answer.code}`);
      }
    },

    async keysNotFound(id, keys) {
      const { rows } = await table.readColumns(prefixFilter(id, 'f-'), ['RowKey'], Number.POSITIVE_INFINITY);
      const found = new Set(rows.map((row) => NAMED.parse(row).rowKey));
      const missing: string[] = [];
      for await (const page of keys) missing.push(...page.filter((key) => !found.has(`f-${nameOf(key)}`)));
      return missing;
    },

    async get(id) {
      const rows = await table.readAll(rangeFilter(id, 'e-', 't'));
      const row = rows.find(({ rowKey }) => rowKey === 's');
      if (!row) return null;
      const count = (prefix: string) => rows.filter(({ rowKey }) => rowKey.startsWith(prefix)).length;
      const [found, evaluated] = [count('f-'), count('e-')];
      const done = evaluated >= found && rows.some(({ rowKey }) => rowKey === 'l');
      return { id, ...parseRow(SCAN, table.name, row), status: done ? 'done' : 'running', found, evaluated };
    },
  };
}

const STEPS_PER_TRANSACTION = 100;
const NAMED = z.looseObject({ rowKey: z.string() });
const SCAN = scan.pick({ scope: true });

function nameOf(resource: string): string {
  return hashOf(resource.toLowerCase());
}
