/** The heartbeat and the throttling of each subscription: rows of one small partition, read in one request. */

import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { isTooLong, throttleSchema } from '../../domain/decisions/throttle.ts';
import { time } from '../../domain/resources/schema.ts';
import type { Guards } from '../../workflows/ports/guards.ts';
import { entityOf, parseRow } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, repeatUntilWritten, saveRow } from '../table/versioned-row.ts';

export function openGuards(table: Table, now: () => Date): Guards {
  return {
    async read(subscriptionId) {
      const keys = odata`(RowKey eq ${HEARTBEAT.rowKey} or RowKey eq ${throttleOf(subscriptionId).rowKey})`;
      const filter = `${odata`PartitionKey eq ${PARTITION}`} and ${keys}`;
      const { items } = await table.readPage(filter, { limit: 2, after: null });
      const beat = items.find(({ rowKey }) => rowKey === HEARTBEAT.rowKey);
      const throttle = items.find(({ rowKey }) => rowKey !== HEARTBEAT.rowKey);
      return {
        heartbeat: beat ? parseRow(BEAT, table.name, beat).at : null,
        throttle: throttle ? parseRow(throttleSchema, table.name, throttle) : null,
      };
    },

    async readThrottle(subscriptionId) {
      const key = throttleOf(subscriptionId);
      const row = await table.get(key.partitionKey, key.rowKey);
      return row && parseRow(throttleSchema, table.name, row);
    },

    async readHeartbeat() {
      const row = await table.get(HEARTBEAT.partitionKey, HEARTBEAT.rowKey);
      return row && parseRow(BEAT, table.name, row).at;
    },

    async writeHeartbeat(at) {
      await table.upsert(entityOf(HEARTBEAT, { at: at.toISOString() }));
    },

    async storeThrottle(subscriptionId, throttle) {
      const key = throttleOf(subscriptionId);
      await repeatUntilWritten(`store the throttling of ${subscriptionId} in table ${table.name}`, async () => {
        const found = await loadVersioned(table, key, throttleSchema);
        const isLonger = found && Date.parse(found.value.until) >= Date.parse(throttle.until);
        if (found && isLonger && !isTooLong(found.value, now())) return found.version;
        return saveRow(table, entityOf(key, throttle), found?.version ?? null);
      });
    },
  };
}

const PARTITION = 'guard';
const HEARTBEAT = { partitionKey: PARTITION, rowKey: 'heartbeat' };
const BEAT = z.strictObject({ at: time });

function throttleOf(subscriptionId: string) {
  return { partitionKey: PARTITION, rowKey: `throttle-${subscriptionId.toLowerCase()}` };
}
