/**
 * All resources with their findings in brief, in the partition of the findings: p-<shard> has a 256th of all resources. So few
 * requests read what lists filter, sort, count and group, and two writers seldom meet. A row changes in the transaction that
 * changes the findings. Its column `Counts` has the sums by subscription, which are read alone.
 *
 * The rows are compressed, because an answer of the service ends at 4 MiB: a resource with 40 findings takes about 75 bytes
 * when there are many. The row p-ready says that the rows of an earlier version are included.
 */
import * as z from 'zod';
import {
  countBriefs,
  type FindingBrief,
  type FindingLabel,
  labelOfText,
  type ResourceBrief,
  resourceKeyOf,
  textOfLabel,
} from '../../domain/decisions/finding-briefs.ts';
import { type FindingCounts, sumFindingCounts } from '../../domain/decisions/finding-counts.ts';
import { compressJson, decompressJson } from '../table/compressed.ts';
import { type Entity, entityOf, type Key, MAX_STRING_LENGTH, parseDerived, type Row } from '../table/entity.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { FINDING_PARTITION } from './index-rows.ts';

/** By id in lower case. */
export type ShardContent = ReadonlyMap<string, ResourceBrief>;

export interface Shard {
  readonly key: Key;
  readonly content: ShardContent;
  /** Null when there is no row yet. */
  readonly etag: string | null;
}

export const SHARDS_READY: Key = { partitionKey: FINDING_PARTITION, rowKey: 'p-ready' };

/** The key of the row with a resource in brief. Never change it for a table that exists. */
export function shardKeyOf(id: string): Key {
  return { partitionKey: FINDING_PARTITION, rowKey: `p-${resourceKeyOf(id).slice(0, 2)}` };
}

export async function loadShard(table: Table, id: string): Promise<Shard> {
  const key = shardKeyOf(id);
  const row = await table.get(key.partitionKey, key.rowKey);
  return { key, content: row ? contentOf(row) : new Map(), etag: row?.etag ?? null };
}

/** The content after a resource changed; null: it has no findings. */
export function withBrief(content: ShardContent, id: string, brief: ResourceBrief | null): ShardContent {
  const changed = new Map(content);
  if (brief === null) changed.delete(id.toLowerCase());
  else changed.set(id.toLowerCase(), brief);
  return changed;
}

/** The step that saves a shard under the version that was read. */
export function shardStep({ key, content, etag }: Shard): Step {
  return saveStep(shardRow(key, content), etag);
}

export function shardRow(key: Key, content: ShardContent): Entity {
  const counts = compressJson(countBriefs(content.values()));
  // A sum that does not fit is made from the row when it is read.
  return entityOf(key, compressJson(packed(content)), { Counts: counts.length > MAX_STRING_LENGTH ? null : counts });
}

/** Calls `visit` with each resource, a row at a time. Returns whether all resources are there. */
export async function visitShards(table: Table, visit: (brief: ResourceBrief) => void): Promise<boolean> {
  let isReady = false;
  for await (const rows of table.readPages(prefixFilter(FINDING_PARTITION, 'p-'))) {
    for (const row of rows) {
      if (row.rowKey === SHARDS_READY.rowKey) isReady = true;
      else for (const brief of contentOf(row).values()) visit(brief);
    }
  }
  return isReady;
}

/** The counts of all findings, by one request; null when some are not counted yet. */
export async function readFindingCounts(table: Table): Promise<FindingCounts | null> {
  const { rows } = await table.readColumns(prefixFilter(FINDING_PARTITION, 'p-'), ['RowKey', 'Counts'], MAX_REQUESTS);
  const found = COUNTED.parse(rows);
  if (!found.some(({ rowKey }) => rowKey === SHARDS_READY.rowKey)) return null;
  const counts: FindingCounts[] = [];
  for (const { rowKey, Counts } of found) {
    if (rowKey === SHARDS_READY.rowKey) continue;
    const kept = countsIn(Counts) ?? (await countShard(table, rowKey));
    counts.push(...Object.values(kept));
  }
  return sumFindingCounts(counts);
}

/** By subscription, from the column `Counts`; null when it is missing or unreadable. */
export function countsIn(column: unknown): Readonly<Record<string, FindingCounts>> | null {
  return COUNTS.safeParse(decompressJson(column)).data ?? null;
}

/** An unreadable row has no resource: it must not keep anybody from writing findings, and the repair corrects it. */
export function contentOf(row: Row): ShardContent {
  const shard = SHARD.safeParse(decompressJson(parseDerived(z.string(), row))).data;
  if (!shard) return new Map();
  const labels = shard.labels.map(labelOfText);
  return new Map(
    shard.resources.map(([id, evaluated, fully, findings]) => [
      id.toLowerCase(),
      {
        id,
        evaluatedAt: timeOf(evaluated),
        fullyEvaluatedAt: fully === null ? null : timeOf(fully),
        findings: unpackFindings(findings, labels),
      },
    ]),
  );
}

async function countShard(table: Table, rowKey: string): Promise<Readonly<Record<string, FindingCounts>>> {
  const row = await table.get(FINDING_PARTITION, rowKey);
  return row ? countBriefs(contentOf(row).values()) : {};
}

/** Each label once; of each resource its id, its two times, and its findings as text, the smallest form to parse. */
function packed(content: ShardContent): z.infer<typeof SHARD> {
  const labels = new Map<string, number>();
  const numberOf = (label: FindingLabel) => {
    const text = textOfLabel(label);
    const number = labels.get(text) ?? labels.size;
    labels.set(text, number);
    return number;
  };
  const resources = [...content.values()]
    // In the order of ids, similar ones are next to each other.
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, evaluatedAt, fullyEvaluatedAt, findings }): z.infer<typeof RESOURCE> => {
      const fully = fullyEvaluatedAt === null ? null : Date.parse(fullyEvaluatedAt);
      return [id, Date.parse(evaluatedAt), fully, packFindings(findings, numberOf)];
    });
  return { labels: [...labels.keys()], resources };
}

/** By time: `<milliseconds>:<label>,<label>;<milliseconds>:<label>`. */
function packFindings(findings: readonly FindingBrief[], numberOf: (label: FindingLabel) => number): string {
  const byTime = new Map<number, number[]>();
  for (const { label, since } of findings) {
    const numbers = byTime.get(since) ?? [];
    numbers.push(numberOf(label));
    byTime.set(since, numbers);
  }
  return [...byTime].map(([since, numbers]) => `${since}:${numbers.join(',')}`).join(';');
}

function unpackFindings(text: string, labels: readonly (FindingLabel | null)[]): FindingBrief[] {
  const findings: FindingBrief[] = [];
  for (const group of text.split(';')) {
    const [at = '', numbers = ''] = group.split(':');
    const since = Number(at);
    for (const number of numbers.split(',')) {
      const label = labels[Number(number)];
      if (label && isTime(since)) findings.push({ label, since });
    }
  }
  return findings;
}

function timeOf(milliseconds: number): string {
  return new Date(isTime(milliseconds) ? milliseconds : 0).toISOString();
}

function isTime(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= LAST_TIME;
}

/** The last time that a date can have, in milliseconds. */
const LAST_TIME = 8.64e15;
/** Of the sums of all shards: far more than there can be. */
const MAX_REQUESTS = 100;

const RESOURCE = z.tuple([z.string(), z.number(), z.number().nullable(), z.string()]);
const SHARD = z.strictObject({ labels: z.array(z.string()), resources: z.array(RESOURCE) });
const COUNTS = z.record(z.string(), z.strictObject({ resources: z.int(), findings: z.record(z.string(), z.int()) }));
const COUNTED = z.array(z.looseObject({ rowKey: z.string(), Counts: z.unknown().optional() }));
