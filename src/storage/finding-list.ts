/**
 * The list of findings, newest first. A row's key holds the time, so it moves when the verdict changes; the row r-<resource>
 * knows the keys of a resource and changes with them in one transaction, so that no crash leaves a stale finding behind.
 */
import { odata } from '@azure/data-tables';
import * as z from 'zod';
import type { Finding } from '../domain/finding.ts';
import { type FindingList, type Page, type PageRequest, StorageUnavailable } from '../workflows/ports.ts';
import { type Entity, entityOf, type Row, valueIn } from './entity.ts';
import { allOf, hashOf, newestFirst } from './keys.ts';
import { comparisonsIn, MOST_COMPARISONS } from './limits.ts';
import { Declined } from './requests.ts';
import { finding } from './shapes.ts';
import { REQUESTS_A_PAGE, type Step, startingWith, type Table } from './table.ts';

export function openFindingList(table: Table): FindingList {
  return {
    async replace(resource, findings) {
      const entities = findings.map((one) => rowOf(resource.key, one));
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await replaceAll(resource.key, entities)) return;
      }
      throw new StorageUnavailable(`could not list the findings of ${resource.id}: other writers were faster`);
    },

    async list({ verdict, resource, rule, rules, severity, decision, openEndedOrBefore }, page) {
      const columns = { Verdict: verdict, Rule: rule, Severity: severity, Action: decision };
      const asked = allOf(startingWith(PARTITION, 'f-'), columns, resource);
      const open = odata`(Until eq '' or EvaluatedAt lt ${openEndedOrBefore ?? ''})`;
      const filter = openEndedOrBefore === undefined ? asked : `${asked} and ${open}`;
      const { items, next } = await (rules ? pageOfRules(filter, rules, page) : table.page(filter, page));
      return { items: items.map((row) => valueIn(finding, table.name, row)), next };
    },

    async resources(scope, after, upTo) {
      const behind = odata`ResourceKey gt ${after}`;
      const range = upTo === null ? behind : `${behind} and ${odata`ResourceKey le ${upTo}`}`;
      const rows = await table.all(`${allOf(startingWith(PARTITION, 'r-'), {}, scope)} and ${range}`);
      return rows.filter((row) => valueIn(KEYS, table.name, row).length > 0).map((row) => String(row.ResourceKey));
    },
  };

  /**
   * The rules stand in the filter where Azure's limit has room for them. More are picked out of what the other filters give:
   * such a page may be short while `next` leads on, and misses nothing. A column would have to be written anew for every row
   * whenever a rule gets another reference.
   */
  async function pageOfRules(filter: string, rules: readonly string[], page: PageRequest): Promise<Page<Row>> {
    if (rules.length === 0) return { items: [], next: null };
    if (comparisonsIn(filter) + rules.length <= MOST_COMPARISONS) {
      return table.page(`${filter} and (${rules.map((rule) => odata`Rule eq ${rule}`).join(' or ')})`, page);
    }
    const items: Row[] = [];
    let next = page.after;
    for (let request = 0; request < REQUESTS_A_PAGE; request++) {
      const part = await table.page(filter, { limit: page.limit - items.length, after: next }, 1);
      items.push(...part.items.filter(({ Rule }) => rules.includes(String(Rule))));
      next = part.next;
      if (next === null || items.length >= page.limit) break;
    }
    return { items, next };
  }

  /** False when somebody else replaced them meanwhile. */
  async function replaceAll(resourceKey: string, entities: readonly Entity[]): Promise<boolean> {
    const indexKey = `r-${hashOf(resourceKey)}`;
    const index = await table.get(PARTITION, indexKey);
    const present = new Set(index ? valueIn(KEYS, table.name, index) : []);
    const wanted = new Set(entities.map(({ rowKey }) => rowKey));
    const steps: Step[] = [
      ...entities.map((put) => ({ put })),
      ...[...present]
        .filter((rowKey) => !wanted.has(rowKey))
        .map((rowKey) => ({ remove: { partitionKey: PARTITION, rowKey } })),
    ];
    let etag = index?.etag ?? null;
    for (let start = 0; start < steps.length; start += STEPS_A_TRANSACTION) {
      const chunk = steps.slice(start, start + STEPS_A_TRANSACTION);
      for (const step of chunk) {
        if ('put' in step) present.add(step.put.rowKey);
        if ('remove' in step) present.delete(step.remove.rowKey);
      }
      const row = entityOf({ partitionKey: PARTITION, rowKey: indexKey }, [...present], { ResourceKey: resourceKey });
      const answer = await table.transact([etag === null ? { insert: row } : { replace: row, etag }, ...chunk]);
      if (answer instanceof Declined) return false;
      etag = answer[0] ?? null;
    }
    return true;
  }
}

const PARTITION = 'finding';
const ATTEMPTS = 5;
/** One less than Azure allows: the index row travels with each. */
const STEPS_A_TRANSACTION = 99;
const KEYS = z.array(z.string());

function rowOf(resourceKey: string, one: Finding): Entity {
  const rowKey = `f-${newestFirst(one.since)}-${hashOf(resourceKey)}-${one.rule}`;
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
