/** Lists that are searched: the fakes and the real stores answer as a plain model does, page by page. */

import { describe, expect, it } from 'vitest';
import {
  type EndedExemption,
  type Exemption,
  type ExemptionFilter,
  endOf,
  matchesFilter,
} from '../../../src/domain/approvals/exemption.ts';
import { TABLES } from '../../../src/storage/names.ts';
import type { DeadLetterQuery } from '../../../src/workflows/ports/dead-letters.ts';
import type { StoragePorts } from '../../../src/workflows/ports/deps.ts';
import { EXEMPTION_SORTS, type ExemptionSearch, type FoundPage } from '../../../src/workflows/ports/settings.ts';
import type { PageRequest } from '../../../src/workflows/ports/storage.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { useAccount } from '../azurite.ts';
import { app, SUBSCRIPTION, time } from '../samples.ts';

const account = useAccount();
const NOW = new Date(time(0));
const GROUP = `${SUBSCRIPTION}/resourceGroups/Shop`;
const DAY = 86_400;

function exemption(id: string, more: Partial<Exemption>): Exemption {
  const about = { rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'Old clients.', ticket: null };
  const createdBy = { type: 'user', objectId: 'kim', name: 'Kim' } as const;
  const life = { expires: time(DAY), createdAt: time(0), createdBy, removedAt: null, outbox: [] };
  return { id, scope: GROUP, ...about, ...life, ...more };
}

/** In the order in which they were made; the first four are in force. */
const VARIANTS: readonly Partial<Exemption>[] = [
  { scope: SUBSCRIPTION, expires: time(3 * DAY) },
  { scope: app('one').id, rule: 'webapp-http2', owner: 'TEAM shop', ticket: 'SHOP-7' },
  { scope: `${GROUP}2`, reason: 'A migration until spring.', expires: time(2 * DAY) },
  { scope: GROUP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), owner: 'Élodie' },
  { expires: time(-1) },
  { removedAt: time(-5), expires: time(5 * DAY) },
  // Nobody grants so long a time.
  { expires: time(400 * DAY) },
];

const FILTERS: readonly ExemptionFilter[] = [
  {},
  { resource: GROUP },
  { resource: app('one').id.toLowerCase() },
  { resource: `${SUBSCRIPTION}/resourceGroups/nowhere` },
  { rule: ['webapp-http2', 'unheard-of'] },
  { owner: 'team SHOP' },
  { owner: 'team' },
  { expiresBefore: time(2 * DAY) },
  { q: 'shop-7' },
  { q: 'élodie' },
  { q: 'nothing of it', rule: ['webapp-min-tls'] },
];

/** All pages of two, and the totals that they gave. */
async function everything<T>(list: (page: PageRequest) => Promise<FoundPage<T>>) {
  const items: T[] = [];
  const totals: (number | undefined)[] = [];
  let after: string | null = null;
  do {
    const page: FoundPage<T> = await list({ limit: 2, after });
    expect(page.items.length).toBeLessThanOrEqual(2);
    items.push(...page.items);
    totals.push(page.total);
    after = page.next;
  } while (after !== null);
  return { items, totals };
}

function sorted<T extends Exemption | EndedExemption>(all: readonly T[], sort: ExemptionSearch['sort']): T[] {
  if (sort === undefined) return [...all];
  const textOf = ({ createdAt, expires, id }: T) => `${sort.endsWith('created') ? createdAt : expires} ${id}`;
  const ascending = [...all].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return sort.startsWith('-') ? ascending.reverse() : ascending;
}

const BOTH: [string, () => StoragePorts][] = [
  ['in memory', fakeDeps],
  ['in Azure Tables', () => account.open()],
];

describe.each(BOTH)('searches %s', (_, open) => {
  it('find exemptions in force by any filter and in any order, with the total', async () => {
    const { exemptions } = open();
    const made = VARIANTS.map((more, n) =>
      exemption(exemptions.newId(new Date(time(n))), { createdAt: time(n), ...more }),
    );
    for (const one of made) await exemptions.save(one, null);
    const inForce = made.slice(0, 4).reverse();
    for (const filter of FILTERS) {
      for (const sort of [undefined, ...EXEMPTION_SORTS]) {
        const search = { ...filter, ...(sort && { sort }) };
        const wanted = sorted(
          inForce.filter((one) => matchesFilter(one, filter)),
          sort,
        );
        const { items, totals } = await everything((page) => exemptions.search(search, page, NOW));
        expect(items, JSON.stringify(search)).toEqual(wanted);
        expect(totals[0], JSON.stringify(search)).toBe(wanted.length);
      }
    }
    for (const { id } of made) await exemptions.remove(id);
  });

  it('keep ended exemptions apart, once each, the latest end first, until they are removed', async () => {
    const { exemptions } = open();
    const ended = VARIANTS.map((more, n) => {
      const id = exemptions.newId(new Date(time(n)));
      const end = n % 2 ? { removedAt: time(n * DAY), removedBy: { type: 'user', objectId: 'ada' } as const } : {};
      return endOf(exemption(id, { ...more, expires: time(n * DAY), removedAt: null, ...end }));
    });
    for (const one of [...ended, ...ended.slice(2, 4)]) await exemptions.archive(one);
    const latest = [...ended].reverse();
    const found = async (search: ExemptionSearch) =>
      (await everything((page) => exemptions.searchEnded(search, page))).items;
    expect(await found({})).toEqual(latest);
    expect(latest.map(({ why, endedBy }) => [why, endedBy?.type])).toContainEqual(['removed', 'user']);
    for (const filter of FILTERS) {
      for (const sort of EXEMPTION_SORTS) {
        const wanted = latest.filter((one) => matchesFilter(one, filter));
        expect(await found({ ...filter, sort }), JSON.stringify(filter)).toEqual(sorted(wanted, sort));
      }
    }
    expect((await exemptions.list({ limit: 9, after: null })).items).toEqual([]);
    await exemptions.removeEnded(new Date(time(3 * DAY)));
    // One that ended at that very time is kept or removed with those before.
    expect((await found({})).filter(({ endedAt }) => endedAt !== time(3 * DAY))).toEqual(latest.slice(0, 3));
    await exemptions.removeEnded(new Date(time(100 * DAY)));
    expect(await found({})).toEqual([]);
  });

  it('find dead letters by queue and text, with the total where it is asked for', async () => {
    const { deadLetters } = open();
    const letters = ['plumbline-reconcile', 'plumbline-sweep', 'plumbline-reconcile'].map((queue, n) => ({
      ...{ queue, at: time(n), message: `{"attempt":${n}}`, resource: n === 2 ? null : app(`App-${n}`).id },
    }));
    await deadLetters.recordFailure('m-1', 'The TABLE was gone');
    for (const [n, letter] of letters.entries()) await deadLetters.record(`m-${n}`, letter);
    const found = async (query: DeadLetterQuery) => {
      const { items, totals } = await everything((page) => deadLetters.list(query, page));
      return [items.map(({ at }) => letters.findIndex((one) => one.at === at)), totals[0]];
    };
    expect(await found({})).toEqual([[2, 1, 0], undefined]);
    expect(await found({ total: 'true' })).toEqual([[2, 1, 0], 3]);
    expect(await found({ queue: ['plumbline-reconcile'], total: 'true' })).toEqual([[2, 0], 2]);
    expect(await found({ queue: ['plumbline-sweep', 'another'] })).toEqual([[1], undefined]);
    expect(await found({ q: 'table WAS', total: 'true' })).toEqual([[1], 1]);
    expect(await found({ q: 'app-', total: 'true' })).toEqual([[1, 0], 2]);
    expect(await found({ q: '"attempt":2' })).toEqual([[2], undefined]);
    expect(await found({ q: 'nothing', total: 'true' })).toEqual([[], 0]);
  });

  it('find scans by status, and remove those that are old with their resources', async () => {
    const { scans } = open();
    const actor = { type: 'user', objectId: 'someone' } as const;
    const begin = async (at: number, resources: number) => {
      const id = scans.newId(new Date(time(at)));
      await scans.begin({ id, scope: SUBSCRIPTION, startedAt: time(at), actor });
      const found = Array.from({ length: resources }, (__, n) => `/${at}-${n}`);
      await scans.addFound(id, found);
      for (const one of found.slice(0, 2)) await scans.markEvaluated(id, one);
      await scans.markListed(id);
      return id;
    };
    const [old, large, young] = [await begin(0, 2), await begin(1, 120), await begin(DAY, 2)];
    const list = async (...statuses: ('running' | 'done' | 'cancelled')[]) =>
      (await everything((page) => scans.list(statuses.length > 0 ? statuses : null, page))).items.map(({ id }) => id);
    expect([await list(), await list('running'), await list('done', 'cancelled')]).toEqual([
      ...[[young, large, old], [large], [young, old]],
    ]);
    await scans.removeBefore(new Date(time(2)));
    expect([await list(), await scans.get(old), await scans.get(large)]).toEqual([[young], null, null]);
    await scans.removeBefore(new Date(time(2)));
    expect(await scans.get(young)).toMatchObject({ found: 2, evaluated: 2 });
  });

  it('find the latest sweep of each subscription', async () => {
    const { sweepRuns } = open();
    const nothing = { counted: 0, listed: 0, skipped: 0, queued: 0, missing: 0, notListed: 0 };
    const about = { parts: null, position: 0, ...nothing, distrusted: null, before: null, state: 'running' } as const;
    const run = (subscriptionId: string, id: string) => ({
      ...{ ...about, id, subscriptionId, startedAt: time(0), progressAt: time(1) },
    });
    const subscriptions = ['a', 'F'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
    expect(await sweepRuns.list()).toEqual([]);
    for (const one of subscriptions) {
      const version = await sweepRuns.save(run(one, 'first'), null);
      await sweepRuns.save(run(one, 'second'), version);
    }
    expect(await sweepRuns.list()).toEqual(subscriptions.map((one) => run(one, 'second')));
  });
});

it('no row of a removed scan is left', async () => {
  const rows: string[] = [];
  for await (const { rowKey = '' } of account.table(TABLES.scans).listEntities()) rows.push(rowKey);
  // The scan that is young, the resources that it found and evaluated.
  expect(rows).toHaveLength(5);
});
