/**
 * The list of findings, newest first. A row's key contains the time, so it changes with the verdict. The row r-<resource> holds
 * the keys of a resource's findings and changes with them in one transaction, so that no crash leaves a stale finding. The
 * same transaction changes their counter, see counts/finding-counters.ts.
 */

import { odata } from '@azure/data-tables';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import { addFindingCounts, findingLabel, isNothing } from '../../domain/decisions/finding-counts.ts';
import type { Findings } from '../../workflows/ports/findings.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import {
  type CounterRow,
  countedOf,
  counterKeyOf,
  counterStep,
  FINDING_PARTITION,
  type FindingCounter,
  indexKeyOf,
  indexRow,
  loadCounter,
  parseIndex,
  subscriptionOf,
  withChange,
} from '../counts/finding-counters.ts';
import { type Entity, entityOf, type Key, parseRow, type Row } from '../table/entity.ts';
import { combineFilters, descendingTime, hashOf } from '../table/keys.ts';
import { countComparisons, MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, REQUESTS_PER_PAGE, type Table } from '../table/table.ts';
import { repeatUntilWritten, saveStep } from '../table/versioned-row.ts';

/** `pause` waits before attempt 1, 2, ... is repeated, long enough for another writer to finish. */
export function openFindings(table: Table, pause: (attempt: number) => Promise<void>): Findings {
  return {
    async replace(resource, findings) {
      const wanted = findings.map((one) => ({ upsert: rowOf(resource.key, one), label: findingLabel(one) }));
      const replace = () => replaceRows(resource.key, wanted);
      await repeatUntilWritten(`list the findings of ${resource.id}`, replace, { attempts: ATTEMPTS, pause });
    },

    async list({ verdict, resource, rule, rules, severity, decision, openEndedOrBefore }, page) {
      const columns = { Verdict: verdict, Rule: rule, Severity: severity, Action: decision };
      const asked = combineFilters(prefixFilter(FINDING_PARTITION, 'f-'), columns, resource);
      const open = odata`(Until eq '' or EvaluatedAt lt ${openEndedOrBefore ?? ''})`;
      const filter = openEndedOrBefore === undefined ? asked : `${asked} and ${open}`;
      const { items, next } = await (rules ? pageOfRules(filter, rules, page) : table.readPage(filter, page));
      return { items: items.map((row) => parseRow(finding, table.name, row)), next };
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

  /**
   * The rules are part of the filter as far as Azure's limit on comparisons allows. More rules are selected from the rows
   * that match the other filters: such a page may be short although `next` is there, and misses nothing. A column would have
   * to be updated in every row whenever a rule gets another reference.
   */
  async function pageOfRules(filter: string, rules: readonly string[], page: PageRequest): Promise<Page<Row>> {
    if (rules.length === 0) return { items: [], next: null };
    if (countComparisons(filter) + rules.length <= MAX_FILTER_COMPARISONS) {
      return table.readPage(`${filter} and (${rules.map((rule) => odata`Rule eq ${rule}`).join(' or ')})`, page);
    }
    const items: Row[] = [];
    let next = page.after;
    for (let request = 0; request < REQUESTS_PER_PAGE; request++) {
      const part = await table.readPage(filter, { limit: page.limit - items.length, after: next }, 1);
      items.push(...part.items.filter(({ Rule }) => rules.includes(String(Rule))));
      next = part.next;
      if (next === null || items.length >= page.limit) break;
    }
    return { items, next };
  }

  /** Null when another writer replaced them, or wrote the same counter, meanwhile. */
  async function replaceRows(resourceKey: string, wanted: readonly Wanted[]): Promise<true | null> {
    const row = await table.get(FINDING_PARTITION, indexKeyOf(resourceKey));
    const index = new Map(row ? parseIndex(table, row) : []);
    const keys = new Set(wanted.map(({ upsert }) => upsert.rowKey));
    const steps: (Wanted | { readonly remove: Key })[] = [
      ...wanted,
      ...[...index.keys()]
        .filter((rowKey) => !keys.has(rowKey))
        .map((rowKey) => ({ remove: { partitionKey: FINDING_PARTITION, rowKey } })),
    ];
    const counterKey = counterKeyOf(resourceKey);
    let counter: CounterRow | null = null;
    let etag = row?.etag ?? null;
    for (let start = 0; start < steps.length; start += STEPS_PER_TRANSACTION) {
      const chunk = steps.slice(start, start + STEPS_PER_TRANSACTION);
      const before = countedOf(index);
      for (const step of chunk) {
        if ('upsert' in step) index.set(step.upsert.rowKey, step.label);
        else index.delete(step.remove.rowKey);
      }
      // Each transaction counts its own steps, so the counts are right after a crash between two of them.
      const change = addFindingCounts(countedOf(index), before, -1);
      let counted: FindingCounter | null = null;
      if (!isNothing(change)) {
        counter ??= await loadCounter(table, counterKey);
        counted = withChange(counter.value, subscriptionOf(resourceKey), change);
      }
      const saved = indexRow(resourceKey, index);
      const answer = await table.transact([
        saveStep(saved, etag),
        ...(counted === null ? [] : [counterStep(counterKey, counted, counter?.etag ?? null)]),
        ...chunk.map((step) => ('upsert' in step ? { upsert: step.upsert } : step)),
      ]);
      if (answer instanceof Rejected) return null;
      etag = answer[0] ?? null;
      if (counted !== null) counter = { value: counted, etag: answer[1] ?? null };
    }
    return true;
  }
}

/** A finding to write, and the label that it is counted under. */
interface Wanted {
  readonly upsert: Entity;
  readonly label: string;
}

/** Two less than Azure allows, because a transaction contains the index row and a counter. */
const STEPS_PER_TRANSACTION = 98;

/** Another writer of the same counter needs some milliseconds. */
const ATTEMPTS = 20;

function rowOf(resourceKey: string, one: Finding): Entity {
  const rowKey = `f-${descendingTime(one.since)}-${hashOf(resourceKey)}-${one.rule}`;
  return entityOf({ partitionKey: FINDING_PARTITION, rowKey }, one, {
    Verdict: one.verdict,
    ResourceKey: resourceKey,
    Rule: one.rule,
    Severity: one.severity,
    Action: one.decision?.action ?? null,
    Until: one.decision?.until ?? '',
    EvaluatedAt: one.evaluatedAt,
  });
}
