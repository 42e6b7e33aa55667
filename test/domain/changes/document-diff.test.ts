/**
 * The values that count as moved with a write: each leaf by its path, except for changes by the platform or by the
 * fix.
 */
import { describe, expect, test } from 'vitest';
import type { Change, PreservedValue } from '../../../src/domain/changes/change.ts';
import {
  alsoMovedReasons,
  isValueDigest,
  omittedCount,
  summarizeChanges,
} from '../../../src/domain/changes/diff-summary.ts';
import {
  diffDocument,
  documentsToCompare,
  isRestorable,
  unplannedChanges,
} from '../../../src/domain/changes/document-diff.ts';
import { type DocumentName, documentOf } from '../../../src/domain/resources/documents.ts';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { documentStateOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { containerApp, ingress } from '../../rules/fixtures/container-app.ts';
import { setting, settings, WORKSPACE } from '../../rules/fixtures/diagnostic-settings.ts';
import { site, webConfig } from '../../rules/fixtures/web-app.ts';
import { CONTAINER_APP, resourceNamed, SITE } from '../examples.ts';

const USER = `${SITE.split('/providers/')[0]}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployer`;
const office = { name: 'office', action: 'Allow', ipAddress: '203.0.113.0/24', priority: 100 };
const rest = (action: string) => ({ name: `${action} all`, action, ipAddress: 'Any', priority: 2_147_483_647 });
const first = { name: 'Allow all', action: 'Allow', ipAddress: 'Any', priority: 1 };

function moved(kind: 'web-app' | 'container-app', document: DocumentName, from: Json, to: Json): string[] {
  const definition = documentOf(kind, document);
  if (!definition) throw new Error(`there is no ${document}`);
  return diffDocument(definition, '', from, to).map(
    (one) => `${one.path} ${JSON.stringify(one.from)} ${JSON.stringify(one.to)}`,
  );
}

describe('each differing leaf is named by its path', () => {
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['a value', { httpsOnly: false }, { httpsOnly: true }, ['/properties/httpsOnly false true']],
    [
      'a removed one',
      { dnsConfiguration: { dnsAltServer: 'a' } },
      {},
      ['/properties/dnsConfiguration/dnsAltServer "a" null'],
    ],
    ['an added one', {}, { hostNamesDisabled: true }, ['/properties/hostNamesDisabled null true']],
    ['a list as a whole', { hostNames: ['a', 'b'] }, { hostNames: ['a'] }, ['/properties/hostNames ["a","b"] ["a"]']],
    ['an app that was stopped', { state: 'Running' }, { state: 'Stopped' }, ['/properties/state "Running" "Stopped"']],
    [
      'times and addresses: nothing',
      { lastModifiedTimeUtc: '1', outboundIpAddresses: 'a' },
      { lastModifiedTimeUtc: '2', outboundIpAddresses: 'b' },
      [],
    ],
    ['empty instead of absent: nothing', { clientCertExclusionPaths: null, csrs: [] }, { dnsConfiguration: {} }, []],
    [
      'an id in another case: nothing',
      { virtualNetworkSubnetId: USER },
      { virtualNetworkSubnetId: USER.toUpperCase() },
      [],
    ],
    ['a name in another case', { name: 'shop' }, { name: 'SHOP' }, ['/properties/name "shop" "SHOP"']],
    ['a removed id', { virtualNetworkSubnetId: USER }, {}, [`/properties/virtualNetworkSubnetId "${USER}" null`]],
    [
      'another id',
      { virtualNetworkSubnetId: USER },
      { virtualNetworkSubnetId: `${USER}2` },
      [`/properties/virtualNetworkSubnetId "${USER}" "${USER}2"`],
    ],
    [
      'an id in another case, in a list: nothing',
      { certs: [{ id: USER }] },
      { certs: [{ id: USER.toUpperCase() }] },
      [],
    ],
    ['a longer list', { hostNames: ['a'] }, { hostNames: ['a', 'b'] }, ['/properties/hostNames ["a"] ["a","b"]']],
    ['elements without names', { certs: [{ a: 1 }] }, { certs: [{ a: 2 }] }, ['/properties/certs [{"a":1}] [{"a":2}]']],
    [
      'elements of which one has no name',
      { certs: [{ name: 'a' }, { b: 1 }] },
      { certs: [{ name: 'a' }, { b: 2 }] },
      ['/properties/certs [{"name":"a"},{"b":1}] [{"name":"a"},{"b":2}]'],
    ],
    [
      'an added element by its name',
      { certs: null },
      { certs: [{ name: 'A', b: 1 }] },
      ['/properties/certs/A null {"name":"A","b":1}'],
    ],
    ['a text instead of an object', { certs: { a: 1 } }, { certs: 'x' }, ['/properties/certs {"a":1} "x"']],
    ['an object instead of a text', { certs: 'x' }, { certs: { a: 1 } }, ['/properties/certs "x" {"a":1}']],
    ['an app whose state was not shown', { state: null }, { state: 'Stopped' }, ['/properties/state null "Stopped"']],
    ['an app that is about to run: nothing', { state: 'running' }, { state: 'Ready' }, []],
    [
      'only a state has words for the same',
      { mode: 'Running' },
      { mode: 'Ready' },
      ['/properties/mode "Running" "Ready"'],
    ],
  ])('%s', (_, from, to, expected) => {
    expect(
      moved(
        'web-app',
        'resource',
        site(from),
        site({ ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to }),
      ),
    ).toEqual(expected);
  });

  test('the identity by its type and the assigned identities, not by the ids that Azure adds', () => {
    const assigned = { [USER]: { principalId: 'p', clientId: 'c' } };
    const from = {
      identity: { type: 'SystemAssigned, UserAssigned', principalId: 'a', userAssignedIdentities: assigned },
    };
    const recased = { [USER.replace('resourceGroups', 'resourcegroups')]: assigned[USER] };
    const same = { identity: { ...from.identity, principalId: 'b', userAssignedIdentities: recased as JsonObject } };
    expect(moved('web-app', 'resource', site({}, from), site({}, same))).toEqual([]);
    const wiped = site({}, { identity: { type: 'SystemAssigned', principalId: 'b' } });
    expect(moved('web-app', 'resource', site({}, from), wiped).map((one) => one.split(' ')[0])).toEqual([
      '/identity/type',
      ...['principalId', 'clientId'].map(
        (id) => `/identity/userAssignedIdentities/${USER.replaceAll('/', '~1')}/${id}`,
      ),
    ]);
  });

  test.each<[string, Json, Json, boolean]>([
    ['removed rules', [office, rest('Deny')], [first], true],
    ['rules in another order', [office, { ...office, name: 'b' }], [{ ...office, name: 'b' }, office], true],
    ['the rule that repeats the default action', [office, rest('Deny')], [office, rest('Allow')], false],
    ['a list that App Service filled', null, [first], false],
    ['a list that App Service had filled', [first], null, false],
    ['a rule for all that was beside others', [first, office], [office], true],
  ])('access restrictions: %s', (_, from, to, expected) => {
    const list = (ipSecurityRestrictions: Json) => webConfig({ ipSecurityRestrictions });
    expect(moved('web-app', 'config/web', list(from), list(to))).toHaveLength(expected ? 1 : 0);
  });

  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['an app that is still running', { runningStatus: 'Running' }, { runningStatus: 'Progressing' }, []],
    ['a suspended app', { runningStatus: 'Ready' }, { runningStatus: 'Suspended' }, ['/properties/runningStatus']],
    ['a new revision', { latestRevisionName: 'a' }, { latestRevisionName: 'b' }, []],
  ])('%s', (_, from, to, expected) => {
    const app = (properties: JsonObject) => ({ properties });
    expect(moved('container-app', 'resource', app(from), app(to)).map((one) => one.split(' ')[0])).toEqual(expected);
  });

  test('values without their volatile parts, at any depth', () => {
    const definition = documentOf('web-app', 'resource');
    if (!definition) throw new Error('a site has a document');
    const volatile = ['/properties/*/*/time', '/properties/*/*/*/time'];
    const diff = (from: Json, to: Json) =>
      diffDocument({ ...definition, volatile }, '', { properties: from }, { properties: to }).map(
        (one) => `${one.path} ${JSON.stringify(one.from)} ${JSON.stringify(one.to)}`,
      );
    const list = (time: number, b: number) => ({ list: [{ time, b }] });
    expect(diff(list(1, 1), list(2, 1))).toEqual([]);
    expect(diff(list(1, 1), list(2, 2))).toEqual(['/properties/list [{"b":1}] [{"b":2}]']);
    const added = [{ name: 'new', time: 1, properties: { time: 2, c: 3 } }];
    expect(diff({ list: null }, { list: added })).toEqual(['/properties/list/new/properties null {"c":3}']);
    expect(diff({ list: null }, { list: [{ name: 'new', time: 1, c: 3 }] })).toEqual([
      '/properties/list/new null {"name":"new","c":3}',
    ]);
  });

  test('a container by its name, without computed members, and a list that is restored whole as one leaf', () => {
    const resources = (ephemeralStorage: string) => ({ cpu: 0.5, ephemeralStorage });
    const of = (image: string, storage: string, domain: string) =>
      containerApp(ingress({ customDomains: [{ name: domain }] }), {
        template: { containers: [{ name: 'cart', image, resources: resources(storage) }] },
      });
    expect(moved('container-app', 'resource', of('a', '1Gi', 'x'), of('b', '2Gi', 'y'))).toEqual([
      '/properties/configuration/ingress/customDomains [{"name":"x"}] [{"name":"y"}]',
      '/properties/template/containers/cart/image "a" "b"',
    ]);
  });

  test('a removed diagnostic setting as a whole, in the form that creates it again', () => {
    const kept = setting('kept', { workspaceId: WORKSPACE });
    const gone = setting('gone', { workspaceId: WORKSPACE });
    const definition = documentOf('web-app', 'diagnosticSettings');
    if (!definition) throw new Error('a site has diagnostic settings');
    const found = diffDocument(definition, '', settings(kept, gone), settings({ ...kept, id: '/x', kind: 'y' }));
    expect(found).toEqual([
      { document: 'diagnosticSettings', path: '/value/gone/properties', from: gone.properties, to: null },
    ]);
  });
});

describe('changes that the fix explains are not named', () => {
  const change = (path: string, to: Json, document: DocumentName = 'resource'): Change => ({
    document,
    path,
    from: null,
    to,
  });
  const snapshotOf = (properties: JsonObject, config: JsonObject = {}): Snapshot => ({
    resource: resourceNamed(SITE),
    documents: {
      resource: documentStateOf('web-app', 'resource', site(properties)),
      'config/web': documentStateOf('web-app', 'config/web', webConfig(config)),
    },
  });
  const along = (changes: Change[], before: Snapshot, after: Snapshot, preserved: PreservedValue[] = []) =>
    unplannedChanges(documentsToCompare('web-app', 'resource'), { changes, preserved }, before, after).map(
      ({ document, path }) => `${document} ${path}`,
    );

  test('the change itself with members that Azure adds below it, and its copy in a second place', () => {
    const after = snapshotOf({ publicNetworkAccess: 'Disabled' }, { publicNetworkAccess: 'Disabled', alwaysOn: false });
    expect(along([change('/properties/publicNetworkAccess', 'Disabled')], snapshotOf({}), after)).toEqual([
      'config/web /properties/alwaysOn',
    ]);
  });

  test('except for another value in the second place', () => {
    const after = snapshotOf({ publicNetworkAccess: 'Disabled' }, { publicNetworkAccess: 'Enabled' });
    expect(along([change('/properties/publicNetworkAccess', 'Disabled')], snapshotOf({}), after)).toEqual([
      'config/web /properties/publicNetworkAccess',
    ]);
  });

  test('the older name of a routing switch', () => {
    const routed = snapshotOf(
      { outboundVnetRouting: { applicationTraffic: true }, vnetRouteAllEnabled: true },
      { vnetRouteAllEnabled: true },
    );
    expect(along([change('/properties/outboundVnetRouting/applicationTraffic', true)], snapshotOf({}), routed)).toEqual(
      [],
    );
    expect(along([change('/properties/outboundVnetRouting/imagePullTraffic', true)], snapshotOf({}), routed)).toEqual([
      'resource /properties/outboundVnetRouting/applicationTraffic',
      'resource /properties/vnetRouteAllEnabled',
      'config/web /properties/vnetRouteAllEnabled',
    ]);
  });

  test('a preserved sibling, unless it moved', () => {
    const cors = (origins: string[], credentials: boolean) =>
      snapshotOf({}, { cors: { allowedOrigins: origins, supportCredentials: credentials } });
    const origins = change('/properties/cors/allowedOrigins', ['b'], 'config/web');
    const preserved: PreservedValue[] = [
      { document: 'config/web', path: '/properties/cors/supportCredentials', value: true },
    ];
    expect(along([origins], cors(['a'], true), cors(['b'], true), preserved)).toEqual([]);
    expect(along([origins], cors(['a'], true), cors(['b'], false), preserved)).toEqual([
      'config/web /properties/cors/supportCredentials',
    ]);
  });

  test('two changes, each by its own', () => {
    const both = [change('/properties/httpsOnly', true), change('/properties/clientCertEnabled', true)];
    const after = snapshotOf({ httpsOnly: true, clientCertEnabled: true });
    expect(along(both, snapshotOf({ httpsOnly: false, clientCertEnabled: false }), after)).toEqual([]);
  });

  test('a written and a preserved value in a list that is compared as a whole', () => {
    const domains = '/properties/configuration/ingress/customDomains';
    const appWith = (bindingType: string, certificateId: string): Snapshot => {
      const body = containerApp(ingress({ customDomains: [{ name: 'x', bindingType, certificateId }] }));
      return {
        resource: resourceNamed(CONTAINER_APP),
        documents: { resource: documentStateOf('container-app', 'resource', body) },
      };
    };
    const written = {
      changes: [change(`${domains}/x/bindingType`, 'SniEnabled')],
      preserved: [{ document: 'resource' as const, path: `${domains}/x/certificateId`, value: 'new' }],
    };
    const moved = (after: Snapshot) => unplannedChanges(['resource'], written, appWith('Disabled', 'old'), after);
    expect(moved(appWith('SniEnabled', 'new'))).toEqual([]);
    expect(moved(appWith('SniEnabled', 'other')).map(({ path }) => path)).toEqual([domains]);
  });

  test.each<[string, Change, JsonObject]>([
    [
      'the same name in a document that shows no value of the site',
      change('/properties/allow', false, 'basicPublishingCredentialsPolicies/ftp'),
      { allow: false },
    ],
    [
      'a former name of a switch in another object',
      change('/properties/other/applicationTraffic', true),
      { vnetRouteAllEnabled: true },
    ],
    [
      'a former name of something below a switch',
      change('/properties/outboundVnetRouting/applicationTraffic/x', true),
      { vnetRouteAllEnabled: true },
    ],
    ['an object in which a value was written', change('/properties/cors/a', true, 'config/web'), { cors: true }],
  ])('but no copy is %s', (_, written, properties) => {
    const [name = ''] = Object.keys(properties);
    expect(along([written], snapshotOf({ [name]: null }), snapshotOf(properties))).toEqual([
      `resource /properties/${name}`,
    ]);
  });

  test('a document that was not read both times is not compared', () => {
    const { resource, documents } = snapshotOf({ httpsOnly: false });
    expect(along([], { resource, documents }, { resource, documents: {} })).toEqual([]);
  });
});

test('the compared documents are the written one, the resource, and the configuration of a site', () => {
  expect(documentsToCompare('web-app', 'diagnosticSettings')).toEqual(['diagnosticSettings', 'resource', 'config/web']);
  expect(documentsToCompare('web-app', 'config/web')).toEqual(['config/web', 'resource']);
  expect(documentsToCompare('container-app', 'authConfigs/current')).toEqual(['authConfigs/current', 'resource']);
  expect(resourceNamed(CONTAINER_APP).kind).toBe('container-app');
});

describe('the paths that a rollback may restore', () => {
  test.each<['web-app' | 'container-app' | 'environment', DocumentName, string, boolean]>([
    ['web-app', 'config/web', '/properties/ipSecurityRestrictions', true],
    ['web-app', 'config/web', '/properties/azureStorageAccounts/files/mountPath', false],
    ['web-app', 'resource', '/properties/httpsOnly', true],
    ['web-app', 'resource', '/tags/team', true],
    ['web-app', 'resource', '/properties/serverFarmId', false],
    ['web-app', 'resource', '/properties/state', false],
    ['web-app', 'resource', '/identity/type', false],
    ['web-app', 'config/authsettingsV2', '/properties/platform/enabled', false],
    ['container-app', 'resource', '/properties/configuration/ingress/traffic', true],
    ['container-app', 'resource', '/properties/configuration/secrets', false],
    ['container-app', 'resource', '/properties/configuration', false],
    ['container-app', 'resource', '/properties/template/containers', false],
    ['environment', 'diagnosticSettings', '/value/plumbline/properties', true],
    ['environment', 'resource', '/properties/appLogsConfiguration/destination', false],
  ])('%s %s %s: %s', (kind, document, path, expected) => {
    const definition = documentOf(kind, document);
    expect(definition && isRestorable(definition, path)).toBe(expected);
  });

  test('are never at, above or below a path that may be secret', () => {
    const definition = documentOf('web-app', 'config/web');
    if (!definition) throw new Error('a site has a configuration');
    const withSecrets = { ...definition, secrets: ['/properties/limits/*/key'] };
    expect(isRestorable(withSecrets, '/properties/limits')).toBe(false);
    expect(isRestorable(withSecrets, '/properties/limits/a/key')).toBe(false);
    expect(isRestorable(withSecrets, '/properties/cors')).toBe(true);
  });
});

describe('the limits of an entry', () => {
  const leaf = (at: number, to: Json = at): Change => ({
    document: 'resource',
    path: `/properties/p${at}`,
    from: null,
    to,
  });

  test('fifty leaves, with the number of the others', () => {
    const list = summarizeChanges(Array.from({ length: 53 }, (_, at) => leaf(at)));
    expect([list.listed.length, list.more]).toEqual([50, 3]);
    expect(alsoMovedReasons(list)).toMatchObject([
      { code: 'also-moved', text: expect.stringMatching(/resource \/properties\/p49; and 3 more/) },
    ]);
    expect(alsoMovedReasons({ listed: [], more: 0 })).toEqual([]);
    const [long = { code: 'moved', text: '' }] = alsoMovedReasons({ ...list, more: 12 });
    expect([omittedCount([long]), omittedCount(alsoMovedReasons({ ...list, more: 0 }))]).toEqual([12, 0]);
    expect(omittedCount([...alsoMovedReasons(list), { ...long, code: 'moved' }, long])).toBe(15);
    expect(alsoMovedReasons(summarizeChanges([leaf(0), leaf(1)]))[0]?.text).toBe(
      'Moved with the write: resource /properties/p0, resource /properties/p1.',
    );
  });

  test('a long value is replaced by its length and checksum, and all values together fit into a row', () => {
    const long = 'x'.repeat(20_000);
    const { listed } = summarizeChanges([leaf(0, long)]);
    expect(listed[0]?.to).toMatch(/^20002 characters of JSON, sha256 [0-9a-f]{64}$/);
    const digest = String(listed[0]?.to);
    const values = [digest, long, null, `${digest}0`, `about ${digest}`, [digest]];
    expect(values.map(isValueDigest)).toEqual([true, false, false, false, false, false]);
    const many = summarizeChanges(Array.from({ length: 10 }, (_, at) => leaf(at, 'y'.repeat(10_000))));
    expect([many.listed.length, many.more]).toEqual([3, 7]);
  });
});
