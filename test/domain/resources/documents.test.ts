import { describe, expect, test } from 'vitest';
import {
  DOCUMENT_NAMES,
  DOCUMENTS,
  documentOf,
  impactOf,
  isDocumentName,
} from '../../../src/domain/resources/documents.ts';
import type { ResourceKind } from '../../../src/domain/resources/resource.ts';
import { models, versionsOf } from '../../infra/models.ts';
import { CONTAINER_APP, ENVIRONMENT, resourceNamed, SITE } from '../examples.ts';

const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop-rg/providers';
const IDS: Readonly<Record<ResourceKind, string>> = {
  'web-app': SITE,
  'container-app': CONTAINER_APP,
  environment: ENVIRONMENT,
  plan: `${GROUP}/Microsoft.Web/serverfarms/shop-plan`,
  subscription: '/subscriptions/11111111-2222-3333-4444-555555555555',
};
/** The path of every document that another one refers to. */
const NAMING = {
  properties: {
    serverFarmId: IDS.plan,
    environmentId: ENVIRONMENT,
    vnetConfiguration: { infrastructureSubnetId: `${GROUP}/Microsoft.Network/virtualNetworks/n/subnets/apps` },
    routeTable: { id: `${GROUP}/Microsoft.Network/routeTables/out` },
  },
};

describe('the table of documents', () => {
  test('the names are those of a snapshot file', () => {
    expect([...DOCUMENT_NAMES].sort()).toEqual(
      [
        'resource config/web config/authsettingsV2 config/configreferences/appsettings',
        'basicPublishingCredentialsPolicies/ftp basicPublishingCredentialsPolicies/scm diagnosticSettings',
        'privateEndpointConnections slots backups authConfigs/current revisions daprComponents roleAssignments plan',
        'environment environment/diagnosticSettings environment/apps resourceGroup subnet routeTable registry',
        'subscription/certificates subscription/metricAlerts subscription/activityLogAlerts',
        'subscription/policyAssignments subscription/diagnosticSettings subscription/apps',
        'subscription/pricings/AppServices subscription/pricings/Containers subscription/pricings/CloudPosture',
      ]
        .join(' ')
        .split(' ')
        .sort(),
    );
    expect(isDocumentName('config/appsettings')).toBe(false);
  });

  test('a kind has each document once', () => {
    const rows = DOCUMENTS.flatMap(({ name, kinds }) => kinds.map((kind) => `${kind} ${name}`));
    expect(new Set(rows).size).toBe(rows.length);
  });

  test('guarantee 12: no list action is called or granted', () => {
    for (const { name, kinds, readActions, path } of DOCUMENTS) {
      for (const action of readActions) expect(action).toMatch(/\/read$/i);
      for (const kind of kinds) {
        const place = path(resourceNamed(IDS[kind]), NAMING);
        expect(place, `${name} of ${kind}`).toMatch(/^\/subscriptions\/(?!.*\/list)/);
      }
    }
  });

  test('the extra query parameters select role assignments at a scope and resources of some types', () => {
    const queries = DOCUMENTS.flatMap(({ name, kinds, query }) =>
      query ? [`${kinds} ${name}: ${query.$filter}`] : [],
    );
    expect(queries).toEqual([
      'web-app roleAssignments: atScope()',
      'container-app roleAssignments: atScope()',
      "container-app registry: resourceType eq 'Microsoft.ContainerRegistry/registries' or resourceType eq 'Microsoft.ContainerRegistry/registries/replications'",
      'subscription subscription/policyAssignments: atScope()',
      "subscription subscription/apps: resourceType eq 'Microsoft.Web/sites' or resourceType eq 'Microsoft.App/containerApps'",
    ]);
  });

  test('a document that is written whole is read with a version that knows all properties of the newest one', () => {
    const whole = DOCUMENTS.filter(({ writes = [] }) => writes.some(({ how }) => how !== 'merge'));
    const newest = {
      // Stable ones, by the sources that api-versions.ts names; the version of diagnostic settings is the newest of
      // all.
      'config/authsettingsV2': '2026-03-15',
      'authConfigs/current': '2026-07-01',
      diagnosticSettings: '2021-05-01-preview',
    };
    expect(Object.fromEntries(whole.map(({ name, apiVersion }) => [name, apiVersion]))).toEqual(newest);
  });

  test.each([
    ['Microsoft.Web', 'arm-appservice'],
    ['Microsoft.App', 'arm-appcontainers'],
  ])('no document of %s is read with an older version than that of %s', (provider, sdk) => {
    const known = versionsOf(sdk);
    const own = DOCUMENTS.filter(({ readActions }) => readActions.some((action) => action.startsWith(`${provider}/`)));
    expect([known.length > 0, own.length > 5]).toEqual([true, true]);
    for (const { name, apiVersion } of own.filter(({ name }) => name !== 'revisions')) {
      expect(apiVersion >= (known.at(-1) ?? ''), `${name} with ${apiVersion}`).toBe(true);
      expect(apiVersion, name).toMatch(/^[\d-]+$/);
    }
  });

  test('revisions are read with a preview version, because stable versions lack their labels', () => {
    expect(documentOf('container-app', 'revisions')?.apiVersion).toBe('2026-03-02-preview');
    expect(models('arm-appcontainers').properties.get('RevisionProperties')).not.toHaveProperty('labels');
  });

  test('the version for writing a token store knows a store that an identity opens', () => {
    const store = models('arm-appcontainers').properties.get('BlobStorageTokenStore');
    expect(Object.keys(store ?? {})).toEqual(
      expect.arrayContaining(['blobContainerUri', 'clientId', 'managedIdentityResourceId']),
    );
    expect(versionsOf('arm-appcontainers')).toContain(documentOf('container-app', 'authConfigs/current')?.apiVersion);
  });

  test('every document has the action that reads it', () => {
    for (const { name, readActions } of DOCUMENTS) expect(readActions, name).not.toEqual([]);
  });

  test('a slot has no slots', () => {
    const slots = documentOf('web-app', 'slots');
    expect([slots?.path(resourceNamed(SITE), null), slots?.path(resourceNamed(`${SITE}/slots/a`), null)]).toEqual([
      `${SITE}/slots`,
      null,
    ]);
  });

  test('a document that another one refers to has no place while that one has no properties', () => {
    const located = DOCUMENTS.filter(({ locatedBy }) => locatedBy);
    expect(located.length).toBeGreaterThan(3);
    for (const { name, kinds, path } of located) {
      for (const kind of kinds) {
        const places = [null, {}, { properties: [] }].map((body) => path(resourceNamed(IDS[kind]), body));
        expect(places, `${name} of ${kind}`).toEqual([null, null, null]);
      }
    }
  });

  test('every write has its action', () => {
    const writes = DOCUMENTS.flatMap(({ writes = [] }) => writes.flatMap(({ actions }) => actions));
    expect(writes.length).toBeGreaterThan(0);
    for (const action of writes) expect(action).toMatch(/\/(write|delete)$/i);
  });
});

test('a document that a kind does not have or that is never written has no impact', () => {
  expect(impactOf('container-app', [{ document: 'config/web', path: '/properties/cors' }])).toBe('none');
  expect(impactOf('web-app', [{ document: 'backups', path: '/value' }])).toBe('none');
});

test.each([
  [
    'the worst of several wins',
    'web-app',
    ['config/web /properties/ftpsState', 'config/web /properties/cors/allowedOrigins'],
    'traffic',
  ],
  ['a site restarts at least', 'web-app', ['resource /properties/httpsOnly'], 'restart'],
  ['config/web restarts at least', 'web-app', ['config/web /properties/minTlsVersion'], 'restart'],
  ['diagnostics of a site restart it', 'web-app', ['diagnosticSettings /value/plumbline/properties'], 'restart'],
  [
    'publishing policies touch nothing',
    'web-app',
    ['basicPublishingCredentialsPolicies/scm /properties/allow'],
    'none',
  ],
  ['ingress is traffic', 'container-app', ['resource /properties/configuration/ingress/allowInsecure'], 'traffic'],
  [
    'logs of an environment cost',
    'environment',
    ['resource /properties/appLogsConfiguration/destination', 'diagnosticSettings /value/plumbline/properties'],
    'cost',
  ],
  ['a new image of a container app restarts it', 'container-app', ['resource /properties/template/x'], 'restart'],
  ['the network of an environment is traffic', 'environment', ['resource /properties/publicNetworkAccess'], 'traffic'],
  ['the ways into a site are traffic', 'web-app', ['resource /properties/publicNetworkAccess'], 'traffic'],
  ['client certificates are traffic', 'web-app', ['resource /properties/clientCertMode'], 'traffic'],
  ['the settings of sign-in restart a site', 'web-app', ['config/authsettingsV2 /properties/login/routes'], 'restart'],
  ['asking for sign-in is traffic', 'web-app', ['config/authsettingsV2 /properties/platform/enabled'], 'traffic'],
  ['sign-in of a container app is traffic', 'container-app', ['authConfigs/current /properties/login/x'], 'traffic'],
  ['a tag has none', 'web-app', ['resource /tags/team'], 'none'],
  ['a deeper member with such a name restarts', 'web-app', ['resource /x/properties/clientCertMode'], 'restart'],
  ['a deeper member of the configuration restarts', 'web-app', ['config/web /x/properties/cors'], 'restart'],
  ['nothing has no impact', 'web-app', [], 'none'],
] as const)('impact: %s', (_, kind, leaves, impact) => {
  const changes = leaves.map((leaf) => ({ document: leaf.split(' ')[0] ?? '', path: leaf.split(' ')[1] ?? '' }));
  for (const { document } of changes) expect(documentOf(kind, document)).not.toBeNull();
  expect(impactOf(kind, changes)).toBe(impact);
});
