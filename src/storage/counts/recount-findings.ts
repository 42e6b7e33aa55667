/**
 * Recounts the findings of a shard. The row of a resource and its counter change in one transaction. So when a counter still
 * has the version from before the rows were read, the difference is exact, and replacing that version corrects it. When it
 * has another version, the next time decides.
 */

import * as z from 'zod';
import { addFindingCounts, findingLabel } from '../../domain/decisions/finding-counts.ts';
import { SEVERITIES, VERDICTS } from '../../domain/rules/rule.ts';
import type { WrongCount } from '../../workflows/ports/metrics.ts';
import { entityOf, type Row } from '../table/entity.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { correct } from './counter-rows.ts';
import {
  countedOf,
  counterIn,
  counterKeyOf,
  counterPrefix,
  counterStep,
  FINDING_PARTITION,
  type FindingCounter,
  type FindingIndex,
  indexIn,
  indexKeyOf,
  indexRow,
  loadCounter,
  subscriptionOf,
  withChange,
} from './finding-counters.ts';

export interface FindingRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** The keys of resources with findings that are not counted. */
  readonly uncounted: readonly string[];
}

/** One request for the counters, one for each thousand resources of the shard, and one for each counter that is wrong. */
export async function recountFindings(table: Table, shard: string): Promise<FindingRecount> {
  const kept = new Map((await table.readAll(prefixFilter(FINDING_PARTITION, counterPrefix(shard)))).map(byRowKey));
  const truth = new Map<string, FindingCounter>();
  const uncounted: string[] = [];
  for await (const rows of table.readPages(prefixFilter(FINDING_PARTITION, `r-${shard}`))) {
    for (const row of rows) {
      const resourceKey = String(row.ResourceKey);
      const index = indexIn(row);
      const { rowKey } = counterKeyOf(resourceKey);
      truth.set(rowKey, withChange(truth.get(rowKey) ?? {}, subscriptionOf(resourceKey), countedOf(index)));
      if ([...index.values()].includes(null)) uncounted.push(resourceKey);
    }
  }
  const wrong: WrongCount[] = [];
  for (const rowKey of new Set([...kept.keys(), ...truth.keys()])) {
    const row = kept.get(rowKey);
    const counted = truth.get(rowKey) ?? {};
    const corrected = await correct(table, {
      what: `findings, row ${rowKey}`,
      row: entityOf({ partitionKey: FINDING_PARTITION, rowKey }, counted),
      etag: row?.etag ?? null,
      kept: flatten(row ? counterIn(row) : {}),
      counted: flatten(counted),
    });
    if (typeof corrected === 'object') wrong.push(corrected);
  }
  return { wrong, uncounted };
}

/**
 * Counts the findings of resources that an earlier version wrote. Their rows do not say what the findings are, so the
 * findings are read once. When another writer is faster, the next time counts them.
 */
export async function countUncounted(table: Table, resourceKeys: readonly string[]): Promise<void> {
  const groups = new Map<string, string[]>();
  for (const one of resourceKeys) {
    const { rowKey } = counterKeyOf(one);
    groups.set(rowKey, [...(groups.get(rowKey) ?? []), one]);
  }
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += RESOURCES_PER_TRANSACTION) {
      await countTogether(table, group.slice(start, start + RESOURCES_PER_TRANSACTION));
    }
  }
}

/** Resources with the same counter. */
async function countTogether(table: Table, resourceKeys: readonly string[]): Promise<void> {
  const [first = ''] = resourceKeys;
  const key = counterKeyOf(first);
  const counter = await loadCounter(table, key);
  const found = await Promise.all(resourceKeys.map((one) => readLabels(table, one)));
  const known = found.filter((one) => one !== null);
  const sum = known.reduce(
    (counted, { resourceKey, before, after }) =>
      withChange(counted, subscriptionOf(resourceKey), addFindingCounts(countedOf(after), countedOf(before), -1)),
    counter.value,
  );
  if (known.length === 0) return;
  await table.transact([
    counterStep(key, sum, counter.etag),
    ...known.map(({ resourceKey, after, etag }) => ({ replace: indexRow(resourceKey, after), etag })),
  ]);
}

interface Labelled {
  readonly resourceKey: string;
  readonly etag: string;
  readonly before: FindingIndex;
  /** With a label for every finding that there is. */
  readonly after: FindingIndex;
}

async function readLabels(table: Table, resourceKey: string): Promise<Labelled | null> {
  const row = await table.get(FINDING_PARTITION, indexKeyOf(resourceKey));
  if (!row) return null;
  const before = indexIn(row);
  // Most findings of a resource have the same time, and so the same beginning of their keys.
  const runs = new Set([...before].flatMap(([key, label]) => (label === null ? (RUN.exec(key)?.[0] ?? []) : [])));
  const labels = new Map<string, string>();
  for (const run of runs) {
    const { rows } = await table.readColumns(prefixFilter(FINDING_PARTITION, run), LABEL_COLUMNS, 1);
    for (const { rowKey, Rule, Verdict, Severity } of LABELLED.parse(rows)) {
      labels.set(rowKey, findingLabel({ rule: Rule, verdict: Verdict, severity: Severity }));
    }
  }
  const after = [...before].flatMap(([key, label]): [string, string][] => {
    const found = label ?? labels.get(key);
    return found === undefined ? [] : [[key, found]];
  });
  return { resourceKey, etag: row.etag, before, after: new Map(after) };
}

/** The row key of a finding up to its rule: its time and the hash of its resource. */
const RUN = /^f-\d{15}-[0-9a-f]{32}-/;

/** With a counter these fit into a transaction, by their number and their size. */
const RESOURCES_PER_TRANSACTION = 40;
const LABEL_COLUMNS = ['RowKey', 'Rule', 'Verdict', 'Severity'];
const LABELLED = z.array(
  z.looseObject({
    rowKey: z.string(),
    Rule: z.string(),
    Verdict: z.enum(VERDICTS),
    Severity: z.enum(SEVERITIES),
  }),
);

/** The labels of a counter, of all subscriptions together, and the resources. */
function flatten(counter: FindingCounter): Readonly<Record<string, number>> {
  const flat: Record<string, number> = {};
  for (const [subscription, { resources, findings }] of Object.entries(counter)) {
    flat[`${subscription} resources`] = resources;
    for (const [label, count] of Object.entries(findings)) flat[`${subscription} ${label}`] = count;
  }
  return flat;
}

function byRowKey(row: Row): readonly [string, Row] {
  return [row.rowKey, row];
}
