// People may what their own roles say, and only Plumbline what is deployed for it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import {
  containerApp,
  environment,
  idOf,
  people,
  pipeline,
  resourceGroup,
  subscription,
  subscriptionId,
  webApp,
} from '../../simulator/estate.ts';
import { type Caller, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type ArmAnswer, type Azure, connect } from './arm-client.ts';

const { ada, grace, katherine } = people;
const site = idOf('Microsoft.Web/sites', { name: 'web' });
const other = idOf('Microsoft.Web/sites', { name: 'other', resourceGroup: 'other' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const inSubscription = `/subscriptions/${subscriptionId}`;
const group = `${inSubscription}/resourceGroups/shop`;

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 1,
    estate: {
      resources: [
        subscription({ access: [{ role: 'Reader', to: grace }] }),
        resourceGroup({ name: 'shop', access: [{ role: 'Owner', to: ada }] }),
        webApp({ name: 'web', access: [{ role: 'Website Contributor', to: pipeline }] }),
        webApp({ name: 'other', resourceGroup: 'other' }),
        environment({ name: 'production' }),
        containerApp({ name: 'app', access: [{ role: 'Contributor', to: grace }] }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

function as(caller: Caller, method: string, path: string, body?: object): Promise<ArmAnswer> {
  const version = /microsoft\.app\//i.test(path) ? '2025-07-01' : '2025-05-01';
  const headers = { authorization: `Bearer ${simulator.tokenFor(caller)}`, 'content-type': 'application/json' };
  return azure.raw(method, `${simulator.url}${path}?api-version=${version}`, headers, body && JSON.stringify(body));
}

const write = (caller: Caller, path: string) => as(caller, 'PATCH', path, { properties: {} });

describe('a person', () => {
  it.each<[string, Caller, string, number, number]>([
    ['owner of the group', ada, site, 200, 200],
    ['owner of the group, elsewhere', ada, other, 403, 403],
    ['reader of the subscription', grace, site, 200, 403],
    ['reader of the subscription, contributor of the app', grace, app, 200, 202],
    ['nobody there', katherine, site, 403, 403],
    ['pipeline with a role on the site', pipeline, site, 200, 200],
    ['pipeline with a role on the site, elsewhere', pipeline, app, 403, 403],
  ])('%s', async (_, caller, path, reads, writes) => {
    expect((await as(caller, 'GET', path)).status).toBe(reads);
    expect((await write(caller, path)).status).toBe(writes);
  });

  it('is refused in the words of Resource Manager, by name', async () => {
    const { status, body } = await write(grace, site);
    expect(status).toBe(403);
    expect(body).toEqual({
      error: {
        code: 'AuthorizationFailed',
        message: expect.stringContaining(
          `The client 'Grace Hopper' with object id '${grace.objectId}' does not have authorization to perform action 'Microsoft.Web/sites/write' over scope '${site}'`,
        ),
      },
    });
  });

  it.each([['PATCH'], ['PUT']])('who may read the app may wait for a %s of it, and nobody else may', async (method) => {
    const { headers } = await as(grace, method, app, { location: 'West Europe', properties: {} });
    const url = String(headers.location ?? headers['azure-asyncoperation']);
    const ask = (caller: Caller) =>
      azure.raw('GET', url, { authorization: `Bearer ${simulator.tokenFor(caller)}` }).then(({ status }) => status);
    expect([await ask(katherine), await ask(pipeline)]).toEqual([403, 403]);
    simulator.grant(app, { role: 'Reader', to: katherine });
    expect([200, 202]).toContain(await ask(katherine));
  });

  it.each<[string, Caller, string[]]>([
    ['reader of the subscription', grace, ['other', 'web']],
    ['owner of a group', ada, ['web']],
    ['pipeline with a role on a site', pipeline, ['web']],
    ['nobody there', katherine, []],
  ])('finds through Resource Graph what they may read: %s', async (_, caller, names) => {
    const query =
      "resources | where type in~ ('microsoft.web/sites') | project id, key = tolower(id) | order by key asc";
    const { body } = await azure.raw(
      'POST',
      `${simulator.url}/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01`,
      { authorization: `Bearer ${simulator.tokenFor(caller)}`, 'content-type': 'application/json' },
      JSON.stringify({ subscriptions: [subscriptionId], query, options: { resultFormat: 'objectArray' } }),
    );
    expect(body).toMatchObject({ data: names.map((name) => ({ id: expect.stringMatching(`/sites/${name}$`) })) });
    expect(body).toHaveProperty('count', names.length);
  });

  it('is never refused for what the role of Plumbline lacks', async () => {
    const strict = await startSimulator({
      identityActions: deployedActions(),
      allows: () => false,
      estate: { resources: [webApp({ name: 'web', access: [{ role: 'Contributor', to: ada }] })] },
    });
    const raw = (token: string) =>
      azureOf(strict, (one) =>
        one.raw('GET', `${strict.url}${site}?api-version=2025-05-01`, { authorization: `Bearer ${token}` }),
      );
    expect((await raw(strict.tokenFor(ada))).status).toBe(200);
    expect((await raw(strict.tokenFor(strict.identity))).status).toBe(403);
    await strict.close();
  });

  it.each([
    ['Contributor', 403],
    ['Owner', 404], // What the simulator does not have.
  ] as const)('who is %s gives others a role with %i', async (role, status) => {
    simulator.grant(site, { role, to: katherine });
    const path = `${site}/providers/Microsoft.Authorization/roleAssignments/one`;
    expect((await as(katherine, 'PUT', path, {})).status).toBe(status);
  });

  it('writes in their own name', async () => {
    await as(ada, 'PATCH', site, { properties: { httpsOnly: false } });
    expect(simulator.requests.at(-1)).toMatchObject({ method: 'PATCH', callerObjectId: ada.objectId, status: 200 });
    const claims = JSON.stringify(simulator.events.at(-1)?.body);
    expect(claims).toContain(ada.objectId);
    expect(claims).toContain('"name":"Ada Lovelace"');
  });

  it.each([
    ['Owner', 'Microsoft.Authorization/roleAssignments', 200],
    ['Reader', 'Microsoft.Authorization/roleAssignments', 200],
    ['Website Contributor', 'Microsoft.Insights/diagnosticSettings', 403],
    ['User Access Administrator', 'Microsoft.Insights/diagnosticSettings', 200],
  ] as const)('who is %s reads %s with %i', async (role, type, status) => {
    simulator.grant(site, { role, to: katherine });
    const version = type.includes('Insights') ? '2021-05-01-preview' : '2022-04-01';
    const headers = { authorization: `Bearer ${simulator.tokenFor(katherine)}` };
    const url = `${simulator.url}${site}/providers/${type}?api-version=${version}`;
    expect((await azure.raw('GET', url, headers)).status).toBe(status);
  });
});

describe('Plumbline', () => {
  it('gets nothing from a role that somebody gives it in the estate', async () => {
    const strict = await startSimulator({
      identityActions: deployedActions(),
      allows: ({ action }) => action === 'Microsoft.Web/sites/read',
      estate: { resources: [webApp({ name: 'web' })] },
    });
    strict.grant(site, { role: 'Owner', to: strict.identity });
    const statuses = await azureOf(strict, async (one) => [
      (await one.get(site)).status,
      (await one.get(`${site}/config/web`)).status,
      (await one.send('PATCH', site, { properties: {} })).status,
    ]);
    expect(statuses).toEqual([200, 403, 403]);
    await strict.close();
  });

  it('has the roles that are deployed, and no action besides', async () => {
    expect((await azure.send('PATCH', site, { properties: {} })).status).toBe(200);
    expect((await azure.send('DELETE', site)).status).toBe(403);
    simulator.grant(group, { role: 'Owner', to: katherine });
    expect((await as(katherine, 'DELETE', site)).status).toBe(200);
  });
});

describe('the controls', () => {
  const control = (route: string, body: unknown) => azure.control('POST', route, body);

  it('assign a role and give a token', async () => {
    expect((await write(katherine, site)).status).toBe(403);
    expect((await control('roles', { scope: group, role: 'Contributor', to: katherine })).status).toBe(204);
    const token = (await control('tokens', katherine)).at('token');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const url = `${simulator.url}${site}?api-version=2025-05-01`;
    expect((await azure.raw('PATCH', url, headers, '{"properties":{}}')).status).toBe(200);
  });

  it('say what is no scope, and what is no role', async () => {
    const nowhere = `${inSubscription}/resourceGroups/nowhere`;
    const answer = await control('roles', { scope: nowhere, role: 'Reader', to: ada });
    expect(answer).toMatchObject({ status: 400, body: { reason: `There is no ${nowhere} to assign a role at.` } });
    expect((await control('roles', { scope: group, role: 'King', to: ada })).status).toBe(400);
  });
});

async function azureOf<T>(one: Simulator, ask: (azure: Azure) => Promise<T>): Promise<T> {
  const connected = await connect(one);
  const answer = await ask(connected);
  connected.close();
  return answer;
}

describe('who asks what somebody may', () => {
  const authorization = `${inSubscription}/providers/Microsoft.Authorization`;
  const ask = (path: string, query = {}) => {
    const all = new URLSearchParams({ 'api-version': '2022-04-01', ...query });
    const headers = { authorization: `Bearer ${simulator.tokenFor(grace)}` };
    return azure.raw('GET', `${simulator.url}${path}?${all}`, headers);
  };
  const assignedTo = (objectId: string) =>
    ask(`${authorization}/roleAssignments`, { $filter: `atScope() and assignedTo('${objectId}')` });

  it('sees the roles of one principal, at the scope and above it', async () => {
    const theirs = await assignedTo(grace.objectId);
    expect([theirs.at('value.0.properties.principalId'), theirs.at('value.1')]).toEqual([grace.objectId, undefined]);
    const definition = await ask(String(theirs.at('value.0.properties.roleDefinitionId')));
    expect(definition.at('properties.permissions.0')).toMatchObject({ actions: ['*/read'], notActions: [] });
    expect((await assignedTo(katherine.objectId)).body).toEqual({ value: [] });
  });

  it('sees what is deployed for Plumbline, as far as it is let', async () => {
    const ours = await assignedTo(simulator.identity.objectId);
    const definition = await ask(String(ours.at('value.0.properties.roleDefinitionId')));
    const actions = definition.at('properties.permissions.0.actions');
    expect(actions).toEqual(expect.arrayContaining(['Microsoft.Insights/eventtypes/values/read']));
    expect(actions).not.toContain('*/read');
  });

  it('is told that there is no other definition', async () => {
    expect((await ask(`${authorization}/roleDefinitions/00000000-0000-4000-8000-000000000999`)).status).toBe(404);
  });
});
