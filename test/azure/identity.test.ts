import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { webApp } from '../../simulator/web-app/builders.ts';
import { createServiceIdentity, identityFromToken } from '../../src/azure/service-identity.ts';
import { APP_ID, OID } from './azure.ts';

const TYPESCRIPT = new URL('../../tools/typescript.mjs', import.meta.url).href;

const token = tokenFor(
  'https://management.azure.com',
  { type: 'app', objectId: OID.toUpperCase(), appId: APP_ID },
  new Date(),
  4e9,
);

describe("Plumbline's own identity", () => {
  it('is read from the claims of its token', () => {
    expect(identityFromToken(token)).toEqual({ objectId: OID, appId: APP_ID });
  });

  it.each([
    ['no JWT', 'opaque'],
    ['three parts of nonsense', 'a.b.c'],
    ['a payload that is no object', `a.${Buffer.from('7').toString('base64url')}.c`],
    ['claims of another kind', `a.${Buffer.from('{"oid":7,"appid":"x"}').toString('base64url')}.c`],
    ['an encrypted token', `${token}.x.y`],
  ])('is unknown from %s', (_, text) => {
    expect(identityFromToken(text)).toEqual({ objectId: null, appId: null });
  });

  it('is that of the token until the token ends', async () => {
    const tokens = [token, 'opaque'];
    let now = 0;
    const identity = createServiceIdentity(
      { getToken: async () => ({ token: tokens.shift() ?? '', expiresOnTimestamp: now + 1000 }) },
      'scope',
      () => new Date(now),
    );
    const first = await identity();
    now = 999;
    expect(await identity()).toBe(first);
    now = 1000;
    expect(await identity()).toEqual({ objectId: null, appId: null });
  });

  it('is an error when there is no token', async () => {
    await expect(createServiceIdentity({ getToken: async () => null }, 'scope', () => new Date())()).rejects.toThrow(
      'no token',
    );
  });
});

describe('the managed identity over its real protocol', () => {
  const seed = webApp({ name: 'portal' });
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ identityActions: deployedActions(), estate: { resources: [seed] } });
  });
  afterAll(() => simulator.close());

  it('a process with only its environment gets a token that Resource Manager accepts', async () => {
    expect(await inProcess(simulator.environment)).toEqual({
      identity: { objectId: simulator.identity.objectId, appId: simulator.identity.appId },
      statuses: { resource: 'read' },
    });
    expect(simulator.requests).toMatchObject([
      { method: 'GET', callerObjectId: simulator.identity.objectId, status: 200 },
    ]);
  });

  it('a document is failed when the identity endpoint fails', async () => {
    const remove = simulator.addFault({ action: 'server-error', match: { path: '/msi/token' } });
    expect(await inProcess(simulator.environment)).toMatchObject({
      identity: 'none',
      statuses: { resource: 'failed' },
    });
    remove();
  });

  async function inProcess(environment: Record<string, string>): Promise<unknown> {
    const at = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
    const script = `
      import { createArm } from ${at('azure/arm.ts')};
      import { createCredential } from ${at('azure/credential.ts')};
      import { parseResourceId } from ${at('domain/resources/resource.ts')};
      import { NO_METRICS } from ${at('workflows/ports/metrics.ts')};
      import { createLog } from ${at('app/log.ts')};
      const arm = createArm({
        endpoint: process.env.AZURE_RESOURCE_MANAGER_ENDPOINT, audience: process.env.AZURE_RESOURCE_MANAGER_AUDIENCE,
        credential: createCredential({ endpointPresent: true, clientId: process.env.AZURE_CLIENT_ID }),
        log: createLog('silent'), now: () => new Date(), throttling: null, metrics: NO_METRICS,
      });
      const snapshot = await arm.read(parseResourceId(${JSON.stringify(seed.id)}), ['resource']);
      const identity = await arm.getIdentity().catch(() => 'none');
      console.log(JSON.stringify({ identity, statuses: { resource: snapshot.documents.resource.status } }));
      process.exit(0);`;
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, '--input-type=module', '-e', script], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    return JSON.parse(output);
  }
}, 60_000);
