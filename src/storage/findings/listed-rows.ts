/** The rows of findings, f-<time>-<resource>-<rule>: newest first, with columns for the filters of the list. */
import { odata } from '@azure/data-tables';
import { type Finding, finding, isHeldByRollout } from '../../domain/decisions/finding.ts';
import type { FindingPlace, FindingQuery } from '../../workflows/ports/findings.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, parseRow, type Row } from '../table/entity.ts';
import { anyOf, scopesFilter } from '../table/keys.ts';
import { countComparisons, MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { prefixFilter, REQUESTS_PER_PAGE, rangeFilter, type Table } from '../table/table.ts';
import { FINDING_PARTITION, findingKeyOf } from './index-rows.ts';

export function findingRow(one: Finding): Entity {
  const rowKey = findingKeyOf(one.resource.id, one.rule, new Date(one.since));
  return entityOf({ partitionKey: FINDING_PARTITION, rowKey }, one, {
    Verdict: one.verdict,
    ResourceKey: one.resource.id.toLowerCase(),
    Rule: one.rule,
    Severity: one.severity,
    Action: one.decision?.action ?? null,
    // Housekeeping looks again at holds without an end, but for those that end with the stage of a roll-out.
    Until: one.decision?.until ?? (isHeldByRollout(one) ? 'rollout' : ''),
    EvaluatedAt: one.evaluatedAt,
  });
}

/**
 * A page of the list. Filters are part of the query as far as Azure's limit on comparisons allows. Values that do not fit are
 * selected from the rows that match the others: such a page may be short although `next` is there, and misses nothing.
 */
export async function pageOfFindings(table: Table, query: FindingQuery, page: PageRequest): Promise<Page<Finding>> {
  const { openEndedOrBefore, resource } = query;
  const columns = [
    ['Verdict', query.verdict],
    ['Severity', query.severity],
    ['Action', query.decision],
    ['Rule', query.rule],
    ['Rule', query.rules],
  ] as const;
  let filter = prefixFilter(FINDING_PARTITION, 'f-');
  if (openEndedOrBefore !== undefined) filter += odata` and (Until eq '' or EvaluatedAt lt ${openEndedOrBefore})`;
  const left: ((row: Row) => boolean)[] = [];
  const add = (part: string, holds: (row: Row) => boolean) => {
    if (countComparisons(filter) + countComparisons(` ${part}`) > MAX_FILTER_COMPARISONS) left.push(holds);
    else filter += ` and ${part}`;
  };
  if (resource !== undefined) {
    const scopes = listed(resource);
    add(scopesFilter(scopes), ({ ResourceKey }) => scopes.some((scope) => isBelow(String(ResourceKey), scope)));
  }
  for (const [name, asked] of columns) {
    if (asked === undefined) continue;
    const values = listed(asked);
    if (values.length === 0) return { items: [], next: null };
    add(anyOf(name, values), (row) => values.some((value) => value === row[name]));
  }
  const { items, next } = await readMatching(table, filter, page, (row) => left.every((holds) => holds(row)));
  return { items: items.map((row) => parseRow(finding, table.name, row)), next };
}

async function readMatching(
  table: Table,
  filter: string,
  page: PageRequest,
  holds: (row: Row) => boolean,
): Promise<Page<Row>> {
  const items: Row[] = [];
  let next = page.after;
  for (let request = 0; request < REQUESTS_PER_PAGE; request++) {
    const part = await table.readPage(filter, { limit: page.limit - items.length, after: next }, 1);
    items.push(...part.items.filter(holds));
    next = part.next;
    if (next === null || items.length >= page.limit) break;
  }
  return { items, next };
}

/**
 * The findings at these places, in this order, by at most two requests: all, or the first ones. Those that are not there any
 * more are left out. `read` is how many of the places are done, at least one.
 */
export async function readFindingsAt(
  table: Table,
  places: readonly FindingPlace[],
): Promise<{ readonly findings: readonly Finding[]; readonly read: number }> {
  const keys = places.map(({ id, rule, since }) => findingKeyOf(id, rule, new Date(since)));
  if (keys.length === 0) return { findings: [], read: 0 };
  const sorted = [...keys].sort();
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  const range = `${rangeFilter(FINDING_PARTITION, first, last)}${narrowed(places)}`.replace(
    odata`RowKey lt ${last}`,
    odata`RowKey le ${last}`,
  );
  const { items, next } = await table.readPage(range, { limit: MAX_ROWS, after: null }, 1);
  const found = new Map(items.map((row) => [row.rowKey, row]));
  /** Everything up to this key was read. */
  const reached = next === null ? last : (items.at(-1)?.rowKey ?? '');
  const open = keys.findIndex((key) => key > reached);
  const read = open === -1 ? keys.length : Math.max(1, open);
  const head = keys[0] ?? '';
  if (open === 0) {
    const row = await table.get(FINDING_PARTITION, head);
    if (row) found.set(head, row);
  }
  return {
    findings: keys.slice(0, read).flatMap((key) => {
      const row = found.get(key);
      return row ? [parseRow(finding, table.name, row)] : [];
    }),
    read,
  };
}

/** Conditions that all of these places meet, as many as fit: those with the fewest values first. */
function narrowed(places: readonly FindingPlace[]): string {
  const columns = {
    ResourceKey: places.map(({ id }) => id.toLowerCase()),
    Rule: places.map(({ rule }) => rule),
    Verdict: places.map(({ verdict }) => verdict),
    Severity: places.map(({ severity }) => severity),
  };
  let free = MAX_FILTER_COMPARISONS - RANGE_COMPARISONS;
  return Object.entries(columns)
    .map(([name, values]) => ({ name, values: [...new Set<string>(values)] }))
    .sort((a, b) => a.values.length - b.values.length)
    .map(({ name, values }) => {
      if (values.length > free) return '';
      free -= values.length;
      return ` and ${anyOf(name, values)}`;
    })
    .join('');
}

function listed(asked: string | readonly string[]): readonly string[] {
  return typeof asked === 'string' ? [asked] : asked;
}

function isBelow(resourceKey: string, scope: string): boolean {
  const path = scope.toLowerCase().replace(/\/$/, '');
  return resourceKey === path || resourceKey.startsWith(`${path}/`);
}

const MAX_ROWS = 1000;
/** The partition and the two ends. */
const RANGE_COMPARISONS = 3;
