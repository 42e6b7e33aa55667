/** Alarms in the order of their time; the key says time, resource and why, so the same alarm is one row. */
import * as z from 'zod';
import type { Alarms } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { hashOf, isPlainId, oldestFirst } from './keys.ts';
import { between, type Table } from './table.ts';

export function openAlarms(table: Table): Alarms {
  return {
    async set(resource, at, why) {
      const rowKey = `${oldestFirst(at)}-${hashOf(`${resource.key}\n${why}`)}`;
      await table.put(entityOf({ partitionKey: PARTITION, rowKey }, { resource: resource.id, why }));
      return rowKey;
    },

    async clear(key) {
      if (isPlainId(key)) await table.remove({ partitionKey: PARTITION, rowKey: key });
    },

    async due(now, limit) {
      const behind = oldestFirst(new Date(now.getTime() + 1));
      const { items } = await table.page(between(PARTITION, '0', behind), { limit, after: null });
      return items.map((row) => ({ key: row.rowKey, ...valueIn(ALARM, table.name, row) }));
    },
  };
}

const PARTITION = 'alarm';
const ALARM = z.strictObject({ resource: z.string(), why: z.string() });
