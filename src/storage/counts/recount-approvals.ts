/** Compares the packed open approvals with the index, corrects them, and packs those of an earlier version. */
import type { WrongCount } from '../../workflows/ports/metrics.ts';
import { readOpen } from '../approvals/index-pages.ts';
import { APPROVAL_PARTITION } from '../approvals/index-rows.ts';
import { OPEN_FILTER, OPEN_READY, shardsOf } from '../approvals/open-rows.ts';
import { hashOfPacked, type PackedApproval, packedIn, packedRow } from '../approvals/packing.ts';
import type { Row } from '../table/entity.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { correct } from './counter-rows.ts';

export interface OpenRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** Whether all open approvals were compared, and no writer was faster. */
  readonly complete: boolean;
}

/**
 * An approval and its shard change in one transaction. So when a shard still has the version from before the index was read,
 * a difference is real, and replacing that version corrects it. One request for the shards, those of the index, and one for
 * each shard that is wrong.
 */
export async function recountOpen(table: Table): Promise<OpenRecount> {
  const kept = new Map<string, Row>();
  for (const row of await table.readAll(OPEN_FILTER)) if (row.rowKey !== OPEN_READY.rowKey) kept.set(row.rowKey, row);
  const { open, complete } = await readOpen(table, MAX_REQUESTS);
  if (!complete) return { wrong: [], complete };
  const truth = shardsOf(open);
  const results = [];
  for (const rowKey of new Set([...kept.keys(), ...truth.keys()])) {
    const row = kept.get(rowKey);
    const after = truth.get(rowKey) ?? [];
    results.push(
      await correct(table, {
        what: `open approvals, row ${rowKey}`,
        row: packedRow({ partitionKey: APPROVAL_PARTITION, rowKey }, after),
        etag: row?.etag ?? null,
        kept: numbersOf(row ? withLeftOut(packedIn(row), after) : []),
        counted: numbersOf(after),
      }),
    );
  }
  await removeEarlierRows(table);
  return { wrong: results.filter((one) => typeof one === 'object'), complete: !results.includes('busy') };
}

/** A body that was left out because it is large is not wrong. */
function withLeftOut(kept: readonly PackedApproval[], counted: readonly PackedApproval[]): PackedApproval[] {
  const bodies = new Map(counted.map(({ head, body }) => [head.id, body]));
  return kept.map(({ head, body }) => ({ head, body: body ?? bodies.get(head.id) ?? null }));
}

/** Each approval with a hash of all that is kept of it, as a number that can be compared. */
function numbersOf(approvals: readonly PackedApproval[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    approvals.map((one) => {
      const { id, status, rule, resource } = one.head;
      return [`${id}: ${status}, ${rule} of ${resource}, ${hashOfPacked(one).slice(0, 8)}`, 1];
    }),
  );
}

/** Removes the rows that earlier versions kept of pending approvals. */
async function removeEarlierRows(table: Table): Promise<void> {
  const { items } = await table.readPage(prefixFilter(APPROVAL_PARTITION, 'c-'), { limit: 1000, after: null }, 1, []);
  for (let start = 0; start < items.length; start += MAX_TRANSACTION_STEPS) {
    const some = items.slice(start, start + MAX_TRANSACTION_STEPS);
    await table.transact(some.map(({ partitionKey, rowKey }) => ({ remove: { partitionKey, rowKey } })));
  }
}

/** Enough for 200,000 open approvals. */
const MAX_REQUESTS = 400;
