import { afterEach, beforeEach, expect, it } from 'vitest';
import { containerApp, environment, idOf, people, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const traffic = [
  { revisionName: 'app--0000001', weight: 80 },
  { latestRevision: true, weight: 20 },
];

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    allows: () => true,
    operationMilliseconds: 60_000,
    estate: {
      resources: [
        webApp({ name: 'web' }),
        environment({ name: 'production' }),
        containerApp({ name: 'app', ingress: { allowInsecure: true, traffic, targetPort: 8080 } }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

const httpsOnly = (value: boolean) => azure.send('PATCH', site, { properties: { httpsOnly: value } });

it('moves siblings in the written document, null as a value, as often as `times` says', async () => {
  simulator.addSideEffect({
    match: { method: 'PATCH', path: '/sites/web' },
    document: 'resource',
    patch: { properties: { publicNetworkAccess: 'Disabled', clientCertExclusionPaths: null } },
    times: 1,
  });
  const moved = { httpsOnly: false, publicNetworkAccess: 'Disabled', clientCertExclusionPaths: null };
  expect((await httpsOnly(false)).at('properties')).toMatchObject(moved);
  expect((await azure.get(site)).at('properties')).toMatchObject(moved);

  simulator.add(webApp({ name: 'web' }));
  await httpsOnly(false);
  expect((await azure.get(site)).at('properties.publicNetworkAccess')).toBeNull();
});

it('moves another document of the resource', async () => {
  const ipSecurityRestrictions = [{ ipAddress: 'Any', action: 'Allow', name: 'Allow all' }];
  simulator.addSideEffect({ document: 'config/web', patch: { properties: { ipSecurityRestrictions, cors: null } } });
  await azure.send('PATCH', site, { identity: { type: 'SystemAssigned' } });
  expect((await azure.get(`${site}/config/web`)).at('properties')).toMatchObject({
    ipSecurityRestrictions,
    cors: null,
  });
});

it('moves them when the operation ends', async () => {
  const ingress = { traffic: [{ latestRevision: true, weight: 100 }], targetPort: 80, ipSecurityRestrictions: null };
  simulator.addSideEffect({
    match: { path: app },
    document: 'resource',
    patch: { properties: { configuration: { ingress } } },
  });
  await azure.send('PATCH', app, { properties: { configuration: { ingress: { allowInsecure: false } } } });
  const now = async () => (await azure.get(app)).at('properties.configuration.ingress');
  expect(await now()).toMatchObject({ allowInsecure: true, traffic, targetPort: 8080 });
  simulator.endOperations();
  expect(await now()).toMatchObject({ allowInsecure: false, external: true, ...ingress });
});

it('leaves alone what does not match, what is refused, and what people change', async () => {
  const publicNetworkAccess = 'Disabled';
  simulator.addSideEffect({
    match: { method: 'PUT', path: `${site}$` },
    document: 'resource',
    patch: { properties: { publicNetworkAccess } },
  });
  await httpsOnly(false);
  simulator.addSideEffect({ document: 'resource', patch: { properties: { publicNetworkAccess } }, times: 1 });
  simulator.addFault({ action: 'locked', match: { method: 'PATCH' }, times: 1 });
  expect((await httpsOnly(true)).status).toBe(409);
  await simulator.change(people.ada, site, 'resource', { properties: { httpsOnly: true } });
  expect(leaf(simulator.get(site), 'properties.publicNetworkAccess')).toBeNull();
  await httpsOnly(true);
  expect(leaf(simulator.get(site), 'properties.publicNetworkAccess')).toBe('Disabled');
});

it('is told over HTTPS, and told to stop', async () => {
  const control = (method: string, body?: unknown) => azure.control(method, 'moves', body);
  const move = { match: { method: 'PATCH' }, document: 'resource', patch: { properties: { state: 'Stopped' } } };
  expect((await control('POST', move)).status).toBe(204);
  expect((await control('GET')).body).toEqual([move]);
  expect((await control('POST', { patch: {} })).status).toBe(400);
  expect((await control('POST', { ...move, document: 'config/webb' })).body).toEqual({
    reason: expect.stringContaining("'config/webb' is no document"),
  });
  expect((await httpsOnly(false)).at('properties.state')).toBe('Stopped');
  expect((await control('DELETE')).status).toBe(204);
  simulator.add(webApp({ name: 'web' }));
  expect((await httpsOnly(false)).at('properties.state')).toBe('Running');

  const stop = simulator.addSideEffect(move);
  stop();
  expect((await httpsOnly(true)).at('properties.state')).toBe('Running');
});
