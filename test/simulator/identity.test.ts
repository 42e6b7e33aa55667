import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, idOf, subscriptionId, webApp } from '../../simulator/estate.ts';
import { serviceIdentity } from '../../simulator/identity/directory.ts';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });

let simulator: Simulator;
let azure: Azure;

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 20,
    estate: {
      resources: [
        webApp({ name: 'web' }),
        environment({ name: 'production' }),
        containerApp({ name: 'app', ingress: { allowInsecure: true } }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterAll(async () => {
  azure.close();
  await simulator.close();
});

/** Runs a module in a process of its own, with only the simulator's environment, and parses what it prints. */
async function inProcess(source: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {
    env: { PATH: process.env.PATH, SUBSCRIPTION: subscriptionId, ...simulator.environment },
  });
  return JSON.parse(stdout);
}

const claimsOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('the managed identity endpoint', () => {
  it('gives the real ManagedIdentityCredential a token with the claims of an identity', async () => {
    const printed = await inProcess(`
      import { ManagedIdentityCredential } from '@azure/identity';
      const credential = new ManagedIdentityCredential({ clientId: process.env.AZURE_CLIENT_ID });
      const token = await credential.getToken(process.env.AZURE_RESOURCE_MANAGER_AUDIENCE + '/.default');
      console.log(JSON.stringify(token));
    `);
    const { token, expiresOnTimestamp } = z
      .object({ token: z.string(), expiresOnTimestamp: z.number() })
      .parse(printed);
    const claims = claimsOf(token);
    expect(claims).toMatchObject({
      aud: simulator.url,
      oid: serviceIdentity.objectId,
      appid: serviceIdentity.appId,
      idtyp: 'app',
      tid: expect.any(String),
      xms_mirid: expect.stringMatching(/userAssignedIdentities/),
    });
    // The credential counts in whole seconds from when the answer came, which may be the next one.
    const { exp } = z.object({ exp: z.number() }).parse(claims);
    expect(Math.abs(exp - expiresOnTimestamp / 1000)).toBeLessThanOrEqual(1);
  });

  it('lets the real SDK write to a container app and poll to the end', async () => {
    const printed = await inProcess(`
      import { ManagedIdentityCredential } from '@azure/identity';
      import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
      const { AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint, AZURE_RESOURCE_MANAGER_AUDIENCE: audience } = process.env;
      const client = new ContainerAppsAPIClient(new ManagedIdentityCredential({ clientId: process.env.AZURE_CLIENT_ID }), process.env.SUBSCRIPTION, {
        endpoint, credentials: { scopes: [audience + '/.default'] },
      });
      const poller = client.containerApps.update('shop', 'app', { configuration: { ingress: { allowInsecure: false } } }, { updateIntervalInMs: 5 });
      const app = await poller.pollUntilDone();
      console.log(JSON.stringify({ state: app.provisioningState, allowInsecure: app.configuration.ingress.allowInsecure }));
    `);
    expect(printed).toEqual({ state: 'Succeeded', allowInsecure: false });
  });

  it.each([
    ['without the header', '?resource=x&api-version=2019-08-01', {}, 403],
    ['for another identity', '?resource=x&api-version=2019-08-01&client_id=other', { 'x-identity-header': '' }, 400],
    ['in another version', '?resource=x&api-version=2018-02-01', { 'x-identity-header': '' }, 400],
    ['for no resource', '?api-version=2019-08-01', { 'x-identity-header': '' }, 400],
  ])('refuses a token %s', async (_, query, headers, status) => {
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER = '' } = simulator.environment;
    const sent = 'x-identity-header' in headers ? { 'x-identity-header': IDENTITY_HEADER } : {};
    expect(await azure.raw('GET', `${IDENTITY_ENDPOINT}${query}`, sent)).toMatchObject({
      status,
      body: { statusCode: status },
    });
  });

  it('is struck only by faults that name it', async () => {
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER = '' } = simulator.environment;
    const ask = () =>
      azure.raw('GET', `${IDENTITY_ENDPOINT}?resource=x&api-version=2019-08-01`, {
        'x-identity-header': IDENTITY_HEADER,
      });
    simulator.addFault({ action: 'server-error' });
    expect((await ask()).status).toBe(200);
    simulator.addFault({ action: 'server-error', match: { path: '/msi/token' } });
    expect((await ask()).status).toBe(500);
    simulator.clearFaults();
  });
});

describe('who Resource Manager lets in', () => {
  const now = Math.floor(Date.now() / 1000);
  const token = (audience: string, expires: number) => tokenFor(audience, serviceIdentity, new Date(), expires);

  it.each([
    ['nobody', () => undefined, 'AuthenticationFailed'],
    ['rubbish', () => 'rubbish', 'InvalidAuthenticationToken'],
    [
      'a token for another audience',
      () => token('https://vault.azure.net', now + 60),
      'InvalidAuthenticationTokenAudience',
    ],
    ['an old token', () => token(simulator.url, now - 1), 'ExpiredAuthenticationToken'],
  ])('not %s', async (_, made, code) => {
    const bearer = made();
    const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
    const answer = await azure.raw('GET', `${simulator.url}${site}?api-version=2025-05-01`, headers);
    expect(answer).toMatchObject({ status: 401, body: { error: { code } } });
    expect(answer.headers).toHaveProperty('www-authenticate');
  });
});

describe('the certificate', () => {
  it('is kept in a given folder and used again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
    const pem = async () => {
      const one = await startSimulator({ identityActions: deployedActions(), certificateFolder: folder });
      await one.close();
      return readFile(one.certificatePath, 'utf8');
    };
    expect(await pem()).toBe(await pem());
    await rm(folder, { recursive: true });
  });

  it('leaves nothing behind without one', async () => {
    const one = await startSimulator({ identityActions: deployedActions() });
    await one.close();
    await expect(stat(dirname(one.certificatePath))).rejects.toThrow('ENOENT');
  });

  it('says which port is taken, and leaves nothing behind', async () => {
    const port = Number(new URL(simulator.url).port);
    const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder);
    await expect(startSimulator({ identityActions: deployedActions(), port })).rejects.toThrow(`port ${port} is taken`);
    vi.unstubAllEnvs();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
