/** One small partition: a row with the heartbeat, and one for each subscription that Azure has throttled. Read in one request. */
import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { type Guards, StorageUnavailable, type Throttle } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import type { Table } from './table.ts';

export function openGuards(table: Table): Guards {
  return {
    async read(subscriptionId) {
      const keys = odata`(RowKey eq ${HEARTBEAT.rowKey} or RowKey eq ${throttleOf(subscriptionId).rowKey})`;
      const filter = `${odata`PartitionKey eq ${PARTITION}`} and ${keys}`;
      const { items } = await table.page(filter, { limit: 2, after: null });
      const beat = items.find(({ rowKey }) => rowKey === HEARTBEAT.rowKey);
      const throttle = items.find(({ rowKey }) => rowKey !== HEARTBEAT.rowKey);
      return {
        heartbeat: beat ? valueIn(BEAT, table.name, beat).at : null,
        throttle: throttle ? valueIn(THROTTLE, table.name, throttle) : null,
      };
    },

    async heartbeat() {
      const row = await table.get(HEARTBEAT.partitionKey, HEARTBEAT.rowKey);
      return row && valueIn(BEAT, table.name, row).at;
    },

    async beat(at) {
      await table.put(entityOf(HEARTBEAT, { at: at.toISOString() }));
    },

    async throttle(subscriptionId, throttle) {
      const key = throttleOf(subscriptionId);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const row = await table.get(key.partitionKey, key.rowKey);
        if (row && Date.parse(valueIn(THROTTLE, table.name, row).until) >= Date.parse(throttle.until)) return;
        const entity = entityOf(key, throttle);
        if ((row ? await table.replace(entity, row.etag) : await table.insert(entity)) !== null) return;
      }
      throw new StorageUnavailable(`could not slow down ${subscriptionId} in table ${table.name}: others were faster`);
    },
  };
}

const ATTEMPTS = 5;
const PARTITION = 'guard';
const HEARTBEAT = { partitionKey: PARTITION, rowKey: 'heartbeat' };
const BEAT = z.strictObject({ at: z.iso.datetime() });
const THROTTLE: z.ZodType<Throttle> = z.strictObject({ since: z.iso.datetime(), until: z.iso.datetime() });

function throttleOf(subscriptionId: string) {
  return { partitionKey: PARTITION, rowKey: `throttle-${subscriptionId.toLowerCase()}` };
}
