import { describe, expect, test } from 'vitest';
import { ROW_SOURCES, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { referencesOf, toldDocuments } from '../../../src/domain/estate/row-documents.ts';
import { rowSchema } from '../../../src/domain/estate/rows.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { complaintsOf } from '../../infra/kusto.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../../rules/fixtures/container-app.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../../rules/fixtures/web-app.ts';
import { resourceNamed } from '../examples.ts';
import { answerOf, rowOf, SPELLINGS } from './answered-rows.ts';
import { queryOf } from './row-query.ts';

describe.each(ROW_SOURCES)('the query for %s', (name) => {
  const { select, project } = queryOf(name);

  test('selects its table and types, and projects no object of all properties', () => {
    expect(select).toMatch(new RegExp(`^${sourceOf(name).table}\n\\| where type in~ \\('microsoft`));
    expect(project).toMatch(/^\| project key = tolower\(id\), id, type, apiVersion, c0 = /);
    expect(project).not.toMatch(/= properties(,|$)/);
    expect(project).not.toMatch(/siteConfig|appSettings|connectionStrings/i);
  });

  test('is understood by the query language', () => {
    // The language service knows one of the tables, and no hidden column.
    const known = `${select.replace(/^\w+/, 'resources')}\n${project.replace(' apiVersion,', '')}`;
    expect(complaintsOf(known)).toEqual([]);
  });
});

describe('a row of the configuration of a site', () => {
  const body = webConfig({
    minTlsVersion: '1.2',
    cors: { allowedOrigins: ['https://shop.example'], supportCredentials: null },
    ipSecurityRestrictions: [{ ipAddress: 'Any', action: 'Allow', headers: { 'x-azure-fdid': ['one'] } }],
    publishingUsername: '$shop',
    appSettings: [{ name: 'PASSWORD', value: 'planted' }],
  });

  test.each(SPELLINGS)('has the names of Resource Manager, whatever its own are: %o', (spelling) => {
    const row = rowOf('siteConfig', SITE_ID, body, spelling);
    expect(row).toMatchObject({ source: 'siteConfig', id: SITE_ID, key: SITE_ID.toLowerCase() });
    expect(row.body).toMatchObject({
      properties: {
        minTlsVersion: '1.2',
        cors: { allowedOrigins: ['https://shop.example'] },
        ipSecurityRestrictions: [{ ipAddress: 'Any', action: 'Allow' }],
      },
    });
    expect(JSON.stringify(row).toLowerCase()).not.toMatch(/planted|\$shop|appsettings/);
  });

  test('has the id of its site, also of a slot', () => {
    const row = rowOf('siteConfig', SLOT_ID, body);
    expect(row).toMatchObject({ id: SLOT_ID, type: 'microsoft.web/sites/slots/config' });
  });

  test('is refused under another id or type', () => {
    const answer = answerOf('siteConfig', SITE_ID, body);
    expect(rowSchema('siteConfig').safeParse({ ...answer, id: SITE_ID }).success).toBe(false);
    expect(rowSchema('site').safeParse(answer).success).toBe(false);
    expect(rowSchema('siteConfig').safeParse({ ...answer, id: 7 }).success).toBe(false);
  });
});

describe('a row of a site', () => {
  const answer = answerOf('site', SITE_ID, { ...site({ siteConfig: { minTlsVersion: '1.0' } }), managedBy: null });

  test('tells nothing where it is null or a text of the row is empty, and never its copy of the configuration', () => {
    const { body } = rowSchema('site').parse(answer);
    expect(body).not.toHaveProperty('managedBy');
    expect(body).not.toHaveProperty('properties.publicNetworkAccess');
    expect(JSON.stringify(body)).not.toContain('TlsVersion');
  });

  test('does not keep an object where a value is expected', () => {
    const column = /(c\d+) = properties\.httpsOnly/.exec(queryOf('site').project)?.[1] ?? '';
    const { body } = rowSchema('site').parse({ ...answer, [column]: { secret: 'planted' } });
    expect(body).toMatchObject({ properties: { httpsOnly: {} } });
    expect(JSON.stringify(body)).not.toContain('planted');
  });

  test('names the rows that belong to it, without case', () => {
    const own = rowOf('site', SITE_ID, site({ serverFarmId: '/Subscriptions/S/resourceGroups/G/plans/P' }));
    expect(referencesOf(resourceNamed(SITE_ID), own)).toEqual({
      plan: '/subscriptions/s/resourcegroups/g/plans/p',
      environment: null,
      group: SITE_ID.toLowerCase().split('/').slice(0, 5).join('/'),
    });
  });

  test('is a document, and so is the list of its private endpoints', () => {
    const state = { status: 'Approved', description: 'planted' };
    const connections = [{ properties: { privateLinkServiceConnectionState: state } }];
    const row = rowOf('site', SITE_ID, site({ privateEndpointConnections: connections }));
    const told = toldDocuments('web-app', { site: row });
    expect(told.map(({ name }) => name)).toEqual(['resource', 'privateEndpointConnections']);
    expect(told[1]?.body).toEqual({
      value: [{ properties: { privateLinkServiceConnectionState: { status: 'Approved' } } }],
    });
  });
});

test('a row of a container app has its variables and headers without their values, and addresses without credentials', () => {
  const app: JsonObject = containerApp(ingress({}));
  const httpGet = { path: '/', httpHeaders: [{ name: 'Authorization', value: 'planted' }] };
  const env = [{ name: 'TOKEN', value: 'planted' }];
  const image = 'https://user:planted@registry.example/app:1';
  const template = { containers: [{ name: 'app', image, env, probes: [{ type: 'Liveness', httpGet }] }] };
  const properties = typeof app.properties === 'object' ? { ...app.properties, template } : { template };
  const row = rowOf('containerApp', CONTAINER_APP_ID, { ...app, properties });
  const probes = [{ httpGet: { httpHeaders: [{ name: 'Authorization' }] } }];
  expect(row.body).toMatchObject({ properties: { template: { containers: [{ env: [{ name: 'TOKEN' }], probes }] } } });
  expect(JSON.stringify(row)).not.toContain('planted');
});
