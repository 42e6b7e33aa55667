/**
 * The counts of findings, in the partition of the findings: c-<shard>-<group> counts, by subscription, the findings of a
 * sixteenth of all resources in a sixteenth of all subscriptions. So there are at most 256 rows, which one request reads,
 * and two writers seldom meet. A row changes in the transaction that changes the findings.
 *
 * The row r-<resource> of a resource says under which labels its findings are counted. A counter is the sum of these rows.
 * A finding without a label is not counted yet: an earlier version wrote it.
 */

import * as z from 'zod';
import {
  addFindingCounts,
  countLabels,
  type FindingCounts,
  isNothing,
  NO_FINDINGS,
  sumFindingCounts,
} from '../../domain/decisions/finding-counts.ts';
import { type Entity, entityOf, type Key, parseDerived, parseRow, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { READY_KEY } from './counter-rows.ts';

export const FINDING_PARTITION = 'finding';

/** Never change it for a table that exists. */
export const SHARDS = [...'0123456789abcdef'];

/** The labels of the findings of a resource by their row keys, in order; null for one that is not counted yet. */
export type FindingIndex = ReadonlyMap<string, string | null>;

/** By subscription. */
export type FindingCounter = Readonly<Record<string, FindingCounts>>;

export interface CounterRow {
  readonly value: FindingCounter;
  /** Null when there is no row yet. */
  readonly etag: string | null;
}

/** The key of the row with the findings of a resource; its first character is the shard. */
export function indexKeyOf(resourceKey: string): string {
  return `r-${hashOf(resourceKey)}`;
}

export function indexRow(resourceKey: string, index: FindingIndex): Entity {
  const key = { partitionKey: FINDING_PARTITION, rowKey: indexKeyOf(resourceKey) };
  return entityOf(key, [...index.keys()], { ResourceKey: resourceKey, Counted: JSON.stringify([...index.values()]) });
}

export function parseIndex(table: Table, row: Row): FindingIndex {
  return labelled(parseRow(KEYS, table.name, row), row);
}

/** The same for a recount: a row that is unreadable lists no finding. */
export function indexIn(row: Row): FindingIndex {
  return labelled(parseDerived(KEYS, row) ?? [], row);
}

function labelled(keys: readonly string[], { Counted }: Row): FindingIndex {
  const labels = labelsOf(Counted);
  return new Map(keys.map((key, at) => [key, labels[at] ?? null]));
}

/** The labels in the column `Counted`; none when it is missing or unreadable. */
function labelsOf(column: unknown): readonly (string | null)[] {
  try {
    return LABELS.parse(JSON.parse(typeof column === 'string' ? column : '[]'));
  } catch {
    return [];
  }
}

/** What the counter contains of a resource. */
export function countedOf(index: FindingIndex): FindingCounts {
  return countLabels([...index.values()].filter((label) => label !== null));
}

export function subscriptionOf(resourceKey: string): string {
  return resourceKey.split('/')[2] ?? '';
}

/** The key of the row that counts the findings of a resource. */
export function counterKeyOf(resourceKey: string): Key {
  const shard = hashOf(resourceKey).slice(0, 1);
  const group = hashOf(subscriptionOf(resourceKey)).slice(0, 1);
  return { partitionKey: FINDING_PARTITION, rowKey: `${counterPrefix(shard)}${group}` };
}

export function counterPrefix(shard: string): string {
  return `c-${shard}-`;
}

export async function loadCounter(table: Table, { partitionKey, rowKey }: Key): Promise<CounterRow> {
  const row = await table.get(partitionKey, rowKey);
  return row ? { value: counterIn(row), etag: row.etag } : { value: {}, etag: null };
}

/** An unreadable counter counts as empty: it must not keep anybody from writing findings, and the repair corrects it. */
export function counterIn(row: Row): FindingCounter {
  return parseDerived(COUNTER, row) ?? {};
}

/** A counter after the findings of a subscription have changed. */
export function withChange(counter: FindingCounter, subscription: string, change: FindingCounts): FindingCounter {
  const { [subscription]: before = NO_FINDINGS, ...others } = counter;
  const after = addFindingCounts(before, change);
  return isNothing(after) ? others : { ...others, [subscription]: after };
}

/** The step that saves a counter under the version that was read. */
export function counterStep(key: Key, value: FindingCounter, etag: string | null): Step {
  const row = entityOf(key, value);
  return saveStep(row, etag);
}

/** The counts of all findings, by one request; null when some are not counted yet. */
export async function readFindingCounts(table: Table): Promise<FindingCounts | null> {
  const rows = await table.readAll(prefixFilter(FINDING_PARTITION, 'c-'));
  if (!rows.some(({ rowKey }) => rowKey === READY_KEY)) return null;
  return sumFindingCounts(
    rows.filter(({ rowKey }) => rowKey !== READY_KEY).flatMap((row) => Object.values(counterIn(row))),
  );
}

const KEYS = z.array(z.string());
const LABELS = z.array(z.string().nullable());
const COUNTER = z.record(z.string(), z.strictObject({ resources: z.int(), findings: z.record(z.string(), z.int()) }));
