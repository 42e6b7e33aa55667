/**
 * The counters of the service: one row for each instance, which only that instance writes, so instances never wait for each
 * other. The rows of stopped instances are merged into the row `total` in one transaction, so the sum never decreases.
 */

import * as z from 'zod';
import { addCounters, type Counters, NO_COUNTERS } from '../../domain/audit/counters.ts';
import type { CounterStore } from '../../workflows/ports/metrics.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { prefixFilter, type Table } from '../table/table.ts';

/** `instance` is unique for each process. */
export function openCounters(table: Table, instance: string, now: () => Date): CounterStore {
  const key = { partitionKey: PARTITION, rowKey: `i-${instance}` };
  let known: { readonly counters: Counters; readonly etag: string } | null = null;

  const entityAt = (where: typeof key, counters: Counters) => entityOf(where, { ...counters, at: now().toISOString() });

  async function read(): Promise<typeof known> {
    const row = await table.get(key.partitionKey, key.rowKey);
    return row && { counters: parseCounters(table, row), etag: row.etag };
  }

  /** Called once by each instance. */
  async function mergeStoppedInstances(): Promise<void> {
    const rows = await table.readAll(prefixFilter(PARTITION, 'i-'));
    const before = new Date(now().getTime() - STOPPED_AFTER_MS).toISOString();
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
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = known ?? (await read());
        known = null;
        const counters = addCounters(found?.counters ?? NO_COUNTERS, counted);
        const entity = entityAt(key, counters);
        const etag = await (found ? table.replace(entity, found.etag) : table.insert(entity));
        if (etag !== null) {
          known = { counters, etag };
          return;
        }
      }
      throw new StorageUnavailable(`could not count in table ${table.name}: the row of this instance keeps changing`);
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
const ATTEMPTS = 3;

/** An instance that has counted nothing for a day has stopped. */
const STOPPED_AFTER_MS = 24 * 60 * 60 * 1000;
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
