/**
 * Compares the shards of the findings with the rows of the resources. Both change in one transaction. So when a shard still has
 * the version from before the rows were read, the difference is exact, and replacing that version corrects it. When it has
 * another version, the next time decides.
 */

import { type Finding, finding } from '../../domain/decisions/finding.ts';
import { briefOf, countBriefs, type ResourceBrief, textOfLabel } from '../../domain/decisions/finding-briefs.ts';
import type { FindingCounts } from '../../domain/decisions/finding-counts.ts';
import type { WrongCount } from '../../workflows/ports/metrics.ts';
import {
  briefIn,
  FINDING_PARTITION,
  type FindingIndex,
  indexIn,
  indexKeyOf,
  indexOf,
  indexRow,
  isLabelled,
  resourceIn,
} from '../findings/index-rows.ts';
import {
  contentOf,
  countsIn,
  loadShard,
  type ShardContent,
  shardKeyOf,
  shardRow,
  shardStep,
  withBrief,
} from '../findings/shards.ts';
import { parseRow, type Row } from '../table/entity.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { correct, READY_KEY } from './counter-rows.ts';

/** Each is the first character of sixteen shards. */
export const PARTS = [...'0123456789abcdef'];

export interface FindingRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** The keys of resources whose findings an earlier version listed: their shards lack them. */
  readonly unlisted: readonly string[];
}

/** One request for the shards, one for each thousand resources of the part, and one for each shard that is wrong. */
export async function recountFindings(table: Table, part: string): Promise<FindingRecount> {
  const kept = new Map((await table.readAll(prefixFilter(FINDING_PARTITION, `p-${part}`))).map(byRowKey));
  const contents = new Map([...kept].map(([rowKey, row]) => [rowKey, contentOf(row)]));
  const truth = new Map<string, Map<string, ResourceBrief>>();
  const unlisted: string[] = [];
  for await (const rows of table.readPages(prefixFilter(FINDING_PARTITION, `r-${part}`))) {
    for (const row of rows) {
      const resourceKey = String(row.ResourceKey);
      const { rowKey } = shardKeyOf(resourceKey);
      const content = truth.get(rowKey) ?? new Map();
      truth.set(rowKey, content);
      const isUnlisted = !isLabelled(row) && indexIn(row).size > 0;
      if (isUnlisted) unlisted.push(resourceKey);
      // What a shard has of such a resource stays until its findings are read.
      const brief = isUnlisted ? contents.get(rowKey)?.get(resourceKey) : briefOfRow(row);
      if (brief) content.set(resourceKey, brief);
    }
  }
  const wrong: WrongCount[] = [];
  for (const rowKey of new Set([...kept.keys(), ...truth.keys()])) {
    const row = kept.get(rowKey);
    const counted = truth.get(rowKey) ?? new Map();
    const corrected = await correct(table, {
      what: `findings, row ${rowKey}`,
      row: shardRow({ partitionKey: FINDING_PARTITION, rowKey }, counted),
      etag: row?.etag ?? null,
      kept: numbersOf(contents.get(rowKey) ?? NOTHING, countsIn(row?.Counts) ?? {}),
      counted: numbersOf(counted, countBriefs(counted.values())),
    });
    if (typeof corrected === 'object') wrong.push(corrected);
  }
  return { wrong, unlisted };
}

/**
 * Adds resources to their shards whose findings an earlier version listed. Its rows do not say what the findings are, so the
 * findings are read once. When another writer is faster, the next time adds them.
 */
export async function addUnlisted(table: Table, resourceKeys: readonly string[]): Promise<void> {
  const groups = new Map<string, string[]>();
  for (const one of resourceKeys) {
    const { rowKey } = shardKeyOf(one);
    groups.set(rowKey, [...(groups.get(rowKey) ?? []), one]);
  }
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += RESOURCES_PER_TRANSACTION) {
      await addTogether(table, group.slice(start, start + RESOURCES_PER_TRANSACTION));
    }
  }
}

/** Removes the counters of an earlier version, so that it counts again when it is deployed again. */
export async function removeOlderCounters(table: Table): Promise<void> {
  const rows = await table.readAll(prefixFilter(FINDING_PARTITION, 'c-'));
  const keys = rows
    .map(({ partitionKey, rowKey }) => ({ partitionKey, rowKey }))
    // The row that says that they are complete goes first.
    .sort((a, b) => Number(b.rowKey === READY_KEY) - Number(a.rowKey === READY_KEY));
  for (let start = 0; start < keys.length; start += MAX_TRANSACTION_STEPS) {
    await table.transact(keys.slice(start, start + MAX_TRANSACTION_STEPS).map((remove) => ({ remove })));
  }
}

/** Resources of the same shard. */
async function addTogether(table: Table, resourceKeys: readonly string[]): Promise<void> {
  const shard = await loadShard(table, resourceKeys[0] ?? '');
  const found = (await Promise.all(resourceKeys.map((one) => readListed(table, one)))).flatMap((one) => one ?? []);
  if (found.length === 0) return;
  const content = found.reduce<ShardContent>(
    (all, { brief, resourceKey }) => withBrief(all, resourceKey, brief),
    shard.content,
  );
  await table.transact([
    shardStep({ ...shard, content }),
    ...found.map(({ brief, resourceKey, etag }) => ({
      replace: indexRow(brief ?? { id: resourceKey, ...NOT_EVALUATED }, brief === null ? NO_FINDINGS : indexOf(brief)),
      etag,
    })),
  ]);
}

interface Listed {
  readonly resourceKey: string;
  readonly etag: string;
  /** Null when none of its findings is there. */
  readonly brief: ResourceBrief | null;
}

async function readListed(table: Table, resourceKey: string): Promise<Listed | null> {
  const { partitionKey, rowKey } = indexKeyOf(resourceKey);
  const row = await table.get(partitionKey, rowKey);
  if (!row) return null;
  const keys = [...indexIn(row).keys()];
  // Most findings of a resource have the same time, and so the same beginning of their keys.
  const runs = new Set(keys.flatMap((key) => RUN.exec(key)?.[0] ?? []));
  const findings: Finding[] = [];
  for (const run of runs) {
    const listed = await table.readAll(prefixFilter(FINDING_PARTITION, run));
    for (const one of listed) if (keys.includes(one.rowKey)) findings.push(parseRow(finding, table.name, one));
  }
  const brief = briefOf(findings[0]?.resource.id ?? resourceKey, findings, resourceIn(row)?.fullyEvaluatedAt ?? null);
  return { resourceKey, etag: row.etag, brief };
}

/** The row key of a finding up to its rule: its time and the hash of its resource. */
const RUN = /^f-\d{15}-[0-9a-f]{32}-/;

/** With a shard these fit into a transaction, by their number and their size. */
const RESOURCES_PER_TRANSACTION = 40;
const NO_FINDINGS: FindingIndex = new Map();
const NOTHING: ShardContent = new Map();
const NOT_EVALUATED = { evaluatedAt: new Date(0).toISOString(), fullyEvaluatedAt: null };

/** Everything in a shard, and its sums, as numbers that can be compared. */
function numbersOf(
  content: ShardContent,
  counts: Readonly<Record<string, FindingCounts>>,
): Readonly<Record<string, number>> {
  const flat: Record<string, number> = {};
  for (const [subscription, { resources, findings }] of Object.entries(counts)) {
    flat[`${subscription} resources`] = resources;
    for (const [label, count] of Object.entries(findings)) flat[`${subscription} ${label}`] = count;
  }
  for (const { id, evaluatedAt, fullyEvaluatedAt, findings } of content.values()) {
    flat[`${id} evaluated`] = Date.parse(evaluatedAt);
    flat[`${id} fully evaluated`] = fullyEvaluatedAt === null ? 0 : Date.parse(fullyEvaluatedAt);
    for (const { label, since } of findings) flat[`${id} ${textOfLabel(label)}`] = since;
  }
  return flat;
}

function briefOfRow(row: Row): ResourceBrief | null {
  const resource = resourceIn(row);
  return resource && briefIn(resource, indexIn(row));
}

function byRowKey(row: Row): readonly [string, Row] {
  return [row.rowKey, row];
}
