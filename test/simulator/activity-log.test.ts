import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerApp, environment, idOf, people, pipeline, subscriptionId, webApp } from '../../simulator/estate.ts';
import { claimsOf } from '../../simulator/identity/claims.ts';
import { serviceIdentity } from '../../simulator/identity/directory.ts';
import { isObject, type JsonObject, member } from '../../simulator/json/json.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type ArmAnswer, type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const oid = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

let simulator: Simulator;
let azure: Azure;
let mayRead = true;

beforeEach(async () => {
  mayRead = true;
  simulator = await startSimulator({
    allows: ({ action }) => mayRead || action.toLowerCase() !== 'microsoft.insights/eventtypes/values/read',
    operationMilliseconds: 60_000,
    estate: {
      resources: [webApp({ name: 'web' }), environment({ name: 'production' }), containerApp({ name: 'app' })],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

const takeTurns =
  (...values: number[]) =>
  () => {
    const value = values.shift() ?? 0;
    values.push(value);
    return value;
  };
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const since = (from: string) => `eventTimestamp ge '${from}'`;
const within = (from: string, to = hoursAgo(-1)) => `${since(from)} and eventTimestamp le '${to}'`;

function ask(query: Record<string, string>): Promise<ArmAnswer> {
  const all = new URLSearchParams({ 'api-version': '2015-04-01', ...query });
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
  return azure.send('GET', `${simulator.url}${path}?${all}`);
}

function entriesIn({ body }: ArmAnswer): JsonObject[] {
  const value = member(body, 'value');
  return Array.isArray(value) ? value.filter(isObject) : [];
}

async function logged(filter = within(hoursAgo(1))): Promise<JsonObject[]> {
  return entriesIn(await ask({ $filter: filter }));
}

const stepOf = (entry: JsonObject) =>
  [member(entry, 'operationName', 'value'), member(entry, 'status', 'value')].join(' ');

describe('a write', () => {
  it('leaves its beginning and its end, newest first, with the casing of the request', async () => {
    const path = site.replace('/resourceGroups/', '/resourcegroups/').replace(/web$/, 'WEB');
    await azure.send('PATCH', `${path}/config/Web`, { properties: { minTlsVersion: '1.3' } });
    const [end, begin, ...more] = await logged();
    expect(more).toEqual([]);
    const shared = {
      operationName: { value: 'Microsoft.Web/sites/config/write' },
      authorization: { action: 'Microsoft.Web/sites/config/write', scope: `${path}/config/Web` },
      resourceId: `${path}/config/Web`,
      resourceType: { value: 'Microsoft.Web/sites/config' },
      resourceProviderName: { value: 'Microsoft.Web' },
      resourceGroupName: 'shop',
      category: { value: 'Administrative' },
      caller: serviceIdentity.objectId,
      claims: {
        [oid]: serviceIdentity.objectId,
        appid: serviceIdentity.appId,
        idtyp: 'app',
        xms_mirid: expect.any(String),
      },
    };
    expect(begin).toMatchObject({ ...shared, eventName: { value: 'BeginRequest' }, status: { value: 'Started' } });
    expect(end).toMatchObject({
      ...shared,
      eventName: { value: 'EndRequest' },
      status: { value: 'Succeeded', localizedValue: 'Erfolgreich' },
      properties: { statusCode: 'OK' },
    });
    expect(begin?.properties).not.toHaveProperty('statusCode');
    expect([end?.operationId, end?.correlationId]).toEqual([begin?.correlationId, begin?.correlationId]);
    expect(end?.eventDataId).not.toBe(begin?.eventDataId);
    expect(JSON.stringify([begin, end])).not.toMatch(/evidence|httpRequest|minTlsVersion/);
    const lag = Date.parse(String(end?.submissionTimestamp)) - Date.parse(String(end?.eventTimestamp));
    expect(lag).toBe(60_000);
  });

  it('by a person names them in the claims, and says no more of a pipeline than its ids', async () => {
    await simulator.change(people.ada, site, 'resource', { properties: { httpsOnly: false } });
    await simulator.change(pipeline, site, 'diagnosticSettings/all logs', null);
    const [byPipeline, , byAda] = await logged();
    expect(byAda).toMatchObject({
      caller: 'ada.lovelace@contoso.example',
      claims: { name: 'Ada Lovelace', idtyp: 'user' },
    });
    expect(byPipeline).toMatchObject({
      caller: pipeline.objectId,
      operationName: { value: 'Microsoft.Insights/diagnosticSettings/delete' },
      resourceId: `${site}/providers/microsoft.insights/diagnosticSettings/all logs`,
      resourceProviderName: { value: 'microsoft.insights' },
      claims: { [oid]: pipeline.objectId },
    });
    expect(byPipeline?.claims).not.toHaveProperty('name');
    expect(byPipeline?.claims).not.toHaveProperty('xms_mirid');
  });

  it('that takes long is accepted first, and ends with what became of it', async () => {
    await azure.send('PATCH', app, { properties: { configuration: { ingress: { allowInsecure: false } } } });
    expect((await logged()).map(stepOf)).toEqual(
      ['Accepted', 'Started'].map((step) => `Microsoft.App/containerApps/write ${step}`),
    );
    simulator.endOperations();
    expect((await logged()).map(stepOf)[0]).toBe('Microsoft.App/containerApps/write Succeeded');
    simulator.addFault({ action: 'operation-fails', match: { method: 'PATCH' } });
    await azure.send('PATCH', app, { properties: {} });
    simulator.endOperations();
    expect((await logged()).map(stepOf)[0]).toBe('Microsoft.App/containerApps/write Failed');
  });

  it('that is refused has failed, with what the provider said; a throttled one never came so far', async () => {
    simulator.addFault({ action: 'locked', match: { method: 'PATCH' }, times: 1 });
    await azure.send('PATCH', site, { properties: {} });
    simulator.addFault({ action: 'throttled', match: { method: 'PATCH' }, times: 1 });
    await azure.send('PATCH', site, { properties: {} });
    await azure.send('PUT', `${site}/config/web`, 'no object');
    const entries = await logged();
    expect(entries.map(stepOf)).toEqual([
      'Microsoft.Web/sites/config/write Failed',
      'Microsoft.Web/sites/config/write Started',
      'Microsoft.Web/sites/write Failed',
      'Microsoft.Web/sites/write Started',
    ]);
    expect(entries[2]).toMatchObject({
      level: 'Error',
      properties: { statusCode: 'Conflict', statusMessage: expect.stringContaining('ScopeLocked') },
    });
  });

  it('is not logged of what only reads, nor of what comes without any event', async () => {
    await azure.get(site);
    simulator.add(webApp({ name: 'other' }));
    simulator.remove(site);
    expect(await logged()).toEqual([]);
  });
});

describe('a query', () => {
  const add = (name: string, more = {}) =>
    simulator.activity.add({ id: site.replace(/web$/, name), operation: 'Microsoft.Web/sites/write', ...more });

  it('gives 200 entries a page, each once, whatever is logged meanwhile', async () => {
    for (let n = 0; n < 2600; n++) add(`web${n}`, { at: hoursAgo(1 + (n % 24)) });
    const ids = new Set<unknown>();
    let pages = 0;
    let page = await ask({ $filter: `${within(hoursAgo(48))} and resourceGroupName eq 'shop'` });
    for (; ; pages++) {
      const times = entriesIn(page).map(({ eventTimestamp }) => String(eventTimestamp));
      expect(times).toEqual([...times].sort().reverse());
      for (const { eventDataId } of entriesIn(page)) ids.add(eventDataId);
      if (page.at('nextLink') === undefined) break;
      add('later');
      page = await azure.send('GET', String(page.at('nextLink')));
    }
    expect([pages, ids.size]).toEqual([25, 5200]);
  });

  it.each([
    [() => '', 2],
    [() => " and resourceGroupName eq 'SHOP'", 2],
    [() => " and resourceGroupName eq 'sho'", 0],
    [() => ` and resourceUri eq '${site.toUpperCase()}'`, 2],
    [() => ` and resourceUri eq '${site.replace(/.web$/, '')}'`, 0],
    [() => " and resourceProvider eq 'microsoft.web'", 2],
    [() => " and resourceProvider eq 'Microsoft.Insights'", 0],
    [() => " and correlationId eq 'c-1'", 2],
    [() => " and correlationId eq 'c-2'", 0],
  ])('takes the documented patterns: time%s', async (more, count) => {
    add('web', { correlationId: 'c-1' });
    expect(await logged(within(hoursAgo(1)) + more())).toHaveLength(count);
    expect(await logged(since(hoursAgo(1)) + more())).toHaveLength(count);
  });

  it('has what lies within the time, its ends included', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const recent = new Date(Math.max(Date.parse(at), Date.now() - 86_400_000)).toISOString();
    add('web', { at: recent });
    expect((await logged(within(recent, recent))).map(stepOf)).toEqual(['Microsoft.Web/sites/write Succeeded']);
    expect(await logged(within(hoursAgo(1)))).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['no start', `eventTimestamp le '${hoursAgo(0)}'`],
    ['a time that is none', since('yesterday')],
    ['two of the patterns', `${within(hoursAgo(1))} and resourceGroupName eq 'shop' and resourceUri eq '${site}'`],
    ['what nobody sends', `${within(hoursAgo(1))} and level eq 'Error'`],
    ['a caller before the pattern', `${within(hoursAgo(1))} and caller eq 'ada' and resourceUri eq '${site}'`],
    ['another operator', `${within(hoursAgo(1))} or resourceGroupName eq 'shop'`],
  ])('refuses %s', async (_, filter) => {
    expect(await ask(filter === undefined ? {} : { $filter: filter })).toMatchObject({ status: 400 });
  });

  it('refuses a start more than 90 days ago, in its own shape', async () => {
    expect((await ask({ $filter: within(hoursAgo(24 * 90 + 1)) })).body).toEqual({
      Code: 'BadRequest',
      Message: 'The start time cannot be more than 90 days in the past.',
    });
    expect((await ask({ $filter: within(hoursAgo(24 * 90 - 1)) })).status).toBe(200);
  });

  it('gives what is selected, and refuses what cannot be', async () => {
    add('web');
    const $filter = within(hoursAgo(1));
    const [entry] = entriesIn(await ask({ $filter, $select: 'claims, resourceId' }));
    expect(Object.keys(entry ?? {}).sort()).toEqual(['claims', 'resourceId']);
    for (const $select of ['caller', 'claims,category']) expect((await ask({ $filter, $select })).status).toBe(400);
  });

  it('knows one version, and needs the right to the subscription', async () => {
    const $filter = within(hoursAgo(1));
    expect((await ask({ $filter, 'api-version': '2017-03-01-preview' })).status).toBe(400);
    mayRead = false;
    const refused = await ask({ $filter });
    expect([refused.status, refused.at('error.code')]).toEqual([403, 'AuthorizationFailed']);
    expect(refused.at('error.message')).toContain(`over scope '/subscriptions/${subscriptionId}'`);
    const reader = simulator.tokenFor(people.grace);
    simulator.grant(`/subscriptions/${subscriptionId}`, { role: 'Reader', to: people.grace });
    const path = `/subscriptions/${subscriptionId}/providers/microsoft.insights/eventtypes/management/values`;
    const url = `${simulator.url}${path}?${new URLSearchParams({ 'api-version': '2015-04-01', $filter })}`;
    expect((await azure.raw('GET', url, { authorization: `Bearer ${reader}` })).status).toBe(200);
  });

  it('meets faults as any other, and counts as a read', async () => {
    simulator.addFault({ action: 'throttled', match: { path: 'eventtypes/management' }, times: 1, retryAfter: 7 });
    const throttled = await ask({ $filter: within(hoursAgo(1)) });
    expect([throttled.status, throttled.headers['retry-after']]).toEqual([429, '7']);
    const answered = await ask({ $filter: within(hoursAgo(1)) });
    expect(answered.headers['x-ms-ratelimit-remaining-subscription-reads']).toMatch(/^24\d$/);
  });
});

describe('the control', () => {
  const control = (method: string, body?: unknown) => azure.control(method, 'activity', body);
  const patch = () => azure.send('PATCH', site, { properties: {} });

  it('lets the log lag behind: then it says so, and shows nothing before', async () => {
    expect((await control('POST', { lagSeconds: 600 })).status).toBe(204);
    await patch();
    expect(await logged()).toEqual([]);
    const [entry] = simulator.activity.entries();
    const lag = Date.parse(String(entry?.submissionTimestamp)) - Date.parse(String(entry?.eventTimestamp));
    expect(lag).toBe(600_000);
    expect((await control('GET')).body).toMatchObject({
      lagSeconds: 600,
      lose: false,
      entries: [entry, expect.anything()],
    });
    await control('POST', { lagSeconds: null });
    await patch();
    expect(await logged()).toHaveLength(2);
  });

  it('lets entries take different times: what is younger may be visible first', async () => {
    const late = await startSimulator({ estate: { resources: [webApp({ name: 'web' })] }, random: takeTurns(0.9, 0) });
    const one = await connect(late);
    late.activity.jitterSeconds = 3600;
    await one.send('PATCH', site, { properties: {} });
    const query = new URLSearchParams({ 'api-version': '2015-04-01', $filter: within(hoursAgo(1)) });
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
    const visible = entriesIn(await one.send('GET', `${late.url}${path}?${query}`));
    expect(visible.map(stepOf)).toEqual(['Microsoft.Web/sites/write Succeeded']);
    const lags = late.activity
      .entries()
      .map((entry) => Date.parse(String(entry.submissionTimestamp)) - Date.parse(String(entry.eventTimestamp)));
    expect(lags).toEqual([60_000, 60_000 + 0.9 * 3_600_000]);
    one.close();
    await late.close();
  });

  it('lets ids and operations be written in any casing, by which no filter is misled', async () => {
    await control('POST', { mixedCase: true });
    for (let n = 0; n < 3; n++) await patch();
    const entries = await logged(`${within(hoursAgo(1))} and resourceUri eq '${site}'`);
    expect(entries).toHaveLength(6);
    const spellings = new Set(entries.map(({ resourceId }) => resourceId));
    expect(spellings).toEqual(
      new Set([site, site.replace('/resourceGroups/', '/resourcegroups/'), site.toUpperCase()]),
    );
    const operations = new Set(entries.map((entry) => member(entry, 'operationName', 'value')));
    expect(operations).toEqual(new Set(['Microsoft.Web/sites/write', 'microsoft.web/sites/write']));
    const grouped = await logged(`${within(hoursAgo(1))} and resourceProvider eq 'Microsoft.Web'`);
    expect(grouped).toHaveLength(6);
  });

  it('lets pages be small', async () => {
    await control('POST', { pageSize: 3 });
    for (let n = 0; n < 2; n++) await patch();
    const first = await ask({ $filter: within(hoursAgo(1)) });
    const second = await azure.send('GET', String(first.at('nextLink')));
    expect([entriesIn(first).length, entriesIn(second).length, second.at('nextLink')]).toEqual([3, 1, undefined]);
  });

  it('lets it lose what is written, and takes away what there is about an id and below', async () => {
    await control('POST', { lose: true });
    await patch();
    expect(await logged()).toEqual([]);
    await control('POST', { lose: false });
    await patch();
    await azure.send('PATCH', `${site}/config/web`, { properties: {} });
    simulator.add(webApp({ name: 'web2' }));
    await azure.send('PATCH', `${site}2`, { properties: {} });
    await control('POST', { drop: site.toUpperCase() });
    expect((await logged()).map(({ resourceId }) => resourceId)).toEqual([`${site}2`, `${site}2`]);
    await control('DELETE');
    expect(await logged()).toEqual([]);
  });

  it('adds operations that nobody made here: failed, running, without claims', async () => {
    const operation = 'Microsoft.Web/sites/write';
    const added = await control('POST', {
      add: [
        { id: site, operation, caller: people.ada, at: hoursAgo(2), outcome: 'Failed' },
        { id: site, operation, at: hoursAgo(3), outcome: 'Running', correlationId: 'c' },
      ],
    });
    expect(added.status).toBe(204);
    const entries = await logged(within(hoursAgo(24)));
    expect(entries.map((entry) => member(entry, 'status', 'value'))).toEqual(['Failed', 'Started', 'Started']);
    expect(entries[0]).toMatchObject({ claims: { [oid]: people.ada.objectId } });
    expect(entries[2]).toMatchObject({ claims: {}, correlationId: 'c' });
    expect(entries[2]).not.toHaveProperty('caller');
  });

  it('a swap has its steps, which the platform makes without claims', async () => {
    const slot = `${site}/slots/staging`;
    const operation = 'Microsoft.Web/sites/slots/slotsswap/action';
    await control('POST', { add: [{ id: slot, operation, caller: people.ada }] });
    const entries = await logged();
    const steps = entries.filter(({ caller }) => caller === 'SlotSwapJobProcessor');
    expect(new Set(steps.map((entry) => member(entry, 'operationName', 'value')))).toEqual(
      new Set(
        ['ApplySlotConfig', 'StartSlotWarmup', 'EndSlotWarmup', 'SlotSwap'].map(
          (step) => `Microsoft.Web/sites/slots/${step}/action`,
        ),
      ),
    );
    for (const { claims, resourceId } of steps) expect([claims, resourceId]).toEqual([{}, slot]);
    const request = entries.filter((entry) => member(entry, 'operationName', 'value') === operation);
    expect(request.map((entry) => member(entry, 'status', 'value'))).toEqual(['Succeeded', 'Accepted', 'Started']);
    expect(request[0]).toMatchObject({ claims: { [oid]: people.ada.objectId } });
  });

  it.each([
    ['no id', { add: [{ id: 'x', operation: 'y' }] }],
    ['no time', { add: [{ id: site, operation: 'y', at: 'yesterday' }] }],
    ['a strange key', { lag: 5 }],
    ['time that runs backwards', { lagSeconds: -1 }],
  ])('refuses %s', async (_, body) => {
    expect((await control('POST', body)).status).toBe(400);
  });
});

it('has the claims that events have', async () => {
  await simulator.change(people.grace, site, 'resource', { properties: { httpsOnly: false } });
  const [entry] = await logged();
  const [event] = simulator.events;
  const names = Object.keys(Object(member(event?.body, 'data', 'claims')));
  expect(Object.keys(Object(entry?.claims)).sort()).toEqual([...names, 'idtyp'].sort());
  expect(Object.keys(claimsOf(people.grace, new Date())).sort()).toEqual(names.sort());
});
