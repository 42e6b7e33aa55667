// What of a write is taken: nothing that is not published, in a PATCH not even all that is, and what replaces what.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, idOf, people, plan, slot, webApp, workspaceId } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const serverFarm = idOf('Microsoft.Web/serverfarms', { name: 'plan' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const env = idOf('Microsoft.App/managedEnvironments', { name: 'production' });
const setting = (of: string) => `${of}/providers/Microsoft.Insights/diagnosticSettings/all`;

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    allows: () => true,
    operationMilliseconds: 1,
    estate: {
      resources: [
        plan({ name: 'plan' }),
        webApp({ name: 'web' }),
        slot({ of: 'web', name: 'staging' }),
        environment({ name: 'production' }),
        containerApp({ name: 'app', auth: 'on' }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

const logs = { workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true, enabledd: true }] };
const misspelt = { httpOnly: true };

describe('a name that nobody publishes', () => {
  it.each<[method: string, path: string, properties: object]>([
    ['PATCH', site, misspelt],
    ['PUT', site, misspelt],
    ['PATCH', site, { siteConfig: misspelt }],
    ['PATCH', `${site}/slots/staging`, misspelt],
    ['PATCH', `${site}/config/web`, misspelt],
    ['PATCH', `${site}/config/web`, { cors: { allowedOrigins: [], ...misspelt } }],
    ['PUT', `${site}/config/web`, misspelt],
    ['PUT', `${site}/config/authsettingsV2`, { platform: { enabled: true, ...misspelt } }],
    ['PUT', `${site}/basicPublishingCredentialsPolicies/ftp`, { allow: false, ...misspelt }],
    ['PUT', setting(site), { ...logs, ...misspelt }],
    ['PATCH', app, { configuration: { ingress: misspelt } }],
    ['PUT', app, { configuration: { ingress: null }, ...misspelt }],
    ['PUT', `${app}/authConfigs/current`, { login: { tokenStore: misspelt } }],
    ['PATCH', env, { peerAuthentication: { mtls: misspelt } }],
    ['PUT', setting(env), { ...logs, ...misspelt }],
  ])('in a %s of %s succeeds and leaves nothing', async (method, path, properties) => {
    const { status, body } = await azure.send(method, path, { properties });
    expect(status).toBeLessThan(300);
    await simulator.settled();
    const stored = [...new Set([site, path])].map((one) => azure.get(one));
    const shown = JSON.stringify([body, ...(await Promise.all(stored)), await azure.get(`${site}/config/web`)]);
    expect(shown).not.toMatch(/httpOnly|enabledd/);
  });

  it.each([
    [site, 'resource', 'httpOnly'],
    [site, 'config/web', 'httpOnly'],
    [serverFarm, 'resource', 'zoneRedundancy'],
    [app, 'resource', 'ingres'],
    [env, 'resource', 'mtls'],
  ])('leaves nothing in %s when a person writes %s', async (id, document, name) => {
    await simulator.change(people.ada, id, document, { properties: { [name]: true } });
    expect(leaf(simulator.get(id, document), 'properties')).not.toHaveProperty(name);
  });

  it('is changed by a person where it is there', async () => {
    await simulator.change(people.ada, site, 'resource', { properties: { homeStamp: 'another', state: 'Stopped' } });
    expect(leaf(simulator.get(site), 'properties')).toMatchObject({ homeStamp: 'another', state: 'Stopped' });
  });
});

it('ignores what only the service sets', async () => {
  await azure.send('PATCH', site, { name: 'other', properties: { state: 'Stopped', defaultHostName: 'x.example' } });
  await azure.send('PATCH', app, {
    id: '/other',
    properties: { latestRevisionFqdn: 'x.example', provisioningState: 'Failed' },
  });
  await simulator.settled();
  expect((await azure.get(site)).body).toMatchObject({ name: 'web', properties: { state: 'Running' } });
  expect((await azure.get(app)).body).toMatchObject({ id: app, properties: { provisioningState: 'Succeeded' } });
  expect(JSON.stringify([simulator.get(site), simulator.get(app)])).not.toContain('x.example');
});

describe('a PATCH of a site', () => {
  const unpublished = {
    properties: {
      endToEndEncryptionEnabled: true,
      sshEnabled: false,
      outboundVnetRouting: { applicationTraffic: true },
    },
    tags: { team: 'shop' },
  };
  const written = {
    properties: {
      endToEndEncryptionEnabled: true,
      sshEnabled: false,
      outboundVnetRouting: { allTraffic: false, applicationTraffic: true },
    },
    tags: { team: 'shop' },
  };
  const untouched = {
    properties: {
      endToEndEncryptionEnabled: false,
      sshEnabled: null,
      outboundVnetRouting: { applicationTraffic: false },
    },
    tags: {},
  };

  it.each([site, `${site}/slots/staging`])('of %s ignores what its published model lacks', async (path) => {
    const { status, body } = await azure.send('PATCH', path, {
      ...unpublished,
      properties: { ...unpublished.properties, httpsOnly: false },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...untouched, properties: { ...untouched.properties, httpsOnly: false } });
    expect((await azure.get(path)).body).toEqual(body);
  });

  it('takes it when it is told to, and no longer when it is told not to', async () => {
    simulator.takesUnpublished = true;
    expect((await azure.send('PATCH', site, unpublished)).body).toMatchObject(written);
    simulator.takesUnpublished = false;
    const back = { properties: { sshEnabled: true } };
    expect((await azure.send('PATCH', site, back)).at('properties.sshEnabled')).toBe(false);
  });

  it('may be told so at the start, and over HTTPS', async () => {
    const own = await startSimulator({ identityActions: deployedActions(), takesUnpublished: true });
    expect(own.takesUnpublished).toBe(true);
    await own.close();
    expect((await azure.control('PUT', 'takesUnpublished', { takes: true })).status).toBe(204);
    expect((await azure.control('GET', 'state')).at('takesUnpublished')).toBe(true);
    expect((await azure.send('PATCH', site, unpublished)).body).toMatchObject(written);
  });

  it('is no limit for a PUT, nor for what a person does', async () => {
    const { body } = await azure.send('PUT', site, { ...unpublished, location: 'West Europe' });
    expect(body).toMatchObject(written);
    await simulator.change(people.ada, site, 'resource', { properties: { sshEnabled: true } });
    expect(leaf(simulator.get(site), 'properties.sshEnabled')).toBe(true);
  });

  it('replaces the switches of outbound routing: those that are not named are off', async () => {
    simulator.takesUnpublished = true;
    const route = (outboundVnetRouting: object) => azure.send('PATCH', site, { properties: { outboundVnetRouting } });
    await route({ imagePullTraffic: true });
    expect((await route({ applicationTraffic: true })).at('properties.outboundVnetRouting')).toEqual({
      allTraffic: false,
      applicationTraffic: true,
      contentShareTraffic: false,
      imagePullTraffic: false,
      backupRestoreTraffic: false,
    });
  });
});
