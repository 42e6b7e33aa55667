/**
 * The list of findings, newest first. A row's key contains the time, so it changes with the verdict. The row r-<resource> holds
 * the keys of a resource's findings and changes with them in one transaction, so that no crash leaves a stale finding.
 */

import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import type { Findings } from '../../workflows/ports/findings.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, parseRow, type Row } from '../table/entity.ts';
import { combineFilters, descendingTime, hashOf } from '../table/keys.ts';
import { countComparisons, MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, REQUESTS_PER_PAGE, type Step, type Table } from '../table/table.ts';
import { repeatUntilWritten } from '../table/versioned-row.ts';

export function openFindings(table: Table): Findings {
  return {
    async replace(resource, findings) {
      const entities = findings.map((one) => rowOf(resource.key, one));
      await repeatUntilWritten(`list the findings of ${resource.id}`, () => replaceRows(resource.key, entities));
    },

    async list({ verdict, resource, rule, rules, severity, decision, openEndedOrBefore }, page) {
      const columns = { Verdict: verdict, Rule: rule, Severity: severity, Action: decision };
      const asked = combineFilters(prefixFilter(PARTITION, 'f-'), columns, resource);
      const open = odata`(Until eq '' or EvaluatedAt lt ${openEndedOrBefore ?? ''})`;
      const filter = openEndedOrBefore === undefined ? asked : `${asked} and ${open}`;
      const { items, next } = await (rules ? pageOfRules(filter, rules, page) : table.readPage(filter, page));
      return { items: items.map((row) => parseRow(finding, table.name, row)), next };
    },

    async listResources(scope, after, upTo) {
      const behind = odata`ResourceKey gt ${after}`;
      const range = upTo === null ? behind : `${behind} and ${odata`ResourceKey le ${upTo}`}`;
      const rows = await table.readAll(`${combineFilters(prefixFilter(PARTITION, 'r-'), {}, scope)} and ${range}`);
      return rows.filter((row) => parseRow(KEYS, table.name, row).length > 0).map((row) => String(row.ResourceKey));
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

  /** Null when another writer replaced them meanwhile. */
  async function replaceRows(resourceKey: string, entities: readonly Entity[]): Promise<true | null> {
    const indexKey = `r-${hashOf(resourceKey)}`;
    const index = await table.get(PARTITION, indexKey);
    const present = new Set(index ? parseRow(KEYS, table.name, index) : []);
    const wanted = new Set(entities.map(({ rowKey }) => rowKey));
    const steps: Step[] = [
      ...entities.map((upsert) => ({ upsert })),
      ...[...present]
        .filter((rowKey) => !wanted.has(rowKey))
        .map((rowKey) => ({ remove: { partitionKey: PARTITION, rowKey } })),
    ];
    let etag = index?.etag ?? null;
    for (let start = 0; start < steps.length; start += STEPS_PER_TRANSACTION) {
      const chunk = steps.slice(start, start + STEPS_PER_TRANSACTION);
      for (const step of chunk) {
        if ('upsert' in step) present.add(step.upsert.rowKey);
        if ('remove' in step) present.delete(step.remove.rowKey);
      }
      const row = entityOf({ partitionKey: PARTITION, rowKey: indexKey }, [...present], { ResourceKey: resourceKey });
      const answer = await table.transact([etag === null ? { insert: row } : { replace: row, etag }, ...chunk]);
      if (answer instanceof Rejected) return null;
      etag = answer[0] ?? null;
    }
    return true;
  }
}

const PARTITION = 'finding';

/** One less than Azure allows, because each transaction contains the index row. */
const STEPS_PER_TRANSACTION = 99;
const KEYS = z.array(z.string());

function rowOf(resourceKey: string, one: Finding): Entity {
  const rowKey = `f-${descendingTime(one.since)}-${hashOf(resourceKey)}-${one.rule}`;
  return entityOf({ partitionKey: PARTITION, rowKey }, one, {
    Verdict: one.verdict,
    ResourceKey: resourceKey,
    Rule: one.rule,
    Severity: one.severity,
    Action: one.decision?.action ?? null,
    Until: one.decision?.until ?? '',
    EvaluatedAt: one.evaluatedAt,
  });
}
