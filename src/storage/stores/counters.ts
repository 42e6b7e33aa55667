/**
 * The counters of the service: one row for each instance, which only that instance writes, so instances never wait for each
 * other. The rows of stopped instances are merged into the row `total` in one transaction, so the sum never decreases.
 */

import * as z from 'zod';
import { addCounters, type Counters, NO_COUNTERS } from '../../domain/audit/counters.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { CounterStore } from '../../workflows/ports/metrics.ts';
import type { Versioned } from '../../workflows/ports/storage.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { loadVersioned, repeatUntilWritten, saveRow } from '../table/versioned-row.ts';

/** `instance` is unique for each process. */
export function openCounters(table: Table, instance: string, now: () => Date): CounterStore {
  const key = { partitionKey: PARTITION, rowKey: `i-${instance}` };
  let known: Versioned<Counters> | null = null;

  const entityAt = (where: typeof key, counters: Counters) => entityOf(where, { ...counters, at: now().toISOString() });

  /** Called once by each instance. */
  async function mergeStoppedInstances(): Promise<void> {
    const rows = await table.readAll(prefixFilter(PARTITION, 'i-'));
    const before = timeAfter(now(), -STOPPED_AFTER_MS).toISOString();
    const stopped = rows.filter((row) => parseRow(COUNTERS_ROW, table.name, row).at < before).slice(0, MAX_MERGED);
    if (stopped.length === 0) return;
    const row = await table.get(TOTAL.partitionKey, TOTAL.rowKey);
    const total = stopped
      .map((one) => parseCounters(table, one))
      .reduce(addCounters, row ? parseCounters(table, row) : NO_COUNTERS);
    // A rejection means that another instance has done it.
    await table.transact([
      row ? { replace: entityAt(TOTAL, total), etag: row.etag } : { insert: entityAt(TOTAL, total) },
      ...stopped.map(({ partitionKey, rowKey }) => ({ remove: { partitionKey, rowKey } })),
    ]);
  }

  return {
    async add(counted) {
      if (known === null) await mergeStoppedInstances();
      const tryAdd = async () => {
        const found = known ?? (await loadVersioned(table, key, COUNTERS_ROW));
        known = null;
        const value = addCounters(found?.value ?? NO_COUNTERS, counted);
        const version = await saveRow(table, entityAt(key, value), found?.version ?? null);
        return version === null ? null : { value, version };
      };
      known = await repeatUntilWritten(`count in table ${table.name}`, tryAdd, { attempts: 3 });
    },

    async readTotal() {
      const rows = await table.readAll(ALL);
      return rows.map((row) => parseCounters(table, row)).reduce(addCounters, NO_COUNTERS);
    },
  };
}

const PARTITION = 'counters';
const TOTAL = { partitionKey: PARTITION, rowKey: 'total' };
const ALL = `PartitionKey eq '${PARTITION}'`;

/** An instance that has counted nothing for a day has stopped. */
const STOPPED_AFTER_MS = DAY_MS;
/** With the total, these fit into one transaction. */
const MAX_MERGED = 90;
const COUNTERS_ROW = z.strictObject({
  counts: z.record(z.string(), z.number()),
  remaining: z.record(z.string(), z.strictObject({ requests: z.number(), at: z.string() })),
  at: z.string(),
});

function parseCounters(table: Table, row: Row): Counters {
  const { at: _at, ...counters } = parseRow(COUNTERS_ROW, table.name, row);
  return counters;
}
