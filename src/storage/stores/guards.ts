/** The heartbeat and the throttling of each subscription: rows of one small partition, read in one request. */

import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { isTooLong, longestThrottle, throttleSchema } from '../../domain/decisions/throttle.ts';
import { time } from '../../domain/resources/schema.ts';
import type { Guards, Requester } from '../../workflows/ports/guards.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { createMemory, forgetting, type MemoryOptions } from '../table/memory.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, repeatUntilWritten, saveRow } from '../table/versioned-row.ts';

/** `remember.now` is the clock of this process. */
export function openGuards(table: Table, remember: MemoryOptions): Guards {
  const memory = createMemory<Awaited<ReturnType<Guards['read']>>>(remember);

  async function readRows(rowKeys: readonly string[]): Promise<readonly Row[]> {
    const keys = rowKeys.map((rowKey) => odata`RowKey eq ${rowKey}`).join(' or ');
    const filter = `${odata`PartitionKey eq ${PARTITION}`} and (${keys})`;
    return (await table.readPage(filter, { limit: rowKeys.length, after: null })).items;
  }

  const throttleIn = (rows: readonly Row[]) => {
    const throttles = rows.filter(({ rowKey }) => rowKey !== HEARTBEAT.rowKey);
    // A wait that nobody can have asked for must not hide another.
    const parsed = throttles.map((row) => parseRow(throttleSchema, table.name, row));
    return longestThrottle(parsed.filter((one) => !isTooLong(one, remember.now()))) ?? parsed[0] ?? null;
  };

  return {
    async read(subscriptionId, requester) {
      const keys = throttleKeys(subscriptionId, requester);
      return memory.recall(keys.join(' '), async () => {
        const rows = await readRows([HEARTBEAT.rowKey, ...keys]);
        const beat = rows.find(({ rowKey }) => rowKey === HEARTBEAT.rowKey);
        return { heartbeat: beat ? parseRow(BEAT, table.name, beat).at : null, throttle: throttleIn(rows) };
      });
    },

    async readThrottle(subscriptionId, requester) {
      return throttleIn(await readRows(throttleKeys(subscriptionId, requester)));
    },

    async readHeartbeat() {
      const row = await table.get(HEARTBEAT.partitionKey, HEARTBEAT.rowKey);
      return row && parseRow(BEAT, table.name, row).at;
    },

    async writeHeartbeat(at) {
      await forgetting(memory, () => table.upsert(entityOf(HEARTBEAT, { at: at.toISOString() })));
    },

    async storeThrottle(subscriptionId, throttle, requester = 'change') {
      const key = { partitionKey: PARTITION, rowKey: throttleKey(subscriptionId, requester) };
      const store = async () => {
        const found = await loadVersioned(table, key, throttleSchema);
        const isLonger = found && Date.parse(found.value.until) >= Date.parse(throttle.until);
        if (found && isLonger && !isTooLong(found.value, remember.now())) return found.version;
        return saveRow(table, entityOf(key, throttle), found?.version ?? null);
      };
      const what = `store the throttling of ${subscriptionId} in table ${table.name}`;
      await forgetting(memory, () => repeatUntilWritten(what, store));
    },
  };
}

const PARTITION = 'guard';
const HEARTBEAT = { partitionKey: PARTITION, rowKey: 'heartbeat' };
const BEAT = z.strictObject({ at: time });

function throttleKey(subscriptionId: string, requester: Requester): string {
  return `${requester === 'sweep' ? 'sweep-throttle-' : 'throttle-'}${subscriptionId.toLowerCase()}`;
}

/** The rows that a requester follows: a sweep follows those of changes, too. */
function throttleKeys(subscriptionId: string, requester: Requester = 'change'): string[] {
  const followed: readonly Requester[] = requester === 'sweep' ? ['change', 'sweep'] : ['change'];
  return followed.map((one) => throttleKey(subscriptionId, one));
}
