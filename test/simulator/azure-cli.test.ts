/** The simulator as the Azure CLI 2.45 uses it: the requests that its commands send, recorded from it, by people in their own roles. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantRoles } from '../../dev/environment/azure-shell.ts';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { idOf, people, pipeline, plan, plantedSecrets, slot, subscriptionId, webApp } from '../../simulator/estate.ts';
import { asObject, type JsonObject, member } from '../../simulator/json/json.ts';
import { type Caller, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { movesConfiguration, parseEvent } from '../../src/domain/resources/event.ts';
import { type ArmAnswer, type Azure, connect } from './arm-client.ts';

const subscription = `/subscriptions/${subscriptionId}`;
const group = `${subscription}/resourceGroups/shop`;
const site = idOf('Microsoft.Web/sites', { name: 'web' });
const staging = `${site}/slots/staging`;
const { ada: reader, grace: developer, katherine: owner } = people;
const stranger: Caller = { type: 'user', name: 'Nobody', objectId: '00000000-0000-4000-8000-000000000999' };
/** What Azure CLI 2.45 asks Microsoft.Web and Microsoft.Resources for. */
const WEB = '2022-03-01';
const RESOURCES = '2021-04-01';

let simulator: Simulator;
let azure: Azure;

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    estate: {
      resources: [
        plan({ name: 'plan-linux' }),
        webApp({ name: 'web' }),
        slot({ of: 'web', name: 'staging', web: { linuxFxVersion: 'NODE|26-lts', minTlsVersion: '1.0' } }),
      ],
    },
  });
  grantRoles(simulator);
  azure = await connect(simulator);
});
afterAll(async () => {
  azure.close();
  await simulator.close();
});

function as(
  caller: Caller,
  method: string,
  path: string,
  version: string,
  body?: unknown,
  query = '',
): Promise<ArmAnswer> {
  const headers = {
    authorization: `Bearer ${simulator.tokenFor(caller)}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return azure.raw(method, `${simulator.url}${path}?api-version=${version}${query}`, headers, text);
}

const propertyOf = (id: string, document: string, name: string) =>
  member(simulator.get(id, document), 'properties', name);
const lastEvent = () => simulator.events.at(-1);

/** `az webapp update`: reads the app, changes one value, and writes back what its model knows, placeholders included. */
async function update(caller: Caller, change: JsonObject): Promise<ArmAnswer> {
  const { body } = await as(caller, 'GET', site, WEB);
  const { kind, location, tags, properties } = asObject(body);
  const { siteConfig, serverFarmId, reserved, clientAffinityEnabled } = asObject(properties);
  const shown = Object.entries(asObject(siteConfig)).filter(([, value]) => value !== null);
  const sent = { siteConfig: Object.fromEntries(shown), serverFarmId, reserved, clientAffinityEnabled, ...change };
  return as(caller, 'PUT', site, WEB, { kind, location, tags, identity: { type: 'SystemAssigned' }, properties: sent });
}

describe('az login --identity', () => {
  it.each([
    ['katherine', owner],
    [owner.objectId, owner],
    ['pipeline', pipeline],
    ['', reader],
  ])('signs in as %s, by the older form of the endpoint', async (name, caller) => {
    const { IDENTITY_ENDPOINT } = simulator.environment;
    const secret = simulator.identityHeaderOf(reader);
    const url = `${IDENTITY_ENDPOINT}/?resource=${simulator.url}&api-version=2017-09-01&clientid=`;
    const { body } = await azure.raw('GET', url + name, { secret });
    const token = String(member(body, 'access_token')).split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(token, 'base64url').toString())).toMatchObject({ oid: caller.objectId });
    for (const other of ['nobody', simulator.environment.AZURE_CLIENT_ID])
      expect((await azure.raw('GET', url + other, { secret })).status).toBe(400);
  });

  it('finds the subscriptions in which they have a role, and the tenant', async () => {
    const found = await as(reader, 'GET', '/subscriptions', '2019-11-01');
    expect(found.body).toMatchObject({ value: [{ subscriptionId, displayName: 'Shop', state: 'Enabled' }] });
    expect((await as(stranger, 'GET', '/subscriptions', '2019-11-01')).body).toMatchObject({ value: [] });
    simulator.grant(staging, { role: 'Reader', to: stranger });
    expect((await as(stranger, 'GET', '/subscriptions', '2019-11-01')).body).toMatchObject({ value: [{}] });
    const tenants = await as(stranger, 'GET', '/tenants', '2019-11-01');
    expect(tenants.at('value.0.tenantId')).toBe(found.at('value.0.tenantId'));
  });

  it('is told of what is not there, and of a version that is missing', async () => {
    expect((await as(reader, 'GET', '/providers/Microsoft.Web/webAppStacks', WEB)).status).toBe(404);
    const url = `${simulator.url}/subscriptions`;
    const answer = await azure.raw('GET', url, { authorization: `Bearer ${simulator.tokenFor(reader)}` });
    expect(answer.at('error.code')).toBe('MissingApiVersionParameter');
    expect((await azure.raw('GET', `${url}?api-version=2019-11-01`)).status).toBe(401);
  });
});

describe('az group, az provider, az resource', () => {
  it('list and show', async () => {
    const groups = await as(reader, 'GET', `${subscription}/resourcegroups`, RESOURCES);
    expect(groups.body).toMatchObject({ value: [{ name: 'shop', location: 'westeurope' }] });
    expect((await as(reader, 'GET', `${subscription}/resourcegroups/shop`, RESOURCES)).at('id')).toBe(group);
    const filter = `&$filter=${encodeURIComponent("resourceGroup eq 'shop'")}`;
    const listed = await as(reader, 'GET', `${subscription}/resources`, RESOURCES, undefined, filter);
    expect(listed.body).toMatchObject({ value: [{ name: 'plan-linux' }, { name: 'web' }, { name: 'web/staging' }] });
    const other = filter.replace('shop', 'other');
    const none = await as(reader, 'GET', `${subscription}/resources`, RESOURCES, undefined, other);
    expect(none.body).toEqual({ value: [] });
    expect((await as(reader, 'GET', `${subscription}/locations`, '2019-11-01')).at('value.0.name')).toBe('westeurope');
  });

  it('ask whether a group exists by HEAD', async () => {
    expect((await as(reader, 'HEAD', group, RESOURCES)).status).toBe(204);
    expect((await as(reader, 'HEAD', `${subscription}/resourcegroups/none`, RESOURCES)).status).toBe(404);
    expect((await as(stranger, 'HEAD', group, RESOURCES)).status).toBe(403);
  });

  it('find the newest version of a type', async () => {
    const { body } = await as(reader, 'GET', `${subscription}/providers/microsoft.web`, RESOURCES);
    expect(body).toMatchObject({ namespace: 'Microsoft.Web', registrationState: 'Registered' });
    const types = member(body, 'resourceTypes');
    const sites = Array.isArray(types) ? types.filter((type) => /^sites(\/slots)?$/.test(type.resourceType)) : [];
    expect(sites.map((type) => type.apiVersions[0])).toEqual(['2026-03-15', '2026-03-15']);
    expect((await as(reader, 'GET', `${subscription}/providers/Contoso.Web`, RESOURCES)).status).toBe(404);
    const all = await as(reader, 'GET', `${subscription}/providers`, RESOURCES);
    expect(all.body).toMatchObject({
      value: expect.arrayContaining([expect.objectContaining({ namespace: 'Microsoft.App' })]),
    });
  });

  it('read the tags of a group', async () => {
    const tags = await as(reader, 'GET', `${group}/providers/Microsoft.Resources/tags/default`, RESOURCES);
    expect(tags.at('properties.tags')).toEqual({});
  });
});

describe('az webapp', () => {
  it('update writes the app back, and its placeholders change nothing', async () => {
    const before = simulator.get(site, 'config/web');
    expect((await update(developer, { httpsOnly: false })).at('properties.httpsOnly')).toBe(false);
    expect(propertyOf(site, 'resource', 'httpsOnly')).toBe(false);
    expect(simulator.get(site, 'config/web')).toEqual(before);
    expect(propertyOf(site, 'config/web', 'alwaysOn')).toBe(true);
  });

  it('raises the event and the entries of the log in the name of the person', async () => {
    await update(developer, { httpsOnly: true });
    expect(parseEvent(lastEvent()?.body)).toMatchObject({
      event: {
        operation: 'Microsoft.Web/sites/write',
        changedBy: { type: 'user', objectId: developer.objectId, name: 'grace.hopper@contoso.example' },
        appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
      },
    });
    const filter = `eventTimestamp ge 2026-01-01T00:00:00.000001 and eventTimestamp le 9999-01-01T00:00:00 and resourceId eq '${site}' and caller eq 'grace.hopper@contoso.example' and status eq 'Succeeded'`;
    const recent = filter.replace(
      '2026-01-01T00:00:00.000001',
      new Date(Date.now() - 60_000).toISOString().replace('Z', '123'),
    );
    const path = `${subscription}/providers/Microsoft.Insights/eventtypes/management/values`;
    const ask = (text: string) =>
      as(owner, 'GET', path, '2015-04-01', undefined, `&$filter=${encodeURIComponent(text)}`);
    expect((await ask(recent)).body).toMatchObject({
      value: [{ status: { value: 'Succeeded' }, caller: 'grace.hopper@contoso.example' }, {}],
    });
    expect((await ask(recent.replace('grace.hopper', 'ada.lovelace'))).body).toEqual({ value: [] });
    expect((await ask(recent.replace(`resourceId eq '${site}' and `, ''))).status).toBe(200);
  });

  it('writes a configuration that is meant', async () => {
    const { status } = await as(owner, 'PUT', site, WEB, { properties: { siteConfig: { alwaysOn: false } } });
    expect([status, propertyOf(site, 'config/web', 'alwaysOn')]).toEqual([200, false]);
    await update(owner, { siteConfig: { ...asObject(propertyOf(site, 'resource', 'siteConfig')), alwaysOn: true } });
    expect(propertyOf(site, 'config/web', 'alwaysOn')).toBe(true);
  });

  it('refuses who may only read, in the words of Azure, and changes nothing', async () => {
    const events = simulator.events.length;
    const refused = await update(reader, { httpsOnly: false });
    expect([refused.status, refused.at('error.code')]).toEqual([403, 'AuthorizationFailed']);
    expect(refused.at('error.message')).toContain(
      `The client 'Ada Lovelace' with object id '${reader.objectId}' does not have authorization to perform action 'Microsoft.Web/sites/write'`,
    );
    const listed = await as(reader, 'POST', `${site}/config/appsettings/list`, WEB);
    expect(listed.at('error.message')).toContain("'Microsoft.Web/sites/config/list/action'");
    expect([propertyOf(site, 'resource', 'httpsOnly'), simulator.events.length]).toEqual([true, events]);
    expect(simulator.activity.entries()[0]).toMatchObject({
      authorization: { action: 'Microsoft.Web/sites/config/list/action', scope: `${site}/config/appsettings` },
      status: { value: 'Failed' },
    });
  });

  it.each([
    ['appsettings', { DATABASE_PASSWORD: plantedSecrets[1] }, { A: '1' }],
    [
      'connectionstrings',
      { Main: { value: plantedSecrets[2], type: 'SQLAzure' } },
      { Other: { value: 'x', type: 'Custom' } },
    ],
  ])('config %s: a POST lists the values, a PUT replaces them, a GET shows nothing', async (name, first, second) => {
    const listed = () => as(developer, 'POST', `${site}/config/${name}/list`, WEB);
    expect((await listed()).at('properties')).toEqual(first);
    expect(lastEvent()).toMatchObject({
      eventType: 'Microsoft.Resources.ResourceActionSuccess',
      operationName: 'Microsoft.Web/sites/config/list/action',
    });
    expect(parseEvent(lastEvent()?.body).kind).toBe('ignored');
    expect((await as(developer, 'PUT', `${site}/config/${name}`, WEB, { properties: second })).status).toBe(200);
    expect(lastEvent()).toMatchObject({ operationName: 'Microsoft.Web/sites/config/write' });
    expect(JSON.stringify(lastEvent())).not.toContain(Object.keys(second)[0] === 'A' ? '"A"' : 'Other');
    expect((await listed()).at('properties')).toEqual(second);
    for (const path of [name, `${name}/list`]) {
      expect((await as(developer, 'GET', `${site}/config/${path}`, WEB)).status).toBe(405);
    }
  });

  it('shows the profiles for publishing as XML', async () => {
    const { body, headers } = await as(developer, 'POST', `${site}/publishxml`, WEB, { format: 'WebDeploy' });
    expect(headers['content-type']).toBe('application/xml');
    expect(body).toMatch(
      /^<publishData><publishProfile profileName="web - Web Deploy" publishMethod="MSDeploy" .*<\/publishData>$/,
    );
    expect(body).toContain(`userName="$web" userPWD="${plantedSecrets[7]}"`);
  });

  it('stops, starts and restarts an app', async () => {
    for (const [action, state] of [
      ['stop', 'Stopped'],
      ['start', 'Running'],
      ['restart', 'Running'],
    ] as const) {
      expect((await as(developer, 'POST', `${site}/${action}`, WEB)).status).toBe(200);
      expect(propertyOf(site, 'resource', 'state')).toBe(state);
      expect(lastEvent()?.operationName).toBe(`Microsoft.Web/sites/${action}/action`);
    }
  });

  it('makes a slot with the defaults of a new app, and an app only in a group that is there', async () => {
    const body = {
      location: 'West Europe',
      properties: { serverFarmId: idOf('Microsoft.Web/serverfarms', { name: 'plan-linux' }) },
    };
    expect((await as(developer, 'PUT', `${site}/slots/beta`, WEB, body)).at('properties.httpsOnly')).toBe(false);
    expect(propertyOf(`${site}/slots/beta`, 'basicPublishingCredentialsPolicies/ftp', 'allow')).toBe(true);
    expect(lastEvent()?.body).toMatchObject({ data: { operationName: 'Microsoft.Web/sites/slots/write' } });
    expect(lastEvent()?.body).not.toHaveProperty('data.httpRequest');
    const elsewhere = site.replace('/shop/', '/none/');
    expect((await as(owner, 'PUT', elsewhere, WEB, body)).at('error.code')).toBe('ResourceGroupNotFound');
    expect((await as(owner, 'PUT', `${site}x/slots/beta`, WEB, body)).at('error.code')).toBe('ResourceNotFound');
    const broken = `${group}/providers/Microsoft.Web/sites/broken`;
    expect((await as(owner, 'PUT', broken, WEB, 'text')).status).toBe(400);
    expect((await as(owner, 'PUT', broken, WEB)).status).toBe(415);
    expect((await as(owner, 'GET', broken, WEB)).status).toBe(404);
    expect((await as(developer, 'DELETE', `${site}/slots/beta`, WEB)).status).toBe(200);
  });

  it('says whether the name of an app is free', async () => {
    const path = `${subscription}/providers/Microsoft.Web/checknameavailability`;
    const ask = (name: string) => as(owner, 'POST', path, WEB, { name, type: 'Site' });
    expect([(await ask('Web')).at('nameAvailable'), (await ask('other')).at('nameAvailable')]).toEqual([false, true]);
  });
});

describe('az webapp deployment slot swap', () => {
  it('moves the stack and the settings that are not of the slot, and leaves what is', async () => {
    const put = (id: string, properties: JsonObject) =>
      as(developer, 'PUT', `${id}/config/appsettings`, WEB, { properties });
    await put(site, { COLOUR: 'blue', ROLE: 'production' });
    await put(staging, { COLOUR: 'green', ROLE: 'staging' });
    const names = { properties: { appSettingNames: ['ROLE'] } };
    expect((await as(developer, 'PUT', `${site}/config/slotConfigNames`, WEB, names)).status).toBe(200);
    const kept = await as(developer, 'GET', `${site}/config/slotConfigNames`, WEB);
    expect(kept.at('properties.appSettingNames')).toEqual(['ROLE']);

    const swap = { targetSlot: 'production', preserveVnet: true };
    expect((await as(developer, 'POST', `${staging}/slotsswap`, WEB, swap)).status).toBe(200);
    expect(simulator.get(site, 'hidden/config/appsettings')).toEqual({ COLOUR: 'green', ROLE: 'production' });
    expect(simulator.get(staging, 'hidden/config/appsettings')).toEqual({ COLOUR: 'blue', ROLE: 'staging' });
    expect([
      propertyOf(site, 'config/web', 'linuxFxVersion'),
      propertyOf(staging, 'config/web', 'linuxFxVersion'),
    ]).toEqual(['NODE|26-lts', 'NODE|24-lts']);
    expect([
      propertyOf(site, 'config/web', 'minTlsVersion'),
      propertyOf(staging, 'config/web', 'minTlsVersion'),
    ]).toEqual(['1.2', '1.0']);
  });

  it('is an action on the slot for Event Grid, and has its steps in the Activity Log', () => {
    const parsed = parseEvent(lastEvent()?.body);
    expect(parsed).toMatchObject({ kind: 'change', event: { changedBy: { objectId: developer.objectId } } });
    expect(parsed.kind === 'change' && movesConfiguration(parsed.event)).toBe(true);
    const operations = simulator.activity
      .entries()
      .slice(0, 11)
      .map((entry) => member(entry, 'operationName', 'value'));
    expect(operations[0]).toBe('Microsoft.Web/sites/slots/slotsswap/action');
    expect(operations.filter((name) => /SlotSwap\/action$/.test(String(name)))).toHaveLength(2);
  });

  it('works from the app, and refuses a slot that is not there and the app itself', async () => {
    const swap = (targetSlot: string) => as(developer, 'POST', `${site}/slotsswap`, WEB, { targetSlot });
    expect((await swap('staging')).status).toBe(200);
    expect(propertyOf(site, 'config/web', 'linuxFxVersion')).toBe('NODE|24-lts');
    expect([(await swap('none')).status, (await swap('production')).status]).toEqual([400, 400]);
  });
});

describe('az lock', () => {
  const locks = `${group}/providers/Microsoft.Authorization/locks`;
  const lock = (caller: Caller, path: string, level: string) =>
    as(caller, 'PUT', path, '2016-09-01', { properties: { level } });

  it('is for owners only', async () => {
    for (const caller of [reader, developer, pipeline])
      expect((await lock(caller, `${locks}/keep`, 'ReadOnly')).status).toBe(403);
    expect((await lock(owner, `${locks}/keep`, 'ReadWrite')).status).toBe(400);
  });

  it('ReadOnly lets nobody write below it, Plumbline included, until it is taken away', async () => {
    expect((await lock(owner, `${locks}/keep`, 'ReadOnly')).status).toBe(201);
    expect((await lock(owner, `${locks}/KEEP`, 'ReadOnly')).status).toBe(200);
    const refused = await update(owner, { httpsOnly: false });
    expect([refused.status, refused.at('error.code')]).toEqual([409, 'ScopeLocked']);
    expect(refused.at('error.message')).toContain(`are locked: '${group}'`);
    expect((await azure.send('PATCH', site, { properties: { httpsOnly: true } })).at('error.code')).toBe('ScopeLocked');
    expect((await as(owner, 'POST', `${site}/config/appsettings/list`, WEB)).status).toBe(409);
    expect(
      (await as(owner, 'PUT', `${group}/providers/Microsoft.Web/sites/late`, WEB, { properties: {} })).status,
    ).toBe(409);
    expect(simulator.get(`${group}/providers/Microsoft.Web/sites/late`)).toBeUndefined();
    expect(
      (await as(reader, 'GET', `${subscription}/providers/Microsoft.Authorization/locks`, '2016-09-01')).body,
    ).toMatchObject({
      value: [{ name: 'KEEP', properties: { level: 'ReadOnly' } }],
    });
    expect((await as(owner, 'DELETE', `${locks}/keep`, '2016-09-01')).status).toBe(200);
    expect((await as(owner, 'DELETE', `${locks}/keep`, '2016-09-01')).status).toBe(204);
    expect((await update(owner, { httpsOnly: true })).status).toBe(200);
  });

  it('CanNotDelete refuses to delete and nothing else', async () => {
    const own = `${site}/providers/Microsoft.Authorization/locks/stay`;
    expect((await lock(owner, own, 'CanNotDelete')).at('id')).toBe(own);
    expect((await as(reader, 'GET', own, '2016-09-01')).at('properties.level')).toBe('CanNotDelete');
    expect((await as(developer, 'DELETE', site, WEB)).at('error.code')).toBe('ScopeLocked');
    expect((await update(developer, { httpsOnly: true })).status).toBe(200);
    await as(owner, 'DELETE', own, '2016-09-01');
    expect((await as(owner, 'GET', own, '2016-09-01')).status).toBe(404);
  });
});
