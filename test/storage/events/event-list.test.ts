/** The list of all events: written at receipt, with outcomes that follow, whatever becomes of the process. */
import { expect, test } from 'vitest';
import { MINUTE_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { EventConclusion, EventQuery } from '../../../src/workflows/ports/events.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, event } from '../samples.ts';

const account = useAccount();
const EVALUATED: EventConclusion = { outcome: 'evaluated', auditIds: ['a1'], reasons: [] };
const PAGE = { limit: 50, after: null };

/** So many seconds before now; a test uses seconds of its own. */
const ago = (seconds: number) => timeAfter(ACCOUNT_NOW, -1000 * seconds).toISOString();

async function listed(query: EventQuery, storage = account.open()) {
  const { items } = await storage.events.listLatest(query, PAGE);
  return items.map(({ event: { id }, outcome }) => `${id} ${outcome}`);
}

test('the latest events are listed with their outcome, by scope and outcome, in three requests at most', async () => {
  const storage = account.open();
  const group = app('any', 'listed').id.replace(/\/providers.*/, '');
  await storage.events.store(event('first', app('one', 'listed'), ago(30)));
  await storage.events.store(event('second', app('two', 'listed'), ago(20)));
  await storage.events.store({ ...event('third', null, ago(10)), outcome: 'ignored' });
  account.requests();
  expect(await listed({}, storage)).toEqual(['third ignored', 'second null', 'first null']);
  expect(account.requests().table).toBe(1);
  await storage.events.conclude(app('one', 'listed'), ['first'], EVALUATED);
  account.requests();
  expect(await listed({ resource: group.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') }, storage)).toEqual([
    'second null',
    'first evaluated',
  ]);
  expect(account.requests().table).toBe(2);
  expect(await listed({ outcome: ['evaluated', 'ignored'] })).toEqual(['third ignored', 'first evaluated']);
  expect(await listed({ resource: app('two', 'listed').id, outcome: ['waiting'] })).toEqual(['second null']);
  const [page] = (await storage.events.listLatest({}, { limit: 1, after: null })).items;
  expect(page).toMatchObject({ resource: null, receivedAt: ago(10) });
});

test('receiving an event costs two requests, and its outcome is written with those of others', async () => {
  const work: { readonly milliseconds: number; readonly run: () => void }[] = [];
  const storage = account.openWith({ after: (milliseconds, run) => void work.push({ milliseconds, run }) });
  await storage.events.store(event('prepare', app('cost', 'cost'), ago(101)));
  account.requests();
  for (const n of [1, 2, 3]) await storage.events.store(event(`cost-${n}`, app('cost', 'cost'), ago(100 - n)));
  expect(account.requests().table).toBe(3 * 2);
  const conclude = () => storage.events.conclude(app('cost', 'cost'), ['cost-1', 'cost-2', 'cost-3'], EVALUATED);
  await conclude();
  // They are read, and get their outcome.
  expect(account.requests().table).toBe(2);
  expect(work.map(({ milliseconds }) => milliseconds)).toEqual([15_000]);
  work[0]?.run();
  expect(account.requests().table).toBe(1);
});

test('of events that arrive at once, one that was delivered several times is listed once', async () => {
  const resource = app('burst', 'burst');
  const { events } = account.open();
  const ids = [...Array.from({ length: 12 }, (_, n) => `burst-${n}`), ...Array.from({ length: 12 }, () => 'same')];
  await Promise.all(ids.map((id, n) => events.store(event(id, resource, ago(300 - n)))));
  expect((await listed({ resource: resource.id }, account.open())).sort()).toEqual(
    [...new Set(ids)].map((id) => `${id} null`).sort(),
  );
});

test('an event that is delivered again is listed once, also when a process ended at its first receipt', async () => {
  const resource = app('again', 'again').id;
  const { events } = account.open();
  await events.store(event('twice', app('again', 'again'), ago(200)));
  await events.store(event('twice', app('again', 'again'), ago(190)));
  const halfStored = event('half', app('again', 'again'), ago(180));
  await events.store(halfStored);
  const table = account.table('PlumblineEventIds');
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities()) {
    if (rowKey.includes(hashOf('half'))) await table.deleteEntity(partitionKey, rowKey);
  }
  await events.store({ ...halfStored, receivedAt: ago(170) });
  await events.conclude(app('again', 'again'), ['twice', 'half'], EVALUATED);
  expect(await listed({ resource }, account.open())).toHaveLength(2);
  const { items } = await events.listLatest({ resource }, PAGE);
  expect(items.map(({ receivedAt, outcome }) => [receivedAt, outcome])).toEqual([
    [ago(180), 'evaluated'],
    [ago(200), 'evaluated'],
  ]);
  expect(await events.findById('half')).toMatchObject({ receivedAt: ago(180) });
});

test('guarantee 1: an outcome whose process ended before it was listed is found by housekeeping', async () => {
  const ended = account.open();
  const of = app('ended', 'ended');
  // Events of an earlier version are listed once, with their outcomes.
  await account.open().events.updateLatest(ACCOUNT_NOW);
  await ended.events.store(event('lost', of, ago(300)));
  await ended.events.conclude(of, ['lost'], EVALUATED);
  expect(await listed({ resource: of.id })).toEqual(['lost null']);
  const housekeeping = account.open();
  await housekeeping.events.updateLatest(ACCOUNT_NOW);
  expect(await listed({ resource: of.id })).toEqual(['lost evaluated']);
});

test('events of an earlier version are found by their id, and are listed by housekeeping', async () => {
  const of = app('older', 'older');
  const older = { ...event('older', of, ago(400)), ...EVALUATED };
  const [events, ids] = ['PlumblineEvents', 'PlumblineEventIds'].map((name) =>
    openTable(account.table(name), () => undefined),
  );
  const partitionKey = hashOf(of.key);
  for (const rowKey of [`i-${hashOf('older')}`, `e-000000000000001-${hashOf('older')}`]) {
    await events?.upsert(entityOf({ partitionKey, rowKey }, older));
  }
  await ids?.insert({ partitionKey: hashOf('older'), rowKey: partitionKey });
  await ids?.remove({ partitionKey: 'events', rowKey: 'older' });
  const storage = account.open();
  expect(await storage.events.findById('older')).toEqual(older);
  expect(await listed({ resource: of.id })).toEqual([]);
  await storage.events.updateLatest(ACCOUNT_NOW);
  expect(await listed({ resource: of.id })).toEqual(['older evaluated']);
  account.requests();
  await storage.events.updateLatest(timeAfter(ACCOUNT_NOW, MINUTE_MS));
  // Only those that wait are searched for, and one of each is looked up.
  expect(account.requests().table).toBeLessThanOrEqual(1 + 20);
});
