/**
 * The exclusive lease on a resource: a row beside its state, replaced under its version and renewed at every third of its
 * length. Its age is the time of the row against the time of an answer, both by the storage service, so it depends on no clock
 * of an instance. It ends 20 to 34 s after its holder stopped. The row of a released lease stays: while its version is the same,
 * nobody has worked on the resource.
 */

import * as z from 'zod';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import type { LeaseSeen } from '../../workflows/ports/resource-states.ts';
import { type Entity, entityOf, type Key, parseRow, type Row } from '../table/entity.ts';
import { Rejected } from '../table/requests.ts';
import type { Step, Table } from '../table/table.ts';
import { saveRow } from '../table/versioned-row.ts';

/** The lease ended before its holder released it: the resource may have changed since it was read. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export const LEASE_ROW = 'lease';

/** The lease in these rows, which were read at this time of the service. */
export function leaseIn(table: Table, rows: readonly Row[], at: Date, seconds: number): LeaseSeen {
  const row = rows.find(({ rowKey }) => rowKey === LEASE_ROW);
  if (!row) return { held: false, version: null };
  const { holder } = parseRow(LEASE, table.name, row);
  const ageMs = at.getTime() - TIMESTAMP.parse(row.timestamp).getTime();
  return { held: holder !== null && ageMs < (seconds + SKEW_SECONDS) * SECOND_MS, version: row.etag };
}

/** A lease that is held. Its requests go one after the other, because each needs the version of the one before. */
export interface HeldLease {
  renew(): Promise<void>;
  release(): Promise<void>;
  /**
   * Commits steps of the partition with a renewal of the lease, or with its release. Returns the versions of the steps; null
   * when another writer was faster.
   */
  commit(steps: readonly Step[], end: 'renew' | 'release'): Promise<readonly (string | null)[] | null>;
}

/** Null when somebody has held the lease since it was seen. `holder` is unique for each call. */
export async function acquireLease(
  table: Table,
  resource: { readonly id: string; readonly partitionKey: string },
  seen: LeaseSeen,
  { holder, seconds }: { readonly holder: string; readonly seconds: number },
): Promise<HeldLease | null> {
  if (seen.held) return null;
  const key = { partitionKey: resource.partitionKey, rowKey: LEASE_ROW };
  const first = await saveRow(table, entityOf(key, { holder }), seen.version);
  return first === null ? null : holdLease({ table, key, resource: resource.id, holder, seconds }, first);
}

interface Held {
  readonly table: Table;
  readonly key: Key;
  readonly resource: string;
  readonly holder: string;
  readonly seconds: number;
}

function holdLease({ table, key, resource, holder, seconds }: Held, first: string): HeldLease {
  const [held, released] = [entityOf(key, { holder }), entityOf(key, { holder: null })];
  let version = first;
  let state: 'held' | 'lost' | 'released' = 'held';
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(
    () => {
      // A failed request is no loss of the lease: the next renewal, or the holder's own, finds out.
      renew().catch(() => undefined);
    },
    (seconds * SECOND_MS) / 3,
  );
  timer.unref();

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  function end(as: 'lost' | 'released'): void {
    state = as;
    clearInterval(timer);
  }

  function assertHeld(): void {
    if (state !== 'held') throw new LeaseLost(`the lease on ${resource} was lost; start again from a fresh read`);
  }

  /** Whether the row was replaced. The answer to an earlier request may have been lost, so the row says who holds it. */
  async function replace(entity: Entity): Promise<boolean> {
    const replaced = await table.replace(entity, version);
    if (replaced !== null) {
      version = replaced;
      return true;
    }
    const row = await table.get(key.partitionKey, key.rowKey);
    if (row === null || parseRow(LEASE, table.name, row).holder !== holder) return false;
    const again = await table.replace(entity, row.etag);
    version = again ?? version;
    return again !== null;
  }

  function renew(): Promise<void> {
    return inOrder(async () => {
      if (state === 'held' && !(await replace(held))) end('lost');
      assertHeld();
    });
  }

  return {
    renew,

    release: () =>
      inOrder(async () => {
        if (state === 'held') {
          // One that cannot be released expires.
          await replace(released).catch(() => undefined);
          end('released');
        }
      }),

    commit: (steps, then) =>
      inOrder(async () => {
        assertHeld();
        const replaced = { replace: then === 'renew' ? held : released, etag: version };
        const answer = await table.transact([...steps, replaced]);
        if (answer instanceof Rejected) return null;
        version = answer.at(-1) ?? version;
        if (then === 'release') end('released');
        return answer.slice(0, -1);
      }),
  };
}

const LEASE = z.strictObject({ holder: z.string().nullable() });

/** When the service wrote the row. */
const TIMESTAMP = z.string().pipe(z.coerce.date());

/** The servers of the storage service may differ a little in their time. */
const SKEW_SECONDS = 3;
