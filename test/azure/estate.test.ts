/** The listing of the estate, against the simulator's Resource Graph and against prepared answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, plan, slot, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import type { EstatePage } from '../../src/workflows/ports/azure.ts';
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
    graph: { pageSize: 2, quota: 4 },
  });
});
afterAll(() => simulator.close());

const idsOf = (page: EstatePage) => (page.kind === 'page' ? page.ids : []);
const nextOf = (page: EstatePage) => (page.kind === 'page' ? page.next : null);

describe('a listing', () => {
  test('has apps, slots, container apps, environments and plans, page by page in the order of their keys', async () => {
    const estate = estateOn(simulator);
    const first = await estate.listResources(SUBSCRIPTION, null);
    const second = await estate.listResources(SUBSCRIPTION, nextOf(first));
    const third = await estate.listResources(SUBSCRIPTION, nextOf(second));
    estate.close();
    expect(first).toMatchObject({ kind: 'page', waitSeconds: 0 });
    const expected = resources.map(({ id }) => id);
    const listed = [first, second, third].flatMap(idsOf);
    expect(listed).toEqual(expected.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    expect([first, second, third].map((page) => idsOf(page).length)).toEqual([2, 2, 2]);
    expect(nextOf(third)).toBeNull();
  });

  test('returns the quota: the last query says how long to wait, and the next is throttled for that time', async () => {
    const estate = estateOn(simulator);
    const last = await estate.listResources(SUBSCRIPTION, null);
    const over = await estate.listResources(SUBSCRIPTION, null);
    estate.close();
    expect(last).toMatchObject({ kind: 'page', waitSeconds: expect.any(Number) });
    expect(last.kind === 'page' && last.waitSeconds).toBeGreaterThan(0);
    expect(over).toMatchObject({ kind: 'refused', failure: { kind: 'throttled', code: 'RateLimiting' } });
    expect(over.kind === 'refused' && over.failure.retryAfter).toBeGreaterThan(0);
  });
});

describe('prepared answers', () => {
  const page = { data: [{ id: '/subscriptions/s/x', key: 'x' }], resultTruncated: 'false' };

  test.each([
    ['60 s left', { 'x-ms-user-quota-remaining': '0', 'x-ms-user-quota-resets-after': '00:01:00' }, 60],
    ['some quota left', { 'x-ms-user-quota-remaining': '3', 'x-ms-user-quota-resets-after': '00:01:00' }, 0],
    ['no quota header', {}, 0],
  ])('%s', async (_, headers, waitSeconds) => {
    const estate = estateAnswering(() => ({ status: 200, body: page, headers }));
    expect(await estate.listResources('s', null)).toEqual({
      kind: 'page',
      ids: ['/subscriptions/s/x'],
      next: null,
      waitSeconds,
    });
  });

  test.each([
    [503, {}, 'transient'],
    [403, { error: { code: 'AuthorizationFailed', message: 'no' } }, 'blocked'],
    [400, { error: { code: 'BadRequest', message: 'no' } }, 'invalid'],
  ])('%i is %o: %s', async (status, body, kind) => {
    const estate = estateAnswering(() => ({ status, body }));
    expect(await estate.listResources('s', null)).toMatchObject({ kind: 'refused', failure: { kind } });
  });

  test('a connection error may pass', async () => {
    const estate = estateAnswering(() => {
      throw new Error('reset');
    });
    expect(await estate.listResources('s', null)).toMatchObject({ kind: 'refused', failure: { kind: 'transient' } });
  });

  test('asks for one subscription, in pages, and sends the skip token back unchanged', async () => {
    const estate = estateAnswering(() => ({ status: 200, body: { ...page, $skipToken: 'more' } }));
    const first = await estate.listResources('s', null);
    await estate.listResources('s', nextOf(first));
    const bodies = estate.requests.map(({ body }) => JSON.parse(String(body)));
    expect(bodies.map(({ subscriptions }) => subscriptions)).toEqual([['s'], ['s']]);
    expect(bodies.map(({ options }) => options)).toEqual([
      { $top: 200, resultFormat: 'objectArray' },
      { $top: 200, resultFormat: 'objectArray', $skipToken: 'more' },
    ]);
    expect(new Set(estate.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`))).toEqual(
      new Set(['POST /providers/Microsoft.ResourceGraph/resources']),
    );
  });

  test('a body of another form is an error, never an empty estate', async () => {
    const estate = estateAnswering(() => ({ status: 200, body: { rows: [] } }));
    await expect(estate.listResources('s', null)).rejects.toThrow();
  });
});
