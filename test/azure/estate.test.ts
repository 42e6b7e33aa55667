/** The listing of the estate, against the simulator's Resource Graph and against prepared answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, plan, slot, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Estate, isTableRefused } from '../../src/workflows/ports/azure.ts';
import { estateAnswering, estateOn, SUBSCRIPTION } from './azure.ts';

const resources = [
  webApp({ name: 'Shop' }),
  slot({ of: 'Shop', name: 'next' }),
  webApp({ name: 'api' }),
  plan({ name: 'plan' }),
  containerApp({ name: 'cart' }),
  environment({ name: 'stage' }),
];

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    estate: { resources },
    graph: { pageSize: 2, quota: 1000 },
  });
});
afterAll(() => simulator.close());

const WHOLE = { subscriptionId: SUBSCRIPTION, table: 'resources', part: { index: 0, of: 1 }, columns: {} } as const;
const PREPARED = { ...WHOLE, subscriptionId: 's' } as const;
const idsOf = (list: Awaited<ReturnType<Estate['listPart']>>) =>
  list.kind === 'listed' ? list.rows.map(({ id }) => id) : [];
const inOrder = (ids: readonly string[]) => [...ids].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

describe('a listing', () => {
  test('counts apps, slots, container apps, environments and plans', async () => {
    const estate = estateOn(simulator);
    const counted = await estate.countResources(SUBSCRIPTION);
    estate.close();
    expect(counted).toEqual({ kind: 'counted', total: resources.length, waitSeconds: 0 });
  });

  test('has all rows of a partition, also on further pages, in the order of their keys', async () => {
    const estate = estateOn(simulator);
    const list = await estate.listPart(WHOLE);
    estate.close();
    expect(list).toMatchObject({ kind: 'listed', complete: true });
    expect(idsOf(list)).toEqual(inOrder(resources.map(({ id }) => id)));
  });

  test('has each resource in one partition', async () => {
    const estate = estateOn(simulator);
    const parts = [];
    for (const index of [0, 1, 2, 3]) parts.push(idsOf(await estate.listPart({ ...WHOLE, part: { index, of: 4 } })));
    estate.close();
    expect(parts.every((ids) => ids.length < resources.length)).toBe(true);
    expect(inOrder(parts.flat())).toEqual(inOrder(resources.map(({ id }) => id)));
  });

  test('has configurations under the ids of their apps, in the partitions of their apps', async () => {
    const estate = estateOn(simulator);
    const columns = { tls: 'tostring(properties.MinTlsVersion)' };
    const sites = resources.map(({ id }) => id).filter((id) => id.includes('/sites/'));
    const found: string[] = [];
    for (const index of [0, 1, 2, 3]) {
      const part = { index, of: 4 };
      const own = idsOf(await estate.listPart({ ...WHOLE, part }));
      const list = await estate.listPart({ ...WHOLE, part, table: 'configurations', columns });
      expect(own).toEqual(expect.arrayContaining(idsOf(list)));
      if (list.kind === 'listed') for (const row of list.rows) expect(row.columns).toEqual({ tls: '1.2' });
      found.push(...idsOf(list));
    }
    estate.close();
    expect(inOrder(found)).toEqual(inOrder(sites));
  });

  test('of a table that Azure refuses is no empty list', async () => {
    simulator.graph.set({ refusedTables: ['appserviceresources'] });
    const estate = estateOn(simulator);
    const list = await estate.listPart({ ...WHOLE, table: 'configurations' });
    estate.close();
    simulator.graph.set({ refusedTables: [] });
    expect(list.kind === 'refused' && isTableRefused(list)).toBe(true);
    expect(list).toMatchObject({ failure: { kind: 'invalid' } });
  });

  test('returns the quota: the last queries say how long to wait, and one too many is throttled for that time', async () => {
    const scarce = await startSimulator({
      identityActions: deployedActions(),
      estate: { resources },
      graph: { quota: 1 },
    });
    const estate = estateOn(scarce);
    const last = await estate.countResources(SUBSCRIPTION);
    const over = await estate.countResources(SUBSCRIPTION);
    estate.close();
    await scarce.close();
    expect(last.kind === 'counted' && last.waitSeconds).toBeGreaterThan(0);
    expect(over).toMatchObject({ kind: 'refused', failure: { kind: 'throttled', code: 'RateLimiting' } });
    expect(over.kind === 'refused' && over.failure.retryAfter).toBeGreaterThan(0);
  });
});

describe('prepared answers', () => {
  const page = { data: [{ id: '/subscriptions/s/x', tls: '1.2' }], totalRecords: 1, resultTruncated: 'false' };

  test.each([
    ['60 s left', { 'x-ms-user-quota-remaining': '0', 'x-ms-user-quota-resets-after': '00:01:00' }, 60],
    ['too little for a partition', { 'x-ms-user-quota-remaining': '2', 'x-ms-user-quota-resets-after': '00:00:04' }, 4],
    ['some quota left', { 'x-ms-user-quota-remaining': '3', 'x-ms-user-quota-resets-after': '00:01:00' }, 0],
    ['no quota header', {}, 0],
  ])('%s', async (_, headers, waitSeconds) => {
    const estate = estateAnswering(() => ({ status: 200, body: page, headers }));
    expect(await estate.listPart(PREPARED)).toEqual({
      kind: 'listed',
      rows: [{ id: '/subscriptions/s/x', columns: { tls: '1.2' } }],
      complete: true,
      waitSeconds,
    });
  });

  test('other rows than were counted are not complete, whatever resultTruncated says', async () => {
    for (const body of [
      { ...page, totalRecords: 2 },
      { ...page, data: [...page.data, ...page.data], totalRecords: 2 },
    ]) {
      const estate = estateAnswering(() => ({ status: 200, body }));
      expect(await estate.listPart(PREPARED)).toMatchObject({ kind: 'listed', complete: false });
    }
  });

  test.each([
    [503, {}, 'transient'],
    [403, { error: { code: 'AuthorizationFailed', message: 'no' } }, 'blocked'],
    [400, { error: { code: 'BadRequest', message: 'no' } }, 'invalid'],
  ])('%i is %o: %s', async (status, body, kind) => {
    const estate = estateAnswering(() => ({ status, body }));
    expect(await estate.listPart(PREPARED)).toMatchObject({ kind: 'refused', failure: { kind } });
    expect(await estate.countResources('s')).toMatchObject({ kind: 'refused', failure: { kind } });
  });

  test('a connection error may pass', async () => {
    const estate = estateAnswering(() => {
      throw new Error('reset');
    });
    expect(await estate.listPart(PREPARED)).toMatchObject({ kind: 'refused', failure: { kind: 'transient' } });
  });

  test('asks for one subscription, in pages, and sends the skip token back unchanged', async () => {
    let pages = 0;
    const estate = estateAnswering(() => {
      pages += 1;
      const more = pages === 1 ? { $skipToken: 'more' } : {};
      return { status: 200, body: { totalRecords: 2, data: [{ id: `/subscriptions/s/${pages}` }], ...more } };
    });
    expect(await estate.listPart(PREPARED)).toMatchObject({ complete: true });
    const bodies = estate.requests.map(({ body }) => JSON.parse(String(body)));
    expect(bodies.map(({ subscriptions }) => subscriptions)).toEqual([['s'], ['s']]);
    expect(bodies.map(({ options }) => options)).toEqual([
      { $top: 1000, resultFormat: 'objectArray' },
      { $top: 1000, resultFormat: 'objectArray', $skipToken: 'more' },
    ]);
    expect(new Set(estate.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`))).toEqual(
      new Set(['POST /providers/Microsoft.ResourceGraph/resources']),
    );
  });

  test('a listing without end is not complete', async () => {
    const body = { ...page, $skipToken: 'again' };
    const estate = estateAnswering(() => ({ status: 200, body }));
    expect(await estate.listPart(PREPARED)).toMatchObject({ kind: 'listed', complete: false });
    expect(estate.requests.length).toBeLessThan(20);
  });

  test('a body of another form is an error, never an empty estate', async () => {
    const estate = estateAnswering(() => ({ status: 200, body: { rows: [] } }));
    await expect(estate.listPart(PREPARED)).rejects.toThrow();
    await expect(estate.countResources('s')).rejects.toThrow();
  });
});
