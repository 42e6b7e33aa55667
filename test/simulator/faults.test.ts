import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, idOf, people, webApp } from '../../simulator/estate.ts';
import { type Fault, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const httpsOnly = { properties: { httpsOnly: true } };

let simulator: Simulator;
let azure: Azure;
let drawn: number;

beforeEach(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 60_000,
    random: () => drawn,
    estate: {
      resources: [
        webApp({ name: 'web', site: { httpsOnly: false } }),
        environment({ name: 'production' }),
        containerApp({ name: 'app' }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

const stored = () => simulator.get(site);
const isHttpsOnly = (value: boolean) => expect(stored()).toMatchObject({ properties: { httpsOnly: value } });

describe('refusals', () => {
  it.each<[Fault['action'], number, object]>([
    [
      'throttled',
      429,
      {
        error: {
          code: 'SubscriptionRequestsThrottled',
          message: expect.stringMatching(
            /^Number of 'write' requests for subscription '.+' actor '.+' exceeded\. Please try again after '10' seconds\.$/,
          ),
        },
      },
    ],
    [
      'busy-app',
      409,
      {
        error: {
          code: 'ContainerAppOperationInProgress',
          message: expect.stringMatching(/OperationId: '[0-9a-f-]{36}'\.$/),
        },
      },
    ],
    ['busy-environment', 409, { error: { code: 'ManagedEnvironmentOperationInProgress' } }],
    [
      'busy-site',
      409,
      {
        Code: 'Conflict',
        Message: expect.stringMatching(/^Cannot modify this site because another operation/),
        Target: null,
        Details: [{}, { Code: 'Conflict' }, { ErrorEntity: { ExtendedCode: '59203' } }],
        Innererror: null,
      },
    ],
    ['conflicting-write', 409, { error: { code: 'ConflictingConcurrentWriteNotAllowed' } }],
    [
      'locked',
      409,
      {
        error: {
          code: 'ScopeLocked',
          message: expect.stringMatching(/cannot perform write operation because following scope\(s\) are locked/),
        },
      },
    ],
    [
      'policy',
      403,
      { error: { code: 'RequestDisallowedByPolicy', target: 'web', additionalInfo: [{ type: 'PolicyViolation' }] } },
    ],
    [
      'forbidden',
      403,
      {
        error: {
          code: 'AuthorizationFailed',
          message: expect.stringMatching(/perform action 'Microsoft\.Web\/sites\/write' over scope/),
        },
      },
    ],
    [
      'linked-forbidden',
      403,
      { error: { code: 'LinkedAuthorizationFailed', message: expect.stringMatching(/subnets\/join\/action/) } },
    ],
    ['not-found', 404, { error: { code: 'ResourceNotFound' } }],
    ['server-error', 500, { error: { code: 'InternalServerError' } }],
    ['unsupported-category', 400, { code: 'BadRequest', message: "Category 'allLogs' is not supported." }],
  ])('%s is a %d in its own shape, and changes nothing', async (action, status, body) => {
    simulator.addFault({ action });
    const answer = await azure.send('PATCH', site, httpsOnly);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(body);
    isHttpsOnly(false);
    expect(simulator.events).toHaveLength(0);
    expect(simulator.requests.at(-1)).toMatchObject({ method: 'PATCH', status, body: httpsOnly });
  });

  it('has no error wrapper in the legacy shape', async () => {
    simulator.addFault({ action: 'busy-site' });
    expect((await azure.send('PATCH', site, httpsOnly)).body).not.toHaveProperty('error');
  });

  it('says when to try again', async () => {
    simulator.addFault({ action: 'throttled', retryAfter: 90 });
    expect((await azure.get(site)).headers['retry-after']).toBe('90');
  });

  it('answers what it is told to', async () => {
    simulator.addFault({ action: 'answer', status: 418, body: { any: 'thing' } });
    expect(await azure.get(site)).toMatchObject({ status: 418, body: { any: 'thing' } });
  });
});

describe('effects and connections', () => {
  it('reset: the connection dies and nothing is stored', async () => {
    simulator.addFault({ action: 'reset', match: { method: 'PATCH' } });
    await expect(azure.send('PATCH', site, httpsOnly)).rejects.toThrow();
    isHttpsOnly(false);
    expect(simulator.requests.at(-1)?.status).toBe(0);
  });

  it('apply-then-reset: stored, an event raised, and the connection dies', async () => {
    simulator.addFault({ action: 'apply-then-reset' });
    await expect(azure.send('PATCH', site, httpsOnly)).rejects.toThrow();
    isHttpsOnly(true);
    expect(simulator.events).toHaveLength(1);
  });

  it('ignore-write: answered as done, and not stored', async () => {
    simulator.addFault({ action: 'ignore-write', match: { method: 'PATCH' } });
    expect((await azure.send('PATCH', site, httpsOnly)).status).toBe(200);
    isHttpsOnly(false);
  });

  it('accepted-empty: Microsoft.Web may answer 202 without a body', async () => {
    simulator.addFault({ action: 'accepted-empty', match: { method: 'PATCH' } });
    expect(await azure.send('PATCH', site, httpsOnly)).toMatchObject({ status: 202, body: undefined });
    isHttpsOnly(true);
  });

  it('hang: no answer until the simulator closes', async () => {
    simulator.addFault({ action: 'hang' });
    const hanging = azure.get(site).then(
      () => 'answered',
      () => 'killed',
    );
    await simulator.close();
    expect(await hanging).toBe('killed');
  });

  it('delay: the request is looked at later, beside another fault', async () => {
    simulator.addFault({ action: 'delay', milliseconds: 1 });
    simulator.addFault({ action: 'locked' });
    expect((await azure.send('PATCH', site, httpsOnly)).at('error.code')).toBe('ScopeLocked');
  });
});

describe('which requests a fault strikes', () => {
  const statuses = async (count: number) => {
    const all: number[] = [];
    for (let at = 0; at < count; at++) all.push((await azure.get(site)).status);
    return all;
  };

  it('only the next ones, only after some, until it is taken away', async () => {
    const remove = simulator.addFault({ action: 'server-error', status: 503, skip: 1, times: 2 });
    expect(await statuses(4)).toEqual([200, 503, 503, 200]);
    remove();
    simulator.addFault({ action: 'server-error' });
    simulator.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });

  it('by chance, and the record says what went wrong', async () => {
    simulator.addFault({ action: 'server-error', status: 503, chance: 0.3 });
    drawn = 0.3;
    expect(await statuses(1)).toEqual([200]);
    drawn = 0.29;
    expect(await statuses(1)).toEqual([503]);
    expect(simulator.requests.map(({ fault }) => fault)).toEqual([undefined, 'server-error']);
  });

  it('by method, by part of the path, by pattern and by action, without case', async () => {
    simulator.addFault({ action: 'locked', match: { method: 'patch', path: '/SITES/web' } });
    simulator.addFault({ action: 'busy-site', match: { path: 'containerapps/(app|other)$' } });
    simulator.addFault({ action: 'policy', match: { action: 'microsoft.web/sites/CONFIG/read' } });
    expect((await azure.get(site)).status).toBe(200);
    expect((await azure.send('PATCH', site, httpsOnly)).status).toBe(409);
    expect((await azure.get(app)).status).toBe(409);
    expect((await azure.get(`${site}/config/web`)).status).toBe(403);
  });
});

describe('who may do what', () => {
  it('sees method, action and scope of every ARM request in one place', async () => {
    const seen: string[] = [];
    const strict = await startSimulator({
      estate: { resources: [webApp({ name: 'web' })] },
      allows: ({ method, action, scope }) => {
        seen.push(`${method} ${action} ${scope.split('/').at(-1)}`);
        return action.endsWith('/read');
      },
    });
    const reader = await connect(strict);
    await reader.get(site);
    await reader.get(`${site}/config/web`);
    await reader.get(`${site}/providers/Microsoft.Insights/diagnosticSettings`);
    const refused = await reader.send('PUT', `${site}/basicPublishingCredentialsPolicies/ftp`, {
      properties: { allow: false },
    });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } });
    await reader.send('POST', `${site}/config/appsettings/list`);
    expect(seen).toEqual([
      'GET Microsoft.Web/sites/read web',
      'GET Microsoft.Web/sites/config/read web',
      'GET Microsoft.Insights/diagnosticSettings/read web',
      'PUT Microsoft.Web/sites/basicPublishingCredentialsPolicies/ftp/write web',
      'POST Microsoft.Web/sites/config/list/action web',
    ]);
    reader.close();
    await strict.close();
  });
});

describe('guarantee 13: least privilege', () => {
  it('the identity may do what the deployed roles say, and nothing else', async () => {
    const strict = await startSimulator({
      identityActions: deployedActions(),
      estate: { resources: [webApp({ name: 'web' })] },
    });
    const identity = await connect(strict);
    expect((await identity.get(`${site}/config/web`)).status).toBe(200);
    expect((await identity.send('PATCH', site, { properties: { httpsOnly: true } })).status).toBe(200);
    const outside: [string, string][] = [
      ['POST', `${site}/config/appsettings/list`],
      ['POST', `${site}/restart`],
      ['DELETE', site],
      ['GET', `${site}/providers/Microsoft.Insights/diagnosticSettingsCategories`],
      ['POST', `${site}/slotsswap`],
    ];
    for (const [method, path] of outside) {
      const answer = await identity.send(method, path);
      const told = `${method} ${path}: ${answer.status} ${answer.at('error.code')}`;
      expect(told).toBe(`${method} ${path}: 403 AuthorizationFailed`);
    }
    identity.close();
    await strict.close();
  });
});

describe('hooks', () => {
  it('run before a request is looked at, and between its effect and its answer', async () => {
    const seen: string[] = [];
    const remove = simulator.onRequest(async ({ method, status }, phase) => {
      if (phase === 'before') await simulator.change(people.ada, site, 'resource', { tags: { by: 'hook' } });
      seen.push(`${method} ${phase} ${status}`);
    });
    expect((await azure.get(site)).at('tags.by')).toBe('hook');
    remove();
    await azure.get(site);
    expect(seen).toEqual(['GET before 0', 'GET applied 200']);
  });
});
