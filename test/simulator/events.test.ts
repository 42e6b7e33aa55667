import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { allLogsTo, containerApp, idOf, people, pipeline, webApp, workspaceId } from '../../simulator/estate.ts';
import { isObject } from '../../simulator/json/json.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf, type Webhook, webhook } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const oid = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const upn = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';

let simulator: Simulator;
let azure: Azure;
let hook: Webhook;

async function start(options: SimulatorOptions = {}): Promise<void> {
  hook = await webhook();
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 60_000,
    retryMilliseconds: [1, 1],
    estate: { resources: [webApp({ name: 'web' }), containerApp({ name: 'app' })] },
    deliverTo: hook.url,
    ...options,
  });
  azure = await connect(simulator);
}
async function stop(): Promise<void> {
  azure.close();
  await simulator.close();
  await hook.close();
}

/** The events that came, one delivery each. */
const came = () => hook.received.map(({ body }) => (Array.isArray(body) ? body[0] : body));
const retag = (team: string) => simulator.change(people.ada, site, 'resource', { tags: { team } });

describe('what an event says', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('names a person with upn, name and address', async () => {
    await simulator.change(people.ada, site, 'config/web', { properties: { minTlsVersion: '1.0' } });
    await simulator.settled();
    expect(hook.received).toHaveLength(1);
    expect(hook.received[0]?.headers).toMatchObject({ 'aeg-event-type': 'Notification', 'aeg-delivery-count': '0' });
    const [event] = came();
    expect(event).toMatchObject({
      eventType: 'Microsoft.Resources.ResourceWriteSuccess',
      subject: `${site}/config/web`,
      dataVersion: '2',
      metadataVersion: '1',
      data: {
        operationName: 'Microsoft.Web/sites/config/write',
        resourceProvider: 'Microsoft.Web',
        status: 'Succeeded',
        authorization: { action: 'Microsoft.Web/sites/config/write', evidence: { role: 'Subscription Admin' } },
        httpRequest: { method: 'PATCH' },
        claims: {
          name: 'Ada Lovelace',
          ipaddr: expect.any(String),
          [oid]: people.ada.objectId,
          [upn]: 'ada.lovelace@contoso.example',
        },
      },
    });
    expect(leaf(simulator.get(site, 'config/web'), 'properties.minTlsVersion')).toBe('1.0');
  });

  it('names an application by its ids alone', async () => {
    await simulator.change(pipeline, site, 'resource', { properties: { httpsOnly: false } });
    await simulator.settled();
    const [event] = came();
    const claims = leaf(event, 'data.claims');
    expect(claims).toMatchObject({ appid: pipeline.appId, [oid]: pipeline.objectId });
    expect(claims).not.toHaveProperty('name');
    expect(claims).not.toHaveProperty('ipaddr');
    expect(leaf(event, 'data.authorization.evidence.principalType')).toBe('ServicePrincipal');
  });

  it("attributes the service's own writes to its identity, with the ids of its request", async () => {
    await azure.raw(
      'PATCH',
      `${simulator.url}${site}?api-version=2025-05-01`,
      {
        authorization: `Bearer ${azure.token}`,
        'content-type': 'application/json',
        'x-ms-client-request-id': 'client-1',
        'x-ms-correlation-request-id': 'correlation-1',
      },
      '{"properties":{"httpsOnly":true}}',
    );
    await simulator.settled();
    expect(came()[0]).toMatchObject({
      data: {
        correlationId: 'correlation-1',
        httpRequest: { clientRequestId: 'client-1' },
        claims: { appid: simulator.identity.appId, [oid]: simulator.identity.objectId },
      },
    });
  });

  it('raises one for a diagnostic setting, by its own provider, and another when it goes', async () => {
    const path = `${site}/providers/Microsoft.Insights/diagnosticSettings/plumbline`;
    await azure.send('PUT', path, { properties: allLogsTo(workspaceId) });
    await azure.send('DELETE', path);
    const [written, deleted] = simulator.events;
    expect(written).toMatchObject({
      operationName: 'Microsoft.Insights/diagnosticSettings/write',
      subject: `${site}/providers/microsoft.insights/diagnosticSettings/plumbline`,
    });
    expect(leaf(written?.body, 'data')).not.toHaveProperty('httpRequest');
    expect(deleted).toMatchObject({ eventType: 'Microsoft.Resources.ResourceDeleteSuccess' });
  });

  it('raises none for reads and refusals', async () => {
    await azure.get(site);
    await azure.send('PATCH', idOf('Microsoft.Web/sites', { name: 'gone' }), { properties: {} });
    expect(simulator.events).toHaveLength(0);
  });

  it('comes when an operation ends', async () => {
    await azure.send('PATCH', app, { tags: { team: 'shop' } });
    expect(simulator.events).toHaveLength(0);
    simulator.endOperations();
    await simulator.settled();
    expect(came()).toMatchObject([{ data: { operationName: 'Microsoft.App/containerApps/write' } }]);
  });

  it('spells the subject in more than one way', async () => {
    for (const team of ['a', 'b', 'c']) await retag(team);
    const subjects = simulator.events.map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(3);
    expect(new Set(subjects.map((subject) => subject.toLowerCase())).size).toBe(1);
  });

  it('tells of created and deleted resources', async () => {
    const id = idOf('Microsoft.Web/sites', { name: 'fresh' });
    await simulator.change(people.grace, id, 'resource', { properties: { httpsOnly: false } });
    expect((await azure.get(id)).at('properties.httpsOnly')).toBe(false);
    expect((await azure.get(`${id}/config/web`)).status).toBe(200);
    await simulator.change(people.grace, id, 'resource', null);
    expect((await azure.get(id)).status).toBe(404);
    expect(simulator.events.map((event) => event.eventType.split('.').at(-1))).toEqual([
      'ResourceWriteSuccess',
      'ResourceDeleteSuccess',
    ]);
    expect(leaf(simulator.events[0]?.body, 'data')).not.toHaveProperty('httpRequest');
  });
});

describe('CloudEvents', () => {
  it('come one by one as objects', async () => {
    await start({ eventSchema: 'CloudEvents' });
    await retag('a');
    await simulator.settled();
    const [delivery] = hook.received;
    expect(delivery?.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(isObject(delivery?.body)).toBe(true);
    expect(delivery?.body).toMatchObject({
      specversion: '1.0',
      type: 'Microsoft.Resources.ResourceWriteSuccess',
      source: expect.stringMatching(/^\/subscriptions\//),
    });
    expect(delivery?.body).not.toHaveProperty('topic');
    await stop();
  });
});

describe('delivery', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('tries again after a failure, counting', async () => {
    hook.answers.push(500, 503);
    await retag('a');
    await simulator.settled();
    expect(hook.received.map(({ headers }) => headers['aeg-delivery-count'])).toEqual(['0', '1', '2']);
    expect(simulator.events[0]).toMatchObject({ state: 'delivered', attempts: [500, 503, 202] });
  });

  it('gives up when the schedule ends', async () => {
    hook.answers.push(500, 500, 500, 500);
    await retag('a');
    await simulator.settled();
    expect(simulator.events[0]).toMatchObject({ state: 'dropped', attempts: [500, 500, 500] });
  });

  it.each([400, 401, 403, 413])('never tries again after %d', async (status) => {
    hook.answers.push(status);
    await retag('a');
    await simulator.settled();
    expect(simulator.events[0]).toMatchObject({ state: 'dropped', attempts: [status] });
  });

  it('tries again when nobody is there', async () => {
    const gone = await webhook();
    await gone.close();
    simulator.deliverTo(gone.url);
    await retag('a');
    await simulator.settled();
    expect(simulator.events[0]).toMatchObject({ state: 'dropped', attempts: [0, 0, 0] });
  });

  it('doubles, loses and reverses when asked', async () => {
    simulator.delivery.duplicates = 2;
    await retag('a');
    await simulator.settled();
    expect(hook.received).toHaveLength(3);
    expect(new Set(came().map((event) => leaf(event, 'id'))).size).toBe(1);

    Object.assign(simulator.delivery, { duplicates: 0, lose: true });
    await retag('b');
    await simulator.settled();
    expect(hook.received).toHaveLength(3);
    expect(simulator.events[1]?.state).toBe('lost');

    Object.assign(simulator.delivery, { lose: false, shuffle: true });
    for (const team of ['c', 'd', 'e']) await retag(team);
    await simulator.settled();
    const order = simulator.events.slice(2).map(({ id }) => id);
    expect(
      came()
        .slice(3)
        .map((event) => leaf(event, 'id')),
    ).toEqual(order.reverse());
  });

  it('delivers nothing without a subscriber', async () => {
    simulator.deliverTo(null);
    await retag('a');
    await simulator.settled();
    expect(simulator.events[0]?.state).toBe('no-subscriber');
    expect(hook.received).toHaveLength(0);
  });
});
