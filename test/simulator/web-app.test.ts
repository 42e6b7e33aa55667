import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idOf, webApp } from '../../simulator/estate.ts';
import { mergePatch } from '../../simulator/json/json.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    allows: () => true,
    operationMilliseconds: 60_000,
    estate: {
      resources: [
        webApp({
          name: 'web',
          identity: {
            type: 'UserAssigned',
            userAssignedIdentities: { '/subscriptions/x/own': { principalId: 'p', clientId: 'c' } },
          },
          site: { httpsOnly: false },
          web: { minTlsVersion: '1.0', cors: { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true } },
          ftpBasicAuth: true,
        }),
      ],
    },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

describe('Microsoft.Web', () => {
  it('merges a PATCH of the site and answers with the whole', async () => {
    const before = await azure.get(site);
    const { status, body } = await azure.send('PATCH', site, { properties: { httpsOnly: true } });
    expect(status).toBe(200);
    // Azure moves one more leaf by itself.
    const lastModifiedTimeUtc = leaf(body, 'properties.lastModifiedTimeUtc');
    expect(lastModifiedTimeUtc).not.toBe(before.at('properties.lastModifiedTimeUtc'));
    expect(body).toEqual(mergePatch(before.body, { properties: { httpsOnly: true, lastModifiedTimeUtc } }));
    expect((await azure.get(site)).body).toEqual(body);
  });

  it('takes null for no change, in site and configuration', async () => {
    await azure.send('PATCH', site, { properties: { clientCertMode: null } });
    const { status } = await azure.send('PATCH', `${site}/config/web`, {
      properties: { minTlsVersion: null, cors: null },
    });
    expect(status).toBe(200);
    expect((await azure.get(site)).at('properties.clientCertMode')).toBe('Required');
    expect((await azure.get(`${site}/config/web`)).at('properties')).toMatchObject({
      minTlsVersion: '1.0',
      cors: { supportCredentials: true },
    });
  });

  it('replaces what a property holds, lists and objects, and keeps its neighbours', async () => {
    const { body } = await azure.send('PATCH', `${site}/config/web`, {
      properties: { cors: { allowedOrigins: ['https://a.example'] } },
    });
    expect(leaf(body, 'properties.cors')).toEqual({ allowedOrigins: ['https://a.example'], supportCredentials: false });
    expect(leaf(body, 'properties.minTlsVersion')).toBe('1.0');
  });

  it('takes authsettingsV2 whole: what is left out is gone', async () => {
    const path = `${site}/config/authsettingsV2`;
    const before = await azure.get(path);
    expect(before.at('properties.login')).toBeDefined();
    expect((await azure.send('PATCH', path, { properties: {} })).status).toBe(405);
    const { status } = await azure.send('PUT', path, { properties: { platform: { enabled: false } } });
    expect(status).toBe(200);
    expect((await azure.get(path)).body).toEqual({
      ...Object.assign({}, before.body),
      properties: { platform: { enabled: false } },
    });
    expect(simulator.events.at(-1)).toMatchObject({ operationName: 'Microsoft.Web/sites/config/write' });
  });

  it.each([
    ['no rules of its own', {}, ['Allow all']],
    [
      'a rule',
      { ipSecurityRestrictions: [{ ipAddress: '192.0.2.0/24', action: 'Allow', name: 'office' }] },
      ['office', 'Deny all'],
    ],
    [
      'a rule, and everybody else allowed',
      {
        ipSecurityRestrictions: [{ ipAddress: '192.0.2.0/24', action: 'Deny', name: 'guests' }],
        ipSecurityRestrictionsDefaultAction: 'Allow',
      },
      ['guests', 'Allow all'],
    ],
    ['nobody allowed', { ipSecurityRestrictionsDefaultAction: 'Deny' }, ['Deny all']],
  ])('ends a list of access restrictions with a rule of its own: %s', async (_, properties, expected) => {
    await azure.send('PATCH', `${site}/config/web`, { properties });
    const list = (await azure.get(`${site}/config/web`)).at('properties.ipSecurityRestrictions');
    expect(Array.isArray(list) && list.map((rule) => leaf(rule, 'name'))).toEqual(expected);
    // Written back as it was read, it does not grow.
    await azure.send('PATCH', `${site}/config/web`, { properties: { ipSecurityRestrictions: list } });
    expect((await azure.get(`${site}/config/web`)).at('properties.ipSecurityRestrictions')).toEqual(list);
  });

  it('merges a PUT of a site, but for public network access, which is reset when it is not named', async () => {
    const put = (properties: object) => azure.send('PUT', site, { location: 'West Europe', properties });
    await put({ publicNetworkAccess: 'Disabled' });
    expect((await azure.get(site)).at('properties.publicNetworkAccess')).toBe('Disabled');
    const { status, body } = await put({ httpsOnly: true });
    expect(status).toBe(200);
    expect(leaf(body, 'properties')).toMatchObject({
      httpsOnly: true,
      publicNetworkAccess: null,
      clientCertMode: 'Required',
    });
  });

  it('merges even a PUT of config/web', async () => {
    const { body } = await azure.send('PUT', `${site}/config/web`, { properties: { minTlsVersion: '1.2' } });
    expect(leaf(body, 'properties')).toMatchObject({ minTlsVersion: '1.2', ftpsState: 'FtpsOnly' });
  });

  it('puts siteConfig of a site into config/web and keeps showing nulls', async () => {
    const { body } = await azure.send('PATCH', site, { properties: { siteConfig: { minTlsVersion: '1.2' } } });
    expect(leaf(body, 'properties.siteConfig.minTlsVersion')).toBeNull();
    expect((await azure.get(`${site}/config/web`)).at('properties.minTlsVersion')).toBe('1.2');
  });

  it('adds the system-assigned identity to the assigned ones when both are named, and drops them otherwise', async () => {
    const identity = { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { '/subscriptions/x/own': {} } };
    const both = await azure.send('PATCH', site, { identity });
    expect(both.at('identity')).toMatchObject({
      type: 'SystemAssigned, UserAssigned',
      principalId: expect.any(String),
    });
    expect(both.at('identity.userAssignedIdentities')).toEqual({
      '/subscriptions/x/own': { principalId: 'p', clientId: 'c' },
    });
    const one = await azure.send('PATCH', site, { identity: { type: 'SystemAssigned' } });
    expect(one.at('identity')).not.toHaveProperty('userAssignedIdentities');
  });

  it('takes publishing policies by PUT only', async () => {
    const path = `${site}/basicPublishingCredentialsPolicies/ftp`;
    expect((await azure.send('PATCH', path, { properties: { allow: false } })).status).toBe(405);
    const { status, body } = await azure.send('PUT', path, { properties: { allow: false } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'ftp', properties: { allow: false } });
  });

  it('refuses what is no JSON object', async () => {
    const headers = { authorization: `Bearer ${azure.token}`, 'content-type': 'application/json' };
    const answer = await azure.raw('PATCH', `${simulator.url}${site}?api-version=2025-05-01`, headers, '{');
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidRequestContent' } } });
    const untyped = await azure.raw(
      'PATCH',
      `${simulator.url}${site}?api-version=2025-05-01`,
      { authorization: headers.authorization },
      '{}',
    );
    expect(untyped.status).toBe(415);
  });

  it('forgets a deleted site and its slots', async () => {
    expect((await azure.send('DELETE', site)).status).toBe(200);
    expect((await azure.get(site)).status).toBe(404);
  });
});
