/**
 * Sweeps: one partition for each subscription. Its rows: `pace` until when reads are reserved; `app-` each resource that was
 * listed, by its hash partition, so that the resources of one are read in one request; `mark-` a resource that the next sweep
 * must look at. The partition `run` has the latest sweep of each subscription, and the partition `evidence` one row: what
 * looks have shown about rows of Resource Graph.
 */

import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { reserveReads } from '../../domain/decisions/read-pace.ts';
import { evidence } from '../../domain/estate/evidence.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { time } from '../../domain/resources/schema.ts';
import { ConflictError, type PageRequest, pagesOf } from '../../workflows/ports/storage.ts';
import {
  type EvidenceStore,
  type Part,
  type SweepMarks,
  type Sweeps,
  sweepProgress,
  sweptApp,
} from '../../workflows/ports/sweeps.ts';
import { entityOf, type Key, parseRow } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, MAX_TRANSACTION_STEPS, payloadOf } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { loadVersioned, repeatUntilWritten, saveRow, saveStep, saveVersioned } from '../table/versioned-row.ts';

export function openSweeps(table: Table): Sweeps {
  return {
    load: (subscriptionId) => loadVersioned(table, runOf(subscriptionId), sweepProgress),

    async list() {
      const { items } = await table.readPage(odata`PartitionKey eq ${RUNS}`, { limit: MAX_LISTED, after: null }, 1);
      return items.map((row) => parseRow(sweepProgress, table.name, row));
    },

    save: (progress, version) =>
      saveVersioned(
        table,
        entityOf(runOf(progress.subscriptionId), progress),
        version,
        `somebody else saved the sweep of ${progress.subscriptionId} first`,
      ),

    reserve(subscriptionId, seconds, now) {
      const key = keyOf(subscriptionId, 'pace');
      return repeatUntilWritten(`reserve reads of ${subscriptionId}`, async () => {
        const found = await loadVersioned(table, key, PACE);
        const { from, until } = reserveReads(found?.value.until ?? 0, seconds, now.getTime());
        const saved = await saveRow(table, entityOf(key, { until }), found?.version ?? null);
        return saved === null ? null : new Date(from);
      });
    },

    async listApps(subscriptionId, part) {
      const rows = await table.readAll(prefixFilter(subscriptionId.toLowerCase(), prefixOf(part)));
      return rows.map((row) => ({ value: parseRow(sweptApp, table.name, row), version: row.etag }));
    },

    loadApp: (subscriptionId, part, id) => loadVersioned(table, keyOf(subscriptionId, rowKeyOf(part, id)), sweptApp),

    async findApp(subscriptionId, of, id) {
      const keys = Array.from({ length: of }, (_, index) => rowKeyOf({ index, of }, id));
      for (let start = 0; start < keys.length; start += KEYS_OF_FILTER) {
        const named = keys.slice(start, start + KEYS_OF_FILTER).map((key) => `RowKey eq '${key}'`);
        const filter = `PartitionKey eq '${subscriptionId.toLowerCase()}' and (${named.join(' or ')})`;
        const [row] = (await table.readPage(filter, { limit: 1, after: null })).items;
        if (row) return parseRow(sweptApp, table.name, row);
      }
      return null;
    },

    async saveApps(subscriptionId, part, apps) {
      const steps = apps.map(({ app, version }): Step => {
        const row = entityOf(keyOf(subscriptionId, rowKeyOf(part, app.id)), app);
        return saveStep(row, version);
      });
      for (const chunk of transactionsOf(steps)) {
        const answer = await table.transact(chunk);
        if (answer instanceof Rejected)
          throw new ConflictError(`somebody else saved resources of ${subscriptionId} first`);
      }
    },

    async removeApps(subscriptionId, part, ids) {
      for (const id of ids) await table.remove(keyOf(subscriptionId, rowKeyOf(part, id)));
    },

    async removePartition(subscriptionId, of) {
      const filter = prefixFilter(subscriptionId.toLowerCase(), `${APP}${of}-`);
      for await (const keys of rowKeys(table, filter)) {
        const steps = keys.map((key): Step => ({ remove: keyOf(subscriptionId, key) }));
        for (const chunk of transactionsOf(steps)) await table.transact(chunk);
      }
    },

    async keysNotSeen(subscriptionId, keys) {
      const seen = new Set<string>();
      for await (const page of rowKeys(table, prefixFilter(subscriptionId.toLowerCase(), APP))) {
        for (const key of page) seen.add(key.slice(-HASH_LENGTH));
      }
      const missing: string[] = [];
      for await (const page of keys) missing.push(...page.filter((key) => !seen.has(hashOf(key))));
      return missing;
    },
  };
}

/** The row keys of a filter, a page at a time: a subscription may have a hundred thousand. */
async function* rowKeys(table: Table, filter: string): AsyncGenerator<readonly string[]> {
  const list = (page: PageRequest) => table.readPage(filter, page, 1, []);
  for await (const rows of pagesOf(list, PAGE_OF_KEYS)) yield rows.map(({ rowKey }) => rowKey);
}

/** As many as the service answers at once. */
const PAGE_OF_KEYS = 1000;

const RUNS = 'run';
/** One request reads them. */
const MAX_LISTED = 1000;
const APP = 'app-';
const HASH_LENGTH = 32;
/** With the partition, as many as a filter may have. */
const KEYS_OF_FILTER = 14;
const PACE = z.strictObject({ until: z.number() });

export function openEvidence(table: Table): EvidenceStore {
  return {
    load: () => loadVersioned(table, EVIDENCE, evidence),
    save: (value, version) =>
      saveVersioned(table, entityOf(EVIDENCE, value), version, 'somebody else saved the evidence first'),
  };
}

export function openSweepMarks(table: Table): SweepMarks {
  const markOf = ({ subscriptionId, key }: Resource): Key => keyOf(subscriptionId, `${MARK}${hashOf(key)}`);
  return {
    mark: (resource, at) => table.upsert(entityOf(markOf(resource), { key: resource.key, at: at.toISOString() })),
    async list(subscriptionId) {
      const rows = await table.readAll(prefixFilter(subscriptionId.toLowerCase(), MARK));
      return new Map(rows.map((row) => parseRow(MARKED, table.name, row)).map(({ key, at }) => [key, at]));
    },
    async unmark(resource, upTo) {
      const found = await loadVersioned(table, markOf(resource), MARKED);
      if (found && found.value.at <= upTo.toISOString()) await table.remove(markOf(resource));
    },
  };
}

const EVIDENCE: Key = { partitionKey: 'evidence', rowKey: 'leaves' };
const MARK = 'mark-';
const MARKED = z.strictObject({ key: z.string(), at: time });

function runOf(subscriptionId: string): Key {
  return { partitionKey: RUNS, rowKey: subscriptionId.toLowerCase() };
}

function keyOf(subscriptionId: string, rowKey: string): Key {
  return { partitionKey: subscriptionId.toLowerCase(), rowKey };
}

function prefixOf({ index, of }: Part): string {
  return `${APP}${of}-${index}-`;
}

function rowKeyOf(part: Part, id: string): string {
  return `${prefixOf(part)}${hashOf(id.toLowerCase())}`;
}

/** Steps in as few transactions as the limits on their number and size allow. */
function transactionsOf(steps: readonly Step[]): Step[][] {
  const chunks: Step[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const size =
      'remove' in step ? 0 : payloadOf('insert' in step ? step.insert : 'replace' in step ? step.replace : step.upsert);
    if (bytes + size > MAX_TRANSACTION_BYTES || (chunks.at(-1)?.length ?? 0) >= MAX_TRANSACTION_STEPS) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(step);
    bytes += size;
  }
  return chunks;
}
