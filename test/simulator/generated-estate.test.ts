// Generated estates: any number of apps, none of which is made before it is asked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEstateStore } from '../../simulator/estate/estate-store.ts';
import { people, webApp } from '../../simulator/estate.ts';
import { createGeneratedEstates } from '../../simulator/generated-estate/generated-block.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

function generated(options: Parameters<ReturnType<typeof createGeneratedEstates>['generate']>[0]) {
  const store = createEstateStore([]);
  const estates = createGeneratedEstates(store);
  return { store, estates, summary: estates.generate(options) };
}
const appsIn = (ids: readonly string[]) => ids.filter((id) => /\/(sites|containerApps)\//.test(id));

describe('what is generated', () => {
  it('has as many apps as were asked for, each once, in its subscriptions and groups', () => {
    const { store, summary } = generated({ apps: 1234, subscriptions: 3 });
    const ids = [...store.names()].map(({ id }) => id);
    const apps = appsIn(ids);
    expect([apps.length, new Set(apps.map((id) => id.toLowerCase())).size]).toEqual([1234, 1234]);
    expect(new Set(apps.map((id) => id.split('/')[2])).size).toBe(3);
    expect(summary).toMatchObject({ apps: 1234, resources: 1234 + 2 * 13 });
    expect(apps.filter((id) => id.includes('/slots/'))).toHaveLength(120); // The last group has web apps only.
    for (const id of apps.filter((one) => one.includes('/slots/'))) {
      expect(store.find(id.replace(/\/slots\/.*/, ''))?.kind).toBe('site');
    }
  });

  it('is found by its ids in any casing, and nothing else is', () => {
    const { store } = generated({ apps: 150 });
    for (const { id } of store.names()) expect(store.find(id.toUpperCase())?.id).toBe(id);
    const [app = ''] = appsIn([...store.names()].map(({ id }) => id));
    for (const id of [`${app}x`, app.replace('0000000', '0000150'), `${app}/slots/other`, app.replace('sites', 'x')])
      expect(store.find(id)).toBeUndefined();
  });

  it('is the same for the same seed, and another for another', () => {
    const wrong = (seed: number) => generated({ apps: 2000, seed }).estates.violating();
    expect(wrong(7)).toEqual(wrong(7));
    expect(wrong(7)).not.toEqual(wrong(8));
  });

  it.each([0, 0.05, 1])('has the share of violations %d', (violations) => {
    const { summary, estates } = generated({ apps: 5000, violations });
    expect(Math.abs(summary.violating / 5000 - violations)).toBeLessThan(0.02);
    expect(estates.violating()).toHaveLength(summary.violating);
    expect(estates.violating(3, 2)).toEqual(estates.violating().slice(3, 5));
  });

  it('makes no document before one is read, and few templates for all', () => {
    const { store, estates } = generated({ apps: 20_000, violations: 0.5 });
    expect(estates.templates()).toBe(0);
    for (const { id } of store.names()) if (/-00000\d\d$/.test(id)) store.find(id)?.documents.get('resource');
    expect(estates.templates()).toBeGreaterThan(1);
    expect(estates.templates()).toBeLessThan(60);
  });

  it('says of each app what is its own, and of none what is the template’s', () => {
    const { store } = generated({ apps: 200, violations: 0.5, subscriptions: 2 });
    const principals = new Set<unknown>();
    for (const { id, type } of store.names()) {
      const resource = store.find(id);
      for (const name of resource?.documents.keys() ?? []) {
        expect(JSON.stringify(resource?.documents.get(name))).not.toMatch(/zz-/i);
      }
      if (!/sites|containerApps/.test(type)) continue;
      const body = resource?.documents.get('resource');
      expect(leaf(body, 'id')).toBe(id);
      principals.add(leaf(body, 'identity.principalId'));
    }
    expect(principals.size).toBe(200);
  });

  it('keeps what was changed, of that app alone, and forgets what was removed', () => {
    const { store } = generated({ apps: 100 });
    const [first = '', second = ''] = appsIn([...store.names()].map(({ id }) => id));
    store.find(first)?.documents.set('resource', { changed: true });
    expect(store.find(first.toUpperCase())?.documents.get('resource')).toEqual({ changed: true });
    expect(leaf(store.find(second)?.documents.get('resource'), 'id')).toBe(second);
    store.remove(first);
    expect(store.find(first)).toBeUndefined();
    expect(store.find(`${first}/slots/staging`)).toBeUndefined();
    expect([...store.names()].map(({ id }) => id)).not.toContain(first);
    store.add({ ...webApp({ name: 'x' }), id: second });
    expect([...store.names()].filter(({ id }) => id === second)).toHaveLength(1);
  });

  it.each([
    [{ apps: 0 }, /apps/],
    [{ apps: 1.5 }, /apps/],
    [{ apps: 10, subscriptions: 0 }, /subscriptions/],
    [{ apps: 10, prefix: 'A b' }, /prefix/],
    [{ apps: 10, slots: 0.6, containerApps: 0.3 }, /slots/],
  ])('refuses %o', (options, reason) => {
    expect(() => generated(options)).toThrow(reason);
  });

  it('refuses a second one of the same names', () => {
    const { estates } = generated({ apps: 10 });
    expect(() => estates.generate({ apps: 20 })).toThrow(/another prefix/);
    expect(estates.generate({ apps: 20, prefix: 'other' }).apps).toBe(20);
  });
});

describe('over the wire', () => {
  let simulator: Simulator;
  let azure: Azure;
  beforeAll(async () => {
    simulator = await startSimulator({ operationMilliseconds: 1 });
    azure = await connect(simulator);
  });
  afterAll(async () => {
    azure.close();
    await simulator.close();
  });

  it('is made by the control, read, written and listed as any other', async () => {
    const made = await azure.control('POST', 'estate', { apps: 2500, violations: 0.2 });
    expect([made.status, made.at('apps')]).toEqual([200, 2500]);
    expect((await azure.control('POST', 'estate', { apps: 2500 })).status).toBe(400);
    const wrong = await azure.control('GET', 'violations?top=1');
    const id = String(wrong.at('0.id'));
    expect((await azure.get(id)).at('id')).toBe(id);
    const events = simulator.events.length;
    await simulator.change(people.ada, id, 'resource', { tags: { changed: 'yes' } });
    expect((await azure.get(id)).at('tags')).toEqual({ changed: 'yes' });
    expect(simulator.events).toHaveLength(events + 1);
    const state = await azure.control('GET', 'state');
    expect(state.at('generated.0.apps')).toBe(2500);
    expect(state.at('resources')).toContainEqual(expect.objectContaining({ id }));
  });

  it.each([
    ['the provider', 'providers/Microsoft.Web/sites', 500, 1500],
    ['the inventory', 'resources', 1000, 2550],
  ])('is listed by %s in pages, each resource once', async (_, path, size, expected) => {
    const subscription = simulator.generated.summaries()[0]?.subscriptions[0];
    const ids: unknown[] = [];
    const sizes: number[] = [];
    let page = await azure.get(`/subscriptions/${subscription}/${path}`);
    for (;;) {
      const value = page.at('value');
      if (!Array.isArray(value)) throw new Error('There is no list.');
      sizes.push(value.length);
      ids.push(...value.map((one) => leaf(one, 'id')));
      const next = page.at('nextLink');
      if (typeof next !== 'string') break;
      page = await azure.send('GET', next);
    }
    expect([ids.length, new Set(ids).size]).toEqual([expected, expected]);
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => size));
    const version = path === 'resources' ? '2021-04-01' : '2025-05-01';
    const query = new URLSearchParams({ 'api-version': version, $skiptoken: 'x' });
    const refused = await azure.send('GET', `${simulator.url}/subscriptions/${subscription}/${path}?${query}`);
    expect(refused.status).toBe(400);
  });
});
