/** Wake-ups in the order of their time. The key is made of time, resource and reason, so the same wake-up is one row. */
import { type Wakeups, wakeup } from '../../workflows/ports/work.ts';
import { entityOf, parseRow } from '../table/entity.ts';
import { ascendingTime, hashOf, isSafeId } from '../table/keys.ts';
import { rangeFilter, type Table } from '../table/table.ts';

export function openWakeups(table: Table): Wakeups {
  return {
    async schedule(resource, at, why) {
      const rowKey = `${ascendingTime(at)}-${hashOf(`${resource.key}\n${why}`)}`;
      await table.upsert(entityOf({ partitionKey: PARTITION, rowKey }, { resource: resource.id, why }));
      return rowKey;
    },

    async cancel(key) {
      if (isSafeId(key)) await table.remove({ partitionKey: PARTITION, rowKey: key });
    },

    async listDue(now, limit) {
      const behind = ascendingTime(new Date(now.getTime() + 1));
      const { items } = await table.readPage(rangeFilter(PARTITION, '0', behind), { limit, after: null });
      return items.map((row) => ({ key: row.rowKey, ...parseRow(wakeup, table.name, row) }));
    },
  };
}

const PARTITION = 'wakeup';
