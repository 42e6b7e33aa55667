/**
 * How far a scan is: a partition each. The rows of a scan: `s` what it is, `l` that all was listed, `f-` each resource that
 * was found, `e-` each that was looked at. Telling something twice writes the same row, so nothing is counted twice.
 */
import * as z from 'zod';
import type { Scans } from '../workflows/ports.ts';
import { type Entity, entityOf, valueIn } from './entity.ts';
import { hashOf } from './keys.ts';
import { Declined } from './requests.ts';
import { between, type Table } from './table.ts';

export function openScans(table: Table): Scans {
  const rowOf = (id: string, rowKey: string, value: unknown): Entity => entityOf({ partitionKey: id, rowKey }, value);

  return {
    begin: (id, scope) => table.put(rowOf(id, 's', { scope })),
    listed: (id) => table.put(rowOf(id, 'l', {})),
    evaluated: (id, resource) => table.put(rowOf(id, `e-${nameOf(resource)}`, {})),

    async found(id, resources) {
      const rows = [...new Map(resources.map((one) => [nameOf(one), one]))];
      for (let start = 0; start < rows.length; start += STEPS_A_TRANSACTION) {
        const chunk = rows.slice(start, start + STEPS_A_TRANSACTION);
        const answer = await table.transact(chunk.map(([name]) => ({ put: rowOf(id, `f-${name}`, {}) })));
        if (answer instanceof Declined)
          throw new Error(`the storage declined to keep what a scan found: ${answer.code}`);
      }
    },

    async get(id) {
      const rows = await table.all(between(id, 'e-', 't'));
      const scan = rows.find(({ rowKey }) => rowKey === 's');
      if (!scan) return null;
      const count = (prefix: string) => rows.filter(({ rowKey }) => rowKey.startsWith(prefix)).length;
      const [found, evaluated] = [count('f-'), count('e-')];
      const done = evaluated >= found && rows.some(({ rowKey }) => rowKey === 'l');
      return { id, ...valueIn(SCAN, table.name, scan), status: done ? 'done' : 'running', found, evaluated };
    },
  };
}

const STEPS_A_TRANSACTION = 100;
const SCAN = z.strictObject({ scope: z.string() });

function nameOf(resource: string): string {
  return hashOf(resource.toLowerCase());
}
