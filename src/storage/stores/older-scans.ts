/**
 * The progress of scans that earlier versions began: a partition for each scan, whose rows are counted. `s` the scope; `l` the
 * listing is complete; `f-` each resource that was found; `e-` each resource that was evaluated.
 */

import * as z from 'zod';
import type { Scan, Scans } from '../../workflows/ports/findings.ts';
import { entityOf, parseRow } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { rangeFilter, type Table } from '../table/table.ts';

export function openOlderScans(table: Table): Pick<Scans, 'addFound' | 'markListed' | 'markEvaluated' | 'get'> {
  const mark = (id: string, rowKey: string) => table.upsert(entityOf({ partitionKey: id, rowKey }, {}));
  return {
    markListed: (id) => mark(id, 'l'),
    markEvaluated: (id, resource) => mark(id, `e-${hashOf(resource.toLowerCase())}`),

    async addFound(id, resources) {
      for (const resource of resources) await mark(id, `f-${hashOf(resource.toLowerCase())}`);
    },

    async get(id) {
      const rows = await table.readAll(rangeFilter(id, 'e-', 't'));
      const row = rows.find(({ rowKey }) => rowKey === 's');
      if (!row) return null;
      const count = (prefix: string) => rows.filter(({ rowKey }) => rowKey.startsWith(prefix)).length;
      const [found, evaluated, listed] = [count('f-'), count('e-'), rows.some(({ rowKey }) => rowKey === 'l')];
      const unknown: Pick<Scan, 'startedAt' | 'actor' | 'endedAt' | 'cancelledBy'> = {
        startedAt: null,
        actor: null,
        endedAt: null,
        cancelledBy: null,
      };
      const status = listed && evaluated >= found ? 'done' : 'running';
      return { id, ...parseRow(SCOPE, table.name, row), status, found, evaluated, listed, ...unknown };
    },
  };
}

const SCOPE = z.strictObject({ scope: z.string() });
