/**
 * The list of findings, newest first. A row's key contains the time, so it changes with the verdict. The row r-<resource> holds
 * the keys of a resource's findings, and the row p-<shard> the resource in brief. Both change with the findings in one
 * transaction, so that no crash leaves a stale finding, see index-rows.ts and shards.ts.
 */

import { odata } from '@azure/data-tables';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import { briefOf, labelOf, lastEvaluation, textOfLabel } from '../../domain/decisions/finding-briefs.ts';
import type { Findings } from '../../workflows/ports/findings.ts';
import { type Entity, type Key, parseRow } from '../table/entity.ts';
import { combineFilters } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { repeatUntilWritten, saveStep } from '../table/versioned-row.ts';
import {
  briefIn,
  FINDING_PARTITION,
  type IndexedResource,
  indexKeyOf,
  indexRow,
  isLabelled,
  parseIndex,
  resourceIn,
} from './index-rows.ts';
import { findingRow, pageOfFindings, readFindingsAt } from './listed-rows.ts';
import { loadShard, type Shard, shardStep, visitShards, withBrief } from './shards.ts';

/** `pause` waits before attempt 1, 2, ... is repeated, long enough for another writer to finish. */
export function openFindings(table: Table, pause: (attempt: number) => Promise<void>): Findings {
  return {
    async replace({ id }, findings, fullyEvaluatedAt = null) {
      // Without findings the resource is in no shard, and the time says nothing.
      const evaluatedAt = lastEvaluation(findings) ?? NEVER;
      const wanted = findings.map((one) => ({ upsert: findingRow(one), label: textOfLabel(labelOf(one)) }));
      const replace = () => replaceRows({ id, evaluatedAt, fullyEvaluatedAt }, wanted);
      await repeatUntilWritten(`list the findings of ${id}`, replace, { attempts: ATTEMPTS, pause });
    },

    list: (query, page) => pageOfFindings(table, query, page),

    readAt: (places) => readFindingsAt(table, places),

    visitBriefs: (visit) => visitShards(table, visit),

    async getBrief(key) {
      if (!/^[0-9a-f]{32}$/.test(key)) return null;
      const row = await table.get(FINDING_PARTITION, `r-${key}`);
      if (!row) return null;
      const resource = resourceIn(row);
      if (resource && isLabelled(row)) return briefIn(resource, parseIndex(table, row));
      // An earlier version wrote it: its findings are read.
      const found: Finding[] = [];
      for (const rowKey of parseIndex(table, row).keys()) {
        const listed = await table.get(FINDING_PARTITION, rowKey);
        if (listed) found.push(parseRow(finding, table.name, listed));
      }
      return briefOf(found[0]?.resource.id ?? '', found, null);
    },

    async listResources(scope, after, upTo) {
      const behind = odata`ResourceKey gt ${after}`;
      const range = upTo === null ? behind : `${behind} and ${odata`ResourceKey le ${upTo}`}`;
      const rows = await table.readAll(
        `${combineFilters(prefixFilter(FINDING_PARTITION, 'r-'), {}, scope)} and ${range}`,
      );
      return rows.filter((row) => parseIndex(table, row).size > 0).map((row) => String(row.ResourceKey));
    },

    async pageOfResources(scope, page) {
      const filter = `${combineFilters(prefixFilter(FINDING_PARTITION, 'r-'), {}, scope)} and Json0 ne '[]'`;
      const { items, next } = await table.readPage(filter, page, 1, ['ResourceKey']);
      return { items: items.map(({ ResourceKey }) => String(ResourceKey)), next };
    },
  };

  /** Null when another writer replaced them, or wrote the same shard, meanwhile. */
  async function replaceRows(resource: IndexedResource, wanted: readonly Wanted[]): Promise<true | null> {
    const { partitionKey, rowKey } = indexKeyOf(resource.id);
    const [row, loaded] = await Promise.all([table.get(partitionKey, rowKey), loadShard(table, resource.id)]);
    const index = new Map(row ? parseIndex(table, row) : []);
    const keys = new Set(wanted.map(({ upsert }) => upsert.rowKey));
    const steps: (Wanted | { readonly remove: Key })[] = [
      ...wanted,
      ...[...index.keys()].filter((key) => !keys.has(key)).map((key) => ({ remove: { partitionKey, rowKey: key } })),
    ];
    let shard: Shard = loaded;
    let etag = row?.etag ?? null;
    for (let start = 0; start < steps.length; start += STEPS_PER_TRANSACTION) {
      const chunk = steps.slice(start, start + STEPS_PER_TRANSACTION);
      for (const step of chunk) {
        if ('upsert' in step) index.set(step.upsert.rowKey, step.label);
        else index.delete(step.remove.rowKey);
      }
      // Each transaction changes the shard by its own steps, so it is right after a crash between two of them.
      shard = { ...shard, content: withBrief(shard.content, resource.id, briefIn(resource, index)) };
      const answer = await table.transact([
        saveStep(indexRow(resource, index), etag),
        shardStep(shard),
        ...chunk.map((step) => ('upsert' in step ? { upsert: step.upsert } : step)),
      ]);
      if (answer instanceof Rejected) return null;
      etag = answer[0] ?? null;
      shard = { ...shard, etag: answer[1] ?? null };
    }
    return true;
  }
}

/** A finding to write, and its label in the index. */
interface Wanted {
  readonly upsert: Entity;
  readonly label: string;
}

/** Two less than Azure allows, because a transaction contains the index row and a shard. */
const STEPS_PER_TRANSACTION = 98;

/** Another writer of the same shard needs some milliseconds. */
const ATTEMPTS = 20;

const NEVER = new Date(0).toISOString();
