import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { idOf, people, sampleEstate, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf, type Webhook, webhook } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'storefront' });

describe('the controls over HTTPS', () => {
  let simulator: Simulator;
  let azure: Azure;
  let hook: Webhook;

  beforeAll(async () => {
    simulator = await startSimulator({
      identityActions: deployedActions(),
      estate: sampleEstate(),
      operationMilliseconds: 1,
    });
    azure = await connect(simulator);
    hook = await webhook();
  });
  afterAll(async () => {
    azure.close();
    await simulator.close();
    await hook.close();
  });

  it('lets another process change an app as a person, and hear of it', async () => {
    expect((await azure.control('PUT', 'deliverTo', { url: hook.url })).status).toBe(204);
    expect((await azure.control('PUT', 'delivery', { duplicates: 1 })).status).toBe(204);
    const changed = await azure.control('POST', 'change', {
      caller: people.ada,
      id: site,
      patch: { properties: { httpsOnly: false } },
    });
    expect(changed.status).toBe(204);
    await azure.control('POST', 'settled');
    expect(hook.received).toHaveLength(2);
    const document = await azure.control('GET', `document?id=${encodeURIComponent(site)}`);
    expect(document.at('properties.httpsOnly')).toBe(false);
    expect((await azure.control('GET', 'events')).at('0.state')).toBe('delivered');
  });

  it('says what the identity of Plumbline may', async () => {
    const allowed = (action: string) => azure.control('GET', `allowed?${new URLSearchParams({ action, scope: site })}`);
    expect((await allowed('Microsoft.Insights/eventtypes/values/Read')).body).toBe(true);
    expect((await allowed('Microsoft.Web/sites/delete')).body).toBe(false);
  });

  it('shows what there is, and who looks after it', async () => {
    const state = await azure.control('GET', 'state');
    const resources = state.at('resources');
    expect(resources).toContainEqual(expect.objectContaining({ id: site, kind: 'site', author: people.ada }));
    expect(JSON.stringify(resources)).not.toContain('planted');
  });

  it('takes faults and gives the requests back', async () => {
    await azure.control('POST', 'faults', { action: 'locked', match: { method: 'PATCH' }, times: 1 });
    await azure.control('DELETE', 'requests');
    expect((await azure.send('PATCH', site, { tags: { a: 'b' } })).status).toBe(409);
    expect((await azure.control('GET', 'requests')).body).toMatchObject([{ method: 'PATCH', path: site, status: 409 }]);
    expect((await azure.control('GET', 'faults')).body).toHaveLength(1);
    expect((await azure.control('DELETE', 'faults')).status).toBe(204);
    expect((await azure.control('GET', 'faults')).body).toEqual([]);
  });

  it('counts requests, and keeps the last ones where it is told to', async () => {
    await azure.control('DELETE', 'requests');
    await azure.control('PUT', 'requests', { keep: 2 });
    for (let n = 0; n < 5; n++) await azure.get(site);
    await azure.get(`${site}-not`);
    expect((await azure.control('GET', 'counts')).body).toEqual({ 'GET 200': 5, 'GET 404': 1 });
    const kept = (await azure.control('GET', 'requests')).body;
    expect(kept).toHaveLength(3);
    expect(kept).toContainEqual(expect.objectContaining({ path: `${site}-not` }));
    await azure.control('PUT', 'requests', { keep: null });
    await azure.control('DELETE', 'requests');
    expect((await azure.control('GET', 'counts')).body).toEqual({});
  });

  it('adds and removes resources without events', async () => {
    const before = simulator.events.length;
    const seed = webApp({ name: 'new' });
    await azure.control('POST', 'resources', seed);
    expect((await azure.get(seed.id)).status).toBe(200);
    await azure.control('DELETE', `resources?id=${encodeURIComponent(seed.id)}`);
    expect((await azure.get(seed.id)).status).toBe(404);
    expect(simulator.events).toHaveLength(before);
  });

  it.each([
    [
      'POST',
      'change',
      {
        caller: people.ada,
        id: '/subscriptions/x/resourceGroups/y/providers/Microsoft.Web/sites/z',
        document: 'config/web',
        patch: {},
      },
      /There is no resource/,
    ],
    ['POST', 'change', { caller: people.ada, id: site, document: 'config/nothing', patch: {} }, /is no document/],
    ['POST', 'faults', { action: 'earthquake' }, /action/],
    ['PUT', 'delivery', { sideways: true }, /sideways/],
    ['PUT', 'deliverTo', { url: 'nowhere' }, /url/],
  ])('says what is wrong with %s %s', async (method, route, body, reason) => {
    const answer = await azure.control(method, route, body);
    expect(answer.status).toBe(400);
    expect(answer.at('reason')).toMatch(reason);
  });

  it('knows no other control', async () => {
    expect((await azure.control('GET', 'weather')).status).toBe(404);
  });
});

describe('the sample estate', () => {
  const { resources } = sampleEstate();
  const bodies = resources.map(({ documents }) => documents.resource);
  const kinds = bodies.map((body) => leaf(body, 'kind')).filter((kind) => kind !== undefined);
  const ingresses = bodies
    .filter((body) => leaf(body, 'type') === 'Microsoft.App/containerApps')
    .map((body) => leaf(body, 'properties.configuration.ingress'));

  it('has web apps on Linux, Windows and containers, one slot and one function app', () => {
    expect(kinds).toEqual(expect.arrayContaining(['app', 'app,linux', 'app,linux,container', 'functionapp,linux']));
    expect(resources.filter(({ id }) => id.includes('/slots/'))).toHaveLength(1);
  });

  it('has container apps with external, internal, TCP and no ingress, in two environments', () => {
    expect(ingresses).toContainEqual(expect.objectContaining({ external: true, allowInsecure: true }));
    expect(ingresses).toContainEqual(expect.objectContaining({ external: false, allowInsecure: true }));
    expect(ingresses).toContainEqual(expect.objectContaining({ transport: 'Tcp' }));
    expect(ingresses).toContain(null);
    expect(resources.filter(({ id }) => /managedEnvironments\/[^/]+$/.test(id))).toHaveLength(2);
  });

  it('has people and a pipeline as authors, and one app that another service manages', () => {
    const authors = new Set(resources.flatMap(({ author }) => (author ? [author.type] : [])));
    expect(authors).toEqual(new Set(['user', 'app']));
    expect(bodies.filter((body) => leaf(body, 'managedBy'))).toHaveLength(1);
  });

  it('shares nothing between two of itself', () => {
    const [one] = sampleEstate().resources;
    expect(one).toEqual(resources[0]);
    expect(one?.documents.resource).not.toBe(resources[0]?.documents.resource);
  });
});
