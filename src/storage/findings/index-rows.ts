/**
 * The row r-<resource>: the keys of the rows of its findings, and the findings in brief. It changes in the transaction that
 * changes them. The shard of the resource (shards.ts) is built from these rows.
 */
import * as z from 'zod';
import {
  type FindingBrief,
  labelOfText,
  type ResourceBrief,
  resourceKeyOf,
  textOfLabel,
} from '../../domain/decisions/finding-briefs.ts';
import { time } from '../../domain/resources/schema.ts';
import { type Entity, entityOf, type Key, parseDerived, parseRow, type Row } from '../table/entity.ts';
import { descendingTime, timeOfDescending } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

export const FINDING_PARTITION = 'finding';

/** The labels of the findings of a resource by their row keys, in order; null for one that an earlier version wrote. */
export type FindingIndex = ReadonlyMap<string, string | null>;

/** A resource, and when it was evaluated. */
export type IndexedResource = Pick<ResourceBrief, 'id' | 'evaluatedAt' | 'fullyEvaluatedAt'>;

/** The key of the row with the findings of a resource; its first two characters behind `r-` are the shard. */
export function indexKeyOf(resourceKey: string): Key {
  return { partitionKey: FINDING_PARTITION, rowKey: `r-${resourceKeyOf(resourceKey)}` };
}

/** The key of the row of a finding: newest first. */
export function findingKeyOf(id: string, rule: string, since: Date): string {
  return `f-${descendingTime(since)}-${resourceKeyOf(id)}-${rule}`;
}

export function indexRow(resource: IndexedResource, index: FindingIndex): Entity {
  return entityOf(indexKeyOf(resource.id), [...index.keys()], {
    ResourceKey: resource.id.toLowerCase(),
    ResourceId: resource.id,
    EvaluatedAt: resource.evaluatedAt,
    FullyEvaluatedAt: resource.fullyEvaluatedAt ?? '',
    Labels: JSON.stringify([...index.values()]),
  });
}

export function parseIndex(table: Table, row: Row): FindingIndex {
  return labelled(parseRow(KEYS, table.name, row), row);
}

/** The same for a recount: a row that is unreadable lists no finding. */
export function indexIn(row: Row): FindingIndex {
  return labelled(parseDerived(KEYS, row) ?? [], row);
}

/** What the shard contains of a resource: the findings that have a label. Null when there are none. */
export function briefIn(resource: IndexedResource, index: FindingIndex): ResourceBrief | null {
  const findings = [...index].flatMap(([rowKey, text]): FindingBrief[] => {
    const label = text === null || !FINDING_KEY.test(rowKey) ? null : labelOfText(text);
    return label === null ? [] : [{ label, since: sinceIn(rowKey) }];
  });
  return findings.length === 0 ? null : { ...resource, findings };
}

/** The resource of a row; null when an earlier version wrote it. */
export function resourceIn(row: Row): IndexedResource | null {
  const columns = RESOURCE.safeParse(row).data;
  if (!columns) return null;
  const { ResourceId, EvaluatedAt, FullyEvaluatedAt } = columns;
  return { id: ResourceId, evaluatedAt: EvaluatedAt, fullyEvaluatedAt: FullyEvaluatedAt || null };
}

/** The keys of the rows of these findings, with their labels. */
export function indexOf({ id, findings }: ResourceBrief): FindingIndex {
  return new Map(
    findings.map(({ label, since }) => [findingKeyOf(id, label.rule, new Date(since)), textOfLabel(label)]),
  );
}

/** Whether the shard can have everything that the row lists. */
export function isLabelled(row: Row): boolean {
  return resourceIn(row) !== null && ![...indexIn(row).values()].includes(null);
}

function sinceIn(rowKey: string): number {
  return timeOfDescending(rowKey.slice(2, 17));
}

function labelled(keys: readonly string[], { Labels }: Row): FindingIndex {
  const labels = labelsOf(Labels);
  return new Map(keys.map((key, at) => [key, labels[at] ?? null]));
}

/** The labels in the column `Labels`; none when it is missing or unreadable. */
function labelsOf(column: unknown): readonly (string | null)[] {
  try {
    return LABELS.parse(JSON.parse(typeof column === 'string' ? column : '[]'));
  } catch {
    return [];
  }
}

const FINDING_KEY = /^f-\d{15}-[0-9a-f]{32}-/;
const RESOURCE = z.object({ ResourceId: z.string(), EvaluatedAt: time, FullyEvaluatedAt: time.or(z.literal('')) });
const KEYS = z.array(z.string());
const LABELS = z.array(z.string().nullable());
