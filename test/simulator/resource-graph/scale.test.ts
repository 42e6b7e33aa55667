// An estate of 100,000 apps: counted is what is made, so that a page costs its own rows and no others.
import { beforeAll, describe, expect, test } from 'vitest';
import { createGeneratedEstates, type GeneratedSummary } from '../../../simulator/generated-estate/generated-block.ts';
import { isObject } from '../../../simulator/json/json.ts';
import { graphOf, type TestGraph } from './graph.ts';

const APPS = 100_000;
const TYPES =
  "'microsoft.web/sites', 'microsoft.web/sites/slots', 'microsoft.app/containerapps', 'microsoft.app/managedenvironments', 'microsoft.web/serverfarms'";

let one: TestGraph;
let summary: GeneratedSummary;
let templates: () => number;
beforeAll(() => {
  one = graphOf([], {}, { objectId: 'me', mayRead: () => false, readsAll: () => true });
  const estates = createGeneratedEstates(one.estate);
  summary = estates.generate({ apps: APPS, subscriptions: 4 });
  templates = estates.templates;
});

function counted<T>(ask: () => T): { made: number; answer: T } {
  const before = one.graph.counts().rows;
  const answer = ask();
  return { made: one.graph.counts().rows - before, answer };
}

describe('a listing', () => {
  test('in partitions has each resource once, and makes the rows of the partition, in the order of keys', () => {
    const parts = 120;
    const query = (part: number) =>
      `resources | where type in~ (${TYPES}) | where hash(tolower(id)) % ${parts} == ${part}`;
    const { made, answer: sizes } = counted(() =>
      Array.from({ length: parts }, (_, part) => Number(one.ask(`${query(part)} | count`).at('data.0.Count'))),
    );
    expect([sizes.reduce((sum, size) => sum + size, 0), made]).toEqual([summary.resources, 0]);
    expect(Math.max(...sizes)).toBeLessThan(1000);

    const keys = new Set<unknown>();
    for (const part of [0, 1, 119]) {
      const listing = `${query(part)} | project key = tolower(id), id, type, on = properties.httpsOnly | order by key asc`;
      const page = counted(() => one.rows(listing));
      const found = page.answer.map(({ key }) => String(key));
      expect([page.made, found.length]).toEqual([sizes[part], sizes[part]]);
      expect(found).toEqual([...found].sort());
      for (const key of found) keys.add(key);
    }
    expect(keys.size).toBe((sizes[0] ?? 0) + (sizes[1] ?? 0) + (sizes[119] ?? 0));
    expect(templates()).toBeLessThan(200);
  });

  test('page by page makes the rows of the page, wherever it is', () => {
    const query = `resources | where type in~ (${TYPES}) | project id, key = tolower(id) | order by key asc`;
    for (const $skip of [0, 50_000, 101_000]) {
      const { made, answer } = counted(() => one.ask(query, { $top: 200, $skip }));
      expect([made, answer.at('count'), answer.at('totalRecords')]).toEqual([200, 200, summary.resources]);
    }
  });

  test('of the configuration makes the rows of its partition', () => {
    const query = `appserviceresources | where hash(tolower(id)) % 100 == 7 | project key = tolower(id), properties.MinTlsVersion`;
    const { made, answer } = counted(() => one.ask(query));
    expect(made).toBe(answer.at('count'));
    expect(Math.abs(made - 700)).toBeLessThan(150);
    expect(counted(() => one.ask('appserviceresources | count')).made).toBe(0);
  });

  test('finds what a condition is about, and what is in no index it has to look at', () => {
    const plain = "resources | where type =~ 'microsoft.web/sites' and properties.httpsOnly == false";
    const subscriptions = [summary.subscriptions[0]];
    const { made, answer } = counted(() => one.ask(`${plain} | count`, {}, { subscriptions }));
    expect(made).toBe(15_000);
    const [row] = [answer.at('data.0')].filter(isObject);
    expect(Number(row?.Count)).toBeGreaterThan(50);
  });
});

test('an app that is changed, added or removed moves in the partitions that were asked for', () => {
  const query = `resources | where type =~ 'microsoft.web/sites' | where hash(tolower(id)) % 120 == 3 | project id, on = properties.httpsOnly | order by tolower(id) asc`;
  const before = one.rows(query);
  const [first, second] = before.map(({ id }) => String(id));
  const documents = one.estate.find(first ?? '')?.documents;
  documents?.set('resource', { properties: { httpsOnly: 'changed' } });
  one.estate.remove(second ?? '');
  const { made, answer } = counted(() => one.rows(query));
  expect([answer[0]?.on, answer.length, made]).toEqual(['changed', before.length - 1, before.length - 1]);
  expect(answer.map(({ id }) => id)).not.toContain(second);
});

test('keeps nothing of what was only read', () => {
  const kept = one.estate.stored().length;
  let read = 0;
  for (const { id } of one.estate.names()) {
    if (read++ % 20 === 0) one.estate.find(id)?.documents.get('resource');
  }
  expect(one.estate.stored()).toHaveLength(kept);
});
