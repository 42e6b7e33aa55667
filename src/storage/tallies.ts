/**
 * What was counted: a row for each instance, which only it writes, so nobody waits for anybody. Instances come and go; the
 * rows of those that are gone are added to the row `total` in one transaction, so the sum of all rows never goes back.
 */
import * as z from 'zod';
import { NO_TALLY, sumOf, type Tally } from '../domain/tally.ts';
import { StorageUnavailable, type Tallies } from '../workflows/ports.ts';
import { entityOf, type Row, valueIn } from './entity.ts';
import { startingWith, type Table } from './table.ts';

/** `instance` is a text of its own for each process. */
export function openTallies(table: Table, instance: string, now: () => Date): Tallies {
  const key = { partitionKey: PARTITION, rowKey: `i-${instance}` };
  let known: { readonly tally: Tally; readonly etag: string } | null = null;

  const entityAt = (where: typeof key, tally: Tally) => entityOf(where, { ...tally, at: now().toISOString() });

  async function read(): Promise<typeof known> {
    const row = await table.get(key.partitionKey, key.rowKey);
    return row && { tally: tallyIn(table, row), etag: row.etag };
  }

  /** Once in the life of an instance. */
  async function addUpTheGone(): Promise<void> {
    const rows = await table.all(startingWith(PARTITION, 'i-'));
    const before = new Date(now().getTime() - SILENT_MS).toISOString();
    const gone = rows.filter((row) => valueIn(TALLY, table.name, row).at < before).slice(0, AT_ONCE);
    if (gone.length === 0) return;
    const row = await table.get(TOTAL.partitionKey, TOTAL.rowKey);
    const total = gone.map((one) => tallyIn(table, one)).reduce(sumOf, row ? tallyIn(table, row) : NO_TALLY);
    // Declined means that somebody else does it at this moment.
    await table.transact([
      row ? { replace: entityAt(TOTAL, total), etag: row.etag } : { insert: entityAt(TOTAL, total) },
      ...gone.map(({ partitionKey, rowKey }) => ({ remove: { partitionKey, rowKey } })),
    ]);
  }

  return {
    async add(counted) {
      if (known === null) await addUpTheGone();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = known ?? (await read());
        known = null;
        const tally = sumOf(found?.tally ?? NO_TALLY, counted);
        const entity = entityAt(key, tally);
        const etag = await (found ? table.replace(entity, found.etag) : table.insert(entity));
        if (etag !== null) {
          known = { tally, etag };
          return;
        }
      }
      throw new StorageUnavailable(`could not count in table ${table.name}: the row of this instance keeps changing`);
    },

    async total() {
      const rows = await table.all(ALL);
      return rows.map((row) => tallyIn(table, row)).reduce(sumOf, NO_TALLY);
    },
  };
}

const PARTITION = 'tally';
const TOTAL = { partitionKey: PARTITION, rowKey: 'total' };
const ALL = `PartitionKey eq '${PARTITION}'`;
const ATTEMPTS = 3;
/** One that has counted nothing for a day is gone. */
const SILENT_MS = 24 * 60 * 60 * 1000;
/** With the total, no more than a transaction takes. */
const AT_ONCE = 90;
const TALLY = z.strictObject({
  counts: z.record(z.string(), z.number()),
  left: z.record(z.string(), z.strictObject({ requests: z.number(), at: z.string() })),
  at: z.string(),
});

function tallyIn(table: Table, row: Row): Tally {
  const { counts, left } = valueIn(TALLY, table.name, row);
  return { counts, left };
}
