// What is read and written beside an app's own provider: tags, roles, revisions, authentication, and the lists of a subscription.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import {
  containerApp,
  idOf,
  people,
  registry,
  resourceGroup,
  subscription,
  subscriptionId,
  webApp,
} from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const site = idOf('Microsoft.Web/sites', { name: 'web' });
const home = `/subscriptions/${subscriptionId}`;

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    allows: () => true,
    estate: {
      resources: [
        subscription({ access: [{ role: 'Owner', to: { type: 'group', objectId: 'owners' } }] }),
        resourceGroup({ name: 'shop', tags: { team: 'shop' }, access: [{ role: 'Reader', to: people.grace }] }),
        webApp({ name: 'web', access: [{ role: 'Contributor', to: people.ada }] }),
        containerApp({ name: 'app', tags: { team: 'carts', stage: 'production' } }),
        ...registry({ name: 'images', sku: 'Premium', replicas: ['westeurope'] }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

/** One leaf of each element of a list. */
async function listed(path: string, query: Record<string, string>, which: string): Promise<unknown> {
  const asked = new URLSearchParams({ 'api-version': '2022-04-01', ...query });
  const { status, body } = await azure.send('GET', `${simulator.url}${path}?${asked}`);
  const value = leaf(body, 'value');
  return Array.isArray(value) ? value.map((one) => leaf(one, which)) : status;
}

describe('tags', () => {
  const path = `${app}/providers/Microsoft.Resources/tags/default`;
  const write = (operation: string, tags: object) =>
    azure.send('PATCH', path, { operation, properties: { tags } }, '2021-04-01');

  it.each([
    ['Merge', { stage: 'test', cost: '4711' }, { team: 'carts', stage: 'test', cost: '4711' }],
    ['Merge', { STAGE: 'test' }, { team: 'carts', STAGE: 'test' }],
    ['Replace', { cost: '4711' }, { cost: '4711' }],
    ['Delete', { team: 'carts', stage: 'another' }, { stage: 'production' }],
  ])('are written with an operation: %s %o', async (operation, given, expected) => {
    const answer = await write(operation, given);
    expect(answer).toMatchObject({ status: 200, body: { name: 'default', type: 'Microsoft.Resources/tags' } });
    expect(answer.at('properties.tags')).toEqual(expected);
    expect((await azure.get(app)).at('tags')).toEqual(expected);
    expect((await azure.get(path)).at('properties.tags')).toEqual(expected);
  });

  it('move nothing else, and raise an event of their own about the resource', async () => {
    const before = await azure.get(app);
    await write('Merge', { cost: '4711' });
    const after = await azure.get(app);
    expect(after.at('properties')).toEqual(before.at('properties'));
    const [event] = simulator.events;
    expect(event).toMatchObject({ operationName: 'Microsoft.Resources/tags/write', subject: app });
    expect(leaf(event?.body, 'data.authorization.scope')).toBe(app);
  });

  it('need an operation', async () => {
    expect((await write('Add', {})).status).toBe(400);
  });
});

describe('roles', () => {
  const at = (id: string) => `${id}/providers/Microsoft.Authorization/roleAssignments`;
  const atScope = { $filter: 'atScope()' };

  it('at a scope come with those of all scopes above, each saying where it is', async () => {
    expect(await listed(at(site), atScope, 'properties.scope')).toEqual([home, `${home}/resourceGroups/shop`, site]);
    expect(await listed(at(site), atScope, 'properties.principalType')).toEqual(['Group', 'User', 'User']);
    expect(await listed(at(app), atScope, 'properties.scope')).toEqual([home, `${home}/resourceGroups/shop`]);
  });

  it('come with those below as well where nothing is filtered', async () => {
    expect(await listed(at(home), {}, 'properties.scope')).toContain(site);
    expect(await listed(at(home), atScope, 'properties.scope')).toEqual([home]);
    expect(await listed(at(home), { $filter: 'principalType eq 3' }, 'id')).toBe(400);
  });
});

describe('the inventory', () => {
  const path = `${home}/resources`;

  it('has the types that the filter names, in any casing', async () => {
    const $filter = "resourceType eq 'microsoft.web/SITES' or resourceType eq 'Microsoft.ContainerRegistry/registries'";
    expect(await listed(path, { $filter }, 'type')).toEqual([
      'Microsoft.Web/sites',
      'Microsoft.ContainerRegistry/registries',
    ]);
  });

  it('has everything but the groups without one, and refuses one that it does not know', async () => {
    expect(await listed(path, {}, 'name')).toEqual(['web', 'app', 'images', 'images/westeurope']);
    expect(await listed(path, { $filter: "tagName eq 'team'" }, 'name')).toBe(400);
    expect(await listed(`${home}/resourceGroups/shop/resources`, {}, 'name')).toHaveLength(4);
  });
});

it('a subscription and a group that nobody has put there come with their first resource', async () => {
  const other = '00000000-0000-4000-8000-00000000000a';
  simulator.add(webApp({ name: 'web', subscription: other }));
  expect((await azure.get(`/subscriptions/${other}`, '2022-12-01')).at('subscriptionId')).toBe(other);
  expect((await azure.get(`/subscriptions/${other}/resourceGroups/shop`, '2021-04-01')).at('name')).toBe('shop');
  simulator.remove(idOf('Microsoft.Web/sites', { name: 'web', subscription: other }));
  expect((await azure.get(`/subscriptions/${other}/resourceGroups/shop`, '2021-04-01')).status).toBe(200);
});

it('the latest revision runs with the template of the app, with the values of its variables', async () => {
  const properties = (await azure.get(`${app}/revisions`)).at('value.0.properties');
  expect(properties).toMatchObject({ active: true, trafficWeight: 100 });
  expect(leaf(properties, 'template')).toEqual((await azure.get(app)).at('properties.template'));
});

it('authentication of a container app is taken whole, also where there was none', async () => {
  const path = `${app}/authConfigs/current`;
  const properties = { platform: { enabled: true } };
  const { status, body } = await azure.send('PUT', path, { properties });
  expect([status, leaf(body, 'properties')]).toEqual([200, properties]);
  expect(simulator.events.at(-1)).toMatchObject({ operationName: 'Microsoft.App/containerApps/authConfigs/write' });
  await simulator.change(people.ada, app, 'authConfigs/current', null);
  expect((await azure.get(path)).status).toBe(404);
  expect((await azure.send('PUT', path, { properties })).at('name')).toBe('current');
});
