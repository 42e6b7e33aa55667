/**
 * Scans, newest first, in one partition. Its rows: the id of a scan, which holds its counts; `f-` scan, each resource that was
 * found; `e-` scan, each resource that was evaluated. A resource and its count are written in one transaction, so each
 * resource counts once.
 */

import * as z from 'zod';
import { SCAN_STATUSES, type Scan, type Scans, scan } from '../../workflows/ports/findings.ts';
import { type Entity, entityOf, parseOwnRow } from '../table/entity.ts';
import { descendingTime, hashOf } from '../table/keys.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, rangeFilter, type Step, type Table } from '../table/table.ts';
import { repeatUntilWritten } from '../table/versioned-row.ts';
import { openOlderScans } from './older-scans.ts';

interface ScanOptions {
  /** Returns a new unique text of at least twelve hex characters. */
  readonly createId: () => string;
  readonly now: () => Date;
  /** Waits before an attempt that conflicted with another writer is repeated. */
  readonly pause: (attempt: number) => Promise<void>;
}

export function openScans(table: Table, { createId, now, pause }: ScanOptions): Scans {
  const older = openOlderScans(table);

  async function load(id: string) {
    const row = OWN_ID.test(id) ? await table.get(PARTITION, id) : null;
    return row && { value: parseOwnRow(scan, table.name, row), version: row.etag };
  }

  /**
   * Changes a scan, and adds rows of resources in the same transaction. `change` returns null when nothing is to be done.
   * `onConflict` is called before another attempt. Null when there is no such scan.
   */
  async function update(
    id: string,
    change: (scan: Scan) => { readonly scan: Scan; readonly rows?: readonly Entity[] } | null,
    onConflict: () => Promise<void> = async () => undefined,
  ): Promise<Scan | null> {
    const attempt = async () => {
      const found = await load(id);
      if (found === null) return { scan: null };
      const changed = change(found.value);
      if (changed === null) return { scan: found.value };
      const next = withStatus(changed.scan, now());
      const inserts = (changed.rows ?? []).map((row): Step => ({ insert: row }));
      const answer = await table.transact([...inserts, { replace: rowOf(next), etag: found.version }]);
      if (!(answer instanceof Rejected)) return { scan: next };
      await onConflict();
      return null;
    };
    return (await repeatUntilWritten(`save scan ${id}`, attempt, { attempts: MAX_ATTEMPTS, pause })).scan;
  }

  /** The keys of rows that exist. */
  async function keysWith(prefix: string): Promise<Set<string>> {
    const { rows } = await table.readColumns(prefixFilter(PARTITION, prefix), ['RowKey'], Number.POSITIVE_INFINITY);
    return new Set(rows.map((row) => NAMED.parse(row).rowKey));
  }

  return {
    newId: (at) => `s${descendingTime(at)}${createId().replaceAll('-', '').slice(0, 12)}`,

    async begin(started) {
      const begun: Scan = { ...started, ...NOTHING_YET };
      await table.upsert(rowOf(begun));
      return begun;
    },

    async addFound(id, resources) {
      const keys = [...new Set(resources.map((one) => `f-${id}-${nameOf(one)}`))];
      let known: ReadonlySet<string> = new Set();
      for (let start = 0; start < keys.length; start += MAX_TRANSACTION_STEPS - 1) {
        const chunk = keys.slice(start, start + MAX_TRANSACTION_STEPS - 1);
        const saved = await update(
          id,
          (before) => {
            const more = chunk.filter((key) => !known.has(key));
            return more.length === 0
              ? null
              : { scan: { ...before, found: before.found + more.length }, rows: more.map(markOf) };
          },
          // Some of them may have been added before.
          async () => {
            known = await keysWith(`f-${id}-`);
          },
        );
        if (saved === null) return older.addFound(id, resources);
      }
    },

    async markListed(id) {
      const saved = await update(id, (before) => ({ scan: { ...before, listed: true } }));
      if (saved === null) await older.markListed(id);
    },

    async markEvaluated(id, resource) {
      const key = `e-${id}-${nameOf(resource)}`;
      let isCounted = false;
      const saved = await update(
        id,
        (before) => (isCounted ? null : { scan: { ...before, evaluated: before.evaluated + 1 }, rows: [markOf(key)] }),
        async () => {
          isCounted = (await table.get(PARTITION, key)) !== null;
        },
      );
      if (saved === null) await older.markEvaluated(id, resource);
    },

    cancel: (id, by) =>
      update(id, (before) =>
        before.status === 'running' ? { scan: { ...before, status: 'cancelled', cancelledBy: by } } : null,
      ),

    isCancelled: async (id) => (await load(id))?.value.status === 'cancelled',

    get: async (id) => (await load(id))?.value ?? older.get(id),

    async list(statuses, page) {
      const wanted = (statuses ?? []).map((status) => `Status eq '${status}'`);
      const isAll = statuses === null || wanted.length === SCAN_STATUSES.length;
      const filter = `${prefixFilter(PARTITION, 's')}${isAll ? '' : ` and (${wanted.join(' or ')})`}`;
      const { items, next } = await table.readPage(filter, page, MAX_LIST_REQUESTS);
      return { items: items.map((row) => parseOwnRow(scan, table.name, row)), next };
    },

    async removeBefore(at) {
      const older = rangeFilter(PARTITION, `s${descendingTime(at)}`, 't');
      const { items } = await table.readPage(older, { limit: MAX_REMOVED, after: null }, 1, []);
      for (const { rowKey: id } of items) {
        // The scan itself comes last: after a crash its resources are found again.
        const keys = [...(await keysWith(`e-${id}-`)), ...(await keysWith(`f-${id}-`)), id];
        for (let start = 0; start < keys.length; start += MAX_TRANSACTION_STEPS) {
          const chunk = keys.slice(start, start + MAX_TRANSACTION_STEPS);
          await table.transact(chunk.map((rowKey): Step => ({ remove: { partitionKey: PARTITION, rowKey } })));
        }
      }
    },

    async keysNotFound(id, keys) {
      const found = await keysWith(`f-${id}-`);
      const missing: string[] = [];
      for await (const page of keys) missing.push(...page.filter((key) => !found.has(`f-${id}-${nameOf(key)}`)));
      return missing;
    },
  };
}

const PARTITION = 'scan';
/** Those of sweeps, and of scans that earlier versions began, are UUIDs. */
const OWN_ID = /^s\d{15}[0-9a-z]+$/;
const NOTHING_YET = {
  status: 'running',
  found: 0,
  evaluated: 0,
  endedAt: null,
  cancelledBy: null,
  listed: false,
} as const;
/** The resources of a scan are evaluated by several processes at a time. */
const MAX_ATTEMPTS = 20;
/** The sweeps, which are beside them on a first page, are one more. */
const MAX_LIST_REQUESTS = 2;
/** Of one run. A scan of many resources has hundreds of transactions. */
const MAX_REMOVED = 20;
const NAMED = z.looseObject({ rowKey: z.string() });

function rowOf(value: Scan): Entity {
  return entityOf({ partitionKey: PARTITION, rowKey: value.id }, value, { Status: value.status });
}

function markOf(rowKey: string): Entity {
  return entityOf({ partitionKey: PARTITION, rowKey }, {});
}

/** A scan that was cancelled stays so, whatever ends later. */
function withStatus(changed: Scan, now: Date): Scan {
  const isDone = changed.listed && changed.evaluated >= changed.found;
  const status = changed.status === 'cancelled' ? 'cancelled' : isDone ? 'done' : 'running';
  return { ...changed, status, endedAt: status === 'running' ? null : (changed.endedAt ?? now.toISOString()) };
}

function nameOf(resource: string): string {
  return hashOf(resource.toLowerCase());
}
