import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, idOf, people } from '../../simulator/estate.ts';
import { mergePatch } from '../../simulator/json/json.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const env = idOf('Microsoft.App/managedEnvironments', { name: 'production' });

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 60_000,
    estate: {
      resources: [environment({ name: 'production' }), containerApp({ name: 'app', ingress: { allowInsecure: true } })],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

describe('Microsoft.App', () => {
  const secure = { properties: { configuration: { ingress: { allowInsecure: false } } } };

  it('answers 202, is busy in progress, and shows the new value at the end', async () => {
    const before = (await azure.get(app)).body;
    const accepted = await azure.send('PATCH', app, secure);
    expect(accepted).toMatchObject({ status: 202, body: undefined });
    const location = accepted.headers.location ?? '';
    expect(location).toMatch(
      /\/providers\/Microsoft\.App\/locations\/westeurope\/containerappOperationResults\/[0-9a-f-]+\?api-version=/,
    );

    const meanwhile = (await azure.get(app)).body;
    expect(leaf(meanwhile, 'properties.provisioningState')).toBe('InProgress');
    expect(leaf(meanwhile, 'properties.configuration.ingress.allowInsecure')).toBe(true);
    expect((await azure.send('GET', location)).status).toBe(202);
    const refused = await azure.send('PATCH', app, secure);
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'ContainerAppOperationInProgress' } } });

    simulator.endOperations();
    const polled = await azure.send('GET', location);
    expect(polled.status).toBe(200);
    expect(polled.body).toEqual((await azure.get(app)).body);
    expect(polled.at('properties.provisioningState')).toBe('Succeeded');
    // Nothing else moved but who wrote last: no revision, no neighbour of the leaf.
    const lastWriter = { systemData: leaf(polled.body, 'systemData') };
    expect(polled.body).toEqual(mergePatch(before, { ...secure, ...lastWriter }));
  });

  it('removes what is null', async () => {
    await azure.send('PATCH', app, { properties: { configuration: { ingress: null } }, tags: { team: 'shop' } });
    simulator.endOperations();
    const { body } = await azure.get(app);
    expect(leaf(body, 'properties.configuration.ingress')).toBeNull();
    expect(leaf(body, 'tags')).toEqual({ team: 'shop' });
  });

  it('replaces lists whole', async () => {
    const open = { external: true, targetPort: 9090, exposedPort: 9090 };
    const ports = (list: object[]) => ({
      properties: { configuration: { ingress: { additionalPortMappings: list } } },
    });
    await azure.send('PATCH', app, ports([open, { ...open, targetPort: 9091, exposedPort: 9091 }]));
    simulator.endOperations();
    await azure.send('PATCH', app, ports([{ ...open, external: false }]));
    simulator.endOperations();
    const { body } = await azure.get(app);
    expect(leaf(body, 'properties.configuration.ingress.additionalPortMappings')).toEqual([
      { ...open, external: false },
    ]);
  });

  it('starts a revision when the template changes', async () => {
    await azure.send('PATCH', app, { properties: { template: { scale: { maxReplicas: 3 } } } });
    simulator.endOperations();
    expect((await azure.get(app)).at('properties.latestRevisionName')).toBe('app--0000002');
  });

  it('refuses secrets that were copied from a GET', async () => {
    const { body } = await azure.send('PATCH', app, {
      properties: { configuration: { secrets: [{ name: 'database' }] } },
    });
    expect(leaf(body, 'error.code')).toBe('ContainerAppSecretInvalid');
  });

  it('names a busy environment otherwise', async () => {
    const patch = { properties: { peerAuthentication: { mtls: { enabled: true } } } };
    const accepted = await azure.send('PATCH', env, patch);
    expect(accepted.headers.location).toMatch(/managedEnvironmentOperationResults/);
    expect((await azure.get(env)).at('properties.provisioningState')).toBe('Waiting');
    expect((await azure.send('PATCH', env, patch)).at('error.code')).toBe('ManagedEnvironmentOperationInProgress');
    simulator.endOperations();
    expect((await azure.get(env)).at('properties')).toMatchObject({
      provisioningState: 'Succeeded',
      peerAuthentication: { mtls: { enabled: true } },
    });
  });

  it('merges what a PATCH says of an environment', async () => {
    await azure.send('PATCH', env, {
      properties: {
        publicNetworkAccess: 'Disabled',
        peerTrafficConfiguration: { encryption: { enabled: true } },
      },
    });
    simulator.endOperations();
    expect((await azure.get(env)).at('properties')).toMatchObject({
      publicNetworkAccess: 'Disabled',
      peerTrafficConfiguration: { encryption: { enabled: true } },
      peerAuthentication: { mtls: { enabled: false } },
      appLogsConfiguration: { destination: 'log-analytics' },
    });
  });

  it('answers a PUT with 201 and a state to poll', async () => {
    const { status, headers, body } = await azure.send('PUT', app, {
      location: 'West Europe',
      properties: { configuration: { ingress: null } },
    });
    expect(status).toBe(201);
    expect(leaf(body, 'properties.provisioningState')).toBe('InProgress');
    const state = headers['azure-asyncoperation']?.toString() ?? '';
    expect((await azure.send('GET', state)).at('status')).toBe('InProgress');
    simulator.endOperations();
    expect((await azure.send('GET', state)).at('status')).toBe('Succeeded');
  });

  it('replaces by a PUT all but what only the service sets', async () => {
    const before = (await azure.get(app)).body;
    const ingress = { external: true, targetPort: 9000 };
    await azure.send('PUT', app, { location: 'West Europe', properties: { configuration: { ingress } } });
    simulator.endOperations();
    const { body } = await azure.get(app);
    expect(leaf(body, 'properties.configuration')).toEqual({
      ingress: { ...ingress, fqdn: leaf(before, 'properties.configuration.ingress.fqdn') },
    });
    expect(leaf(body, 'properties')).not.toHaveProperty('template');
    for (const path of ['id', 'identity', 'properties.environmentId', 'properties.outboundIpAddresses']) {
      expect(leaf(body, path)).toEqual(leaf(before, path));
    }
  });

  it('says at each step of an operation how long it still takes', async () => {
    const secondsIn = (answer: { headers: Record<string, unknown> }) => Number(answer.headers['retry-after']);
    const accepted = await azure.send('PATCH', app, secure);
    const location = accepted.headers.location ?? '';
    const running = await azure.send('GET', location);
    simulator.endOperations();
    expect((await azure.send('GET', location)).headers).not.toHaveProperty('retry-after');

    const created = await azure.send('PUT', app, { location: 'West Europe', properties: {} });
    const state = await azure.send('GET', created.headers['azure-asyncoperation']?.toString() ?? '');
    for (const answer of [accepted, running, created, state]) {
      expect(secondsIn(answer)).toSatisfy((seconds: number) => seconds > 30 && seconds <= 60);
    }
  });

  it('ends a failing operation as failed, with the old values', async () => {
    simulator.addFault({ action: 'operation-fails', match: { method: 'PATCH' } });
    const { headers } = await azure.send('PATCH', app, secure);
    simulator.endOperations();
    const failed = await azure.get(app);
    expect(failed.at('properties')).toMatchObject({
      provisioningState: 'Failed',
      configuration: { ingress: { allowInsecure: true } },
    });
    expect((await azure.send('GET', headers.location ?? '')).status).toBe(400);
    expect(simulator.events).toHaveLength(0);
  });

  it('lets a person wait for a running operation', async () => {
    await azure.send('PATCH', app, secure);
    const changed = simulator.change(people.ada, app, 'resource', {
      properties: { configuration: { ingress: { targetPort: 9000 } } },
    });
    simulator.endOperations();
    await vi.waitFor(() => expect(leaf(simulator.get(app), 'properties.provisioningState')).toBe('InProgress'));
    simulator.endOperations();
    await changed;
    expect((await azure.get(app)).at('properties.configuration.ingress')).toMatchObject({
      targetPort: 9000,
      allowInsecure: false,
    });
  });
});
