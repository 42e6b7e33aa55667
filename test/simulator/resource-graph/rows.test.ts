// The tables of Resource Graph and their rows, as far as it is known what Azure has in them.
import { describe, expect, test } from 'vitest';
import {
  certificate,
  containerApp,
  environment,
  idOf,
  people,
  plan,
  plantedSecrets,
  resourceGroup,
  slot,
  subnet,
  subscription,
  subscriptionId,
  tenantId,
  webApp,
} from '../../../simulator/estate.ts';
import { everybody, graphOf, namesOf } from './graph.ts';

const site = webApp({
  name: 'Shop',
  tags: { team: 'web' },
  web: { minTlsVersion: '1.1', cors: { allowedOrigins: ['*'] } },
});
const seeds = [
  subscription(),
  resourceGroup({ name: 'Shop-Group', tags: { cost: '1' }, access: [{ role: 'Reader', to: people.ada }] }),
  site,
  slot({ of: 'Shop', name: 'next' }),
  plan({ name: 'plan-linux' }),
  environment({ name: 'production' }),
  containerApp({ name: 'cart' }),
  certificate({ name: 'c', hosts: ['c.example'], thumbprint: 'T', expires: '2046-01-12T23:59:59+00:00' }),
  subnet({ of: 'net', name: 'apps' }),
];
const CONFIG =
  "appserviceresources | where type in~ ('microsoft.web/sites/config', 'microsoft.web/sites/slots/config')";

describe('a row of resources', () => {
  const { rows } = graphOf(seeds);
  const [row] = rows("resources | where type =~ 'microsoft.web/sites'");

  test('has the columns that Azure has, and none by itself that is hidden', () => {
    expect(Object.keys(row ?? {})).toEqual([
      ...['id', 'name', 'type', 'tenantId', 'kind', 'location', 'resourceGroup', 'subscriptionId', 'managedBy'],
      ...['sku', 'plan', 'properties', 'tags', 'identity', 'zones', 'extendedLocation'],
    ]);
    expect(row).toMatchObject({
      id: site.id,
      name: 'Shop',
      type: 'microsoft.web/sites',
      kind: 'app,linux',
      location: 'westeurope',
      resourceGroup: 'shop',
      subscriptionId,
      tenantId,
      managedBy: '',
      sku: null,
      zones: null,
      tags: { team: 'web' },
      identity: { type: 'SystemAssigned' },
    });
  });

  test('of a site says nothing of its configuration', () => {
    expect(row?.properties).toMatchObject({
      httpsOnly: true,
      publicNetworkAccess: null,
      siteConfig: { minTlsVersion: null, ftpsState: null, ipSecurityRestrictions: null },
    });
  });

  test('has times cut to milliseconds, and is of a version that is no preview', () => {
    expect(row?.properties).toHaveProperty('lastModifiedTimeUtc', '2026-01-12T09:30:00.4160000');
    const [versioned] = rows("resources | where type =~ 'microsoft.web/sites' | extend apiVersion = apiVersion");
    expect(versioned?.apiVersion).toMatch(/^\d{4}-\d\d-\d\d$/);
    const [one] = rows("resources | where type =~ 'microsoft.app/managedenvironments'");
    expect(one?.properties).not.toHaveProperty('appInsightsConfiguration');
    expect(one?.properties).toHaveProperty('peerTrafficConfiguration');
    const newer = graphOf(seeds, { newestVersion: '2026-12-31' });
    const [later] = newer.rows("resources | where type =~ 'microsoft.app/managedenvironments'");
    expect(later?.properties).toHaveProperty('appInsightsConfiguration');
  });

  test('is there for every resource but subnets, groups and subscriptions', () => {
    const types = rows('resources | distinct type').map(({ type }) => type);
    expect(types.sort()).toEqual([
      'microsoft.app/containerapps',
      'microsoft.app/managedenvironments',
      'microsoft.web/certificates',
      'microsoft.web/serverfarms',
      'microsoft.web/sites',
      'microsoft.web/sites/slots',
    ]);
  });

  test('of a container app has the values of its variables, as a GET has them', () => {
    expect(JSON.stringify(rows("resources | where type =~ 'microsoft.app/containerapps'"))).toContain(
      plantedSecrets[0],
    );
  });
});

describe('a row of appserviceresources', () => {
  test('is the configuration of a site or slot, in Pascal case down to the elements of lists', () => {
    const { rows } = graphOf(seeds);
    const [one, next] = rows(`${CONFIG} | order by tolower(id) asc`);
    expect(one).toMatchObject({
      id: `${site.id}/config/web`,
      name: 'Shop',
      type: 'microsoft.web/sites/config',
      kind: '',
      location: 'westeurope',
      tags: null,
      identity: null,
      properties: {
        MinTlsVersion: '1.1',
        HealthCheckPath: '/health',
        Cors: { AllowedOrigins: ['*'] },
        IpSecurityRestrictions: [{ IpAddress: 'Any', Action: 'Allow' }],
        IpSecurityRestrictionsDefaultAction: null,
      },
    });
    expect(next).toMatchObject({ name: 'Shop/next', type: 'microsoft.web/sites/slots/config' });
    expect(JSON.stringify([one, next])).not.toContain('"minTlsVersion"');
  });

  test('has names of settings with masked values, and no secret', () => {
    const { rows } = graphOf(seeds);
    const [row] = rows(CONFIG);
    expect(row?.properties).toMatchObject({ AppSettings: [{ Name: 'DATABASE_PASSWORD', Value: '#######' }] });
    for (const secret of plantedSecrets) expect(JSON.stringify(row)).not.toContain(secret);
  });

  test('has the other spelling when it is wanted, so a query should know both', () => {
    const query = `${CONFIG} | project tls = coalesce(properties.MinTlsVersion, properties.minTlsVersion), p = properties.MinTlsVersion`;
    expect(graphOf(seeds).rows(query)[0]).toEqual({ tls: '1.1', p: '1.1' });
    expect(graphOf(seeds, { propertyCase: 'camel' }).rows(query)[0]).toEqual({ tls: '1.1', p: null });
  });

  test('may be without what is null', () => {
    const [row] = graphOf(seeds, { nulls: 'absent' }).rows(CONFIG);
    expect(row?.properties).toHaveProperty('MinTlsVersion');
    expect(row?.properties).not.toHaveProperty('IpSecurityRestrictionsDefaultAction');
  });
});

describe('the other tables', () => {
  const { rows, ask } = graphOf(seeds);

  test('resourcecontainers has subscriptions and groups', () => {
    const found = rows('resourcecontainers | order by tolower(id) asc');
    expect(found.map(({ type, name }) => [type, name])).toEqual([
      ['microsoft.resources/subscriptions', 'Shop'],
      ['microsoft.resources/subscriptions/resourcegroups', 'shop'],
      ['microsoft.resources/subscriptions/resourcegroups', 'Shop-Group'],
    ]);
    expect(found[2]).toMatchObject({ tags: { cost: '1' }, resourceGroup: 'shop-group' });
    expect(found[0]).toMatchObject({ properties: { state: 'Enabled' } });
  });

  test('authorizationresources has what is assigned, wherever', () => {
    const found = rows("authorizationresources | where type =~ 'microsoft.authorization/roleassignments'");
    expect(found.map(({ properties }) => properties)).toContainEqual(
      expect.objectContaining({ principalId: people.ada.objectId }),
    );
  });

  test('securityresources has plans of Defender, policyresources nothing from above', () => {
    expect(namesOf(rows('securityresources'))).toEqual(['AppServices', 'CloudPosture', 'Containers']);
    expect(rows('policyresources')).toEqual([]);
  });

  test.each([
    ['a table that Azure does not have', 'containerappsresources', 'DisallowedLogicalTableName'],
    ['one that the simulator does not have', 'resourcechanges', 'InvalidQuery'],
  ])('%s is refused', (_, table, code) => {
    const answer = ask(table);
    expect([answer.status, answer.at('error.code'), answer.at('error.details.0.code')]).toEqual([
      400,
      'BadRequest',
      code,
    ]);
  });

  test('are found in any casing', () => {
    expect(rows('Resources')).toEqual(rows('resources'));
  });
});

describe('what a caller may not read', () => {
  test.each([['resources'], ['appserviceresources'], ['resourcecontainers'], ['authorizationresources']])(
    'is not in %s, and is not counted',
    (table) => {
      const { ask } = graphOf(seeds, {}, { ...everybody, mayRead: () => false });
      expect([ask(table).at('totalRecords'), ask(table).at('data')]).toEqual([0, []]);
    },
  );

  test('is decided for each type, and for all of a subscription where that can be said', () => {
    const asked: string[] = [];
    const caller = {
      objectId: 'me',
      mayRead: ({ id }: { id: string }) => asked.push(id) > 0,
      readsAll: (_: string, type: string) => (type.endsWith('/config') ? true : type.endsWith('slots') ? false : null),
    };
    const { rows } = graphOf(seeds, {}, caller);
    expect(rows(CONFIG)).toHaveLength(2);
    expect(asked).toEqual([]);
    const found = rows("resources | where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots')");
    expect([namesOf(found), asked.length]).toEqual([['Shop'], 1]);
  });
});

test('the configuration has the lines of its app, by the id without its end', () => {
  const { rows } = graphOf(seeds);
  const ids = rows("resources | where type =~ 'microsoft.web/sites' | project key = tolower(id)");
  const configuration = rows(
    `${CONFIG} | where type =~ 'microsoft.web/sites/config' | project key = replace_string(tolower(id), '/config/web', '')`,
  );
  expect(configuration).toEqual(ids);
  expect(ids).toEqual([{ key: idOf('Microsoft.Web/sites', { name: 'shop' }).toLowerCase() }]);
});
