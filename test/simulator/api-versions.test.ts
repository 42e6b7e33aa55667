// What an api-version does not know is not there, whichever way a body is answered, and is not taken.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOutline, printOutline, type Shape } from '../../simulator/api-versions/outline.ts';
import { rawRevision } from '../../simulator/container-app/revisions.ts';
import { containerApp, environment, idOf, plan, slot, subscriptionId, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { outlineOf, type PropertyTrees } from '../../tools/published-types/property-tree.ts';
import { addWebClient } from '../../tools/published-types/web-client.ts';
import { type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const staging = `${site}/slots/staging`;
const serverFarm = idOf('Microsoft.Web/serverfarms', { name: 'plan' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const env = idOf('Microsoft.App/managedEnvironments', { name: 'production' });
const group = `/subscriptions/${subscriptionId}/resourceGroups/shop`;

const blobs = {
  blobContainerUri: 'https://tokens.blob.example/tokens',
  managedIdentityResourceId: '/subscriptions/x/id',
};
const authConfig = {
  id: `${app}/authConfigs/current`,
  name: 'current',
  type: 'Microsoft.App/containerapps/authconfigs',
  properties: { platform: { enabled: true }, login: { tokenStore: { enabled: true, azureBlobStorage: blobs } } },
};
const resources = [
  plan({ name: 'plan' }),
  webApp({ name: 'web', plan: 'plan', site: { vnetRouteAllEnabled: true }, web: { http20ProxyFlag: 1 } }),
  slot({ of: 'web', name: 'staging' }),
  environment({
    name: 'production',
    properties: {
      appInsightsConfiguration: { connectionString: null },
      openTelemetryConfiguration: { tracesConfiguration: { destinations: ['appInsights'] } },
      environmentMode: 'WorkloadProfiles',
    },
  }),
  containerApp({
    name: 'app',
    properties: { networking: { outboundVnetSubnetId: '/subscriptions/x/subnet' } },
    documents: {
      'authConfigs/current': authConfig,
      revisions: { value: [rawRevision(app, 'app--0000001', { labels: ['blue'] })] },
    },
  }),
];

let simulator: Simulator;
let azure: Azure;

beforeAll(async () => {
  simulator = await startSimulator({ allows: () => true, operationMilliseconds: 1, estate: { resources } });
  azure = await connect(simulator);
});
afterAll(async () => {
  azure.close();
  await simulator.close();
});

/** A leaf that one version has and another has not. */
const DIFFERENCES: readonly [path: string, leaf: string, has: string, lacks: string][] = [
  [site, 'properties.outboundVnetRouting', '2024-11-01', '2024-04-01'],
  [site, 'properties.outboundVnetRouting.managedIdentityTraffic', '2026-03-15', '2025-05-01'],
  [site, 'properties.vnetRouteAllEnabled', '2024-04-01', '2025-05-01'],
  [site, 'properties.sshEnabled', '2024-11-01', '2023-12-01'],
  [staging, 'properties.outboundVnetRouting.managedIdentityTraffic', '2026-03-15', '2025-05-01'],
  [`${site}/slots`, 'value.0.properties.outboundVnetRouting', '2024-11-01', '2024-04-01'],
  [`${group}/providers/Microsoft.Web/sites`, 'value.0.properties.sshEnabled', '2025-05-01', '2022-03-01'],
  [`${site}/config/web`, 'properties.http20ProxyFlag', '2024-11-01', '2024-04-01'],
  [serverFarm, 'properties.zoneRedundant', '2021-02-01', '2021-01-15'],
  [app, 'properties.networking', '2026-07-01', '2025-07-01'],
  [app, 'properties.networking', '2026-07-01', '2026-01-01'],
  [
    `${app}/authConfigs/current`,
    'properties.login.tokenStore.azureBlobStorage.blobContainerUri',
    '2026-07-01',
    '2025-07-01',
  ],
  [`${app}/revisions`, 'value.0.properties.labels', '2025-10-02-preview', '2026-07-01'],
  [env, 'properties.appInsightsConfiguration', '2026-07-01', '2025-07-01'],
  [env, 'properties.appInsightsConfiguration', '2025-10-02-preview', '2026-03-02-preview'],
  [env, 'properties.openTelemetryConfiguration', '2025-10-02-preview', '2026-01-01'],
  [env, 'properties.environmentMode', '2026-07-01', '2025-07-01'],
];

describe('reading', () => {
  it.each(DIFFERENCES)('%s shows %s in %s and not in %s', async (path, at, has, lacks) => {
    const with_ = await azure.get(path, has);
    const without = await azure.get(path, lacks);
    expect([with_.status, without.status]).toEqual([200, 200]);
    expect(with_.at(at)).toBeDefined();
    expect(without.at(at)).toBeUndefined();
  });

  it('shows in every version what no version publishes and Azure sends all the same', async () => {
    for (const version of ['2022-03-01', '2026-03-15']) {
      const { body } = await azure.get(site, version);
      expect(body).toMatchObject({ properties: { siteProperties: { metadata: null }, homeStamp: expect.any(String) } });
    }
  });

  it('keeps names that people choose', async () => {
    await azure.send('PATCH', app, { tags: { networking: 'mine', sshEnabled: 'mine' } });
    await simulator.settled();
    expect((await azure.get(app, '2025-07-01')).at('tags')).toEqual({ networking: 'mine', sshEnabled: 'mine' });
  });
});

describe('an api-version that the provider does not have', () => {
  it.each([
    [
      site,
      '2024-12-01',
      'NoRegisteredProviderFound',
      /for type 'sites'\. The supported api-versions are '.*2025-05-01, 2026-03-15'/,
    ],
    [`${site}/config/web`, '2025-07-01', 'NoRegisteredProviderFound', /for type 'sites\/config\/web'/],
    [`${site}/config/authsettingsV2`, '2019-08-01', 'NoRegisteredProviderFound', /'2020-06-01, /],
    [`${site}/config/configreferences/appsettings`, '2024-12-01', 'NoRegisteredProviderFound', /2025-05-01/],
    [app, '2025-05-01', 'NoRegisteredProviderFound', /for type 'containerApps'.*2026-07-01'/],
    [env, '2026-07-02', 'NoRegisteredProviderFound', /for type 'managedEnvironments'/],
    [`${app}/revisions`, '2025-05-01', 'NoRegisteredProviderFound', /for type 'containerApps\/revisions'/],
    [
      `${site}/providers/Microsoft.Insights/diagnosticSettings`,
      '2025-05-01',
      'NoRegisteredProviderFound',
      /2021-05-01-preview/,
    ],
    [`${group}/providers/Microsoft.App/containerApps`, '2025-05-01', 'NoRegisteredProviderFound', /containerApps/],
    [group, '2025-05-01', 'InvalidApiVersionParameter', /The supported versions are '.*2025-04-01'/],
  ])('%s at %s is refused', async (path, version, code, message) => {
    const { status, body } = await azure.get(path, version);
    expect(status).toBe(400);
    expect(body).toEqual({ error: { code, message: expect.stringMatching(message) } });
  });

  it('is refused before anything is written', async () => {
    const { status } = await azure.send('PATCH', site, { properties: { httpsOnly: false } }, '2024-12-01');
    expect(status).toBe(400);
    expect((await azure.get(site)).at('properties.httpsOnly')).toBe(true);
  });
});

describe('writing', () => {
  const networking = (outboundVnetSubnetId: string) => ({ properties: { networking: { outboundVnetSubnetId } } });

  it('takes nothing that the version does not know, and answers in it', async () => {
    const old = await azure.send('PATCH', app, networking('/subscriptions/x/old'), '2025-07-01');
    await simulator.settled();
    expect((await azure.send('GET', old.headers.location ?? '')).at('properties')).not.toHaveProperty('networking');
    const shown = (await azure.get(app, '2026-07-01')).at('properties.networking.outboundVnetSubnetId');
    expect(shown).toBe('/subscriptions/x/subnet');

    const now = await azure.send('PATCH', app, networking('/subscriptions/x/new'), '2026-07-01');
    await simulator.settled();
    const polled = await azure.send('GET', now.headers.location ?? '');
    expect(polled.at('properties.networking.outboundVnetSubnetId')).toBe('/subscriptions/x/new');
  });

  it('answers a PATCH of a site in its version', async () => {
    const patch = { properties: { clientAffinityEnabled: false } };
    expect((await azure.send('PATCH', site, patch, '2024-04-01')).at('properties.outboundVnetRouting')).toBeUndefined();
    expect((await azure.send('PATCH', site, patch, '2025-05-01')).at('properties.outboundVnetRouting')).toBeDefined();
  });

  it('loses what an old version does not know when a document is written back whole', async () => {
    const path = `${app}/authConfigs/current`;
    const stored = () => azure.get(path, '2026-07-01');
    const { body } = await stored();
    await azure.send('PUT', path, body, '2026-07-01');
    expect((await stored()).at('properties.login.tokenStore.azureBlobStorage')).toEqual(blobs);
    await azure.send('PUT', path, body, '2025-07-01');
    expect((await stored()).at('properties.login.tokenStore.azureBlobStorage')).toEqual({});
  });
});

describe('the published types', () => {
  const text = (provider: string) =>
    readFileSync(new URL(`../../simulator/api-versions/published/${provider}.txt`, import.meta.url), 'utf8');

  it.each(['web', 'app', 'insights', 'authorization', 'security', 'network', 'resources'])(
    'of microsoft.%s are printed as they are read',
    (name) => {
      const whole = text(`microsoft.${name}`);
      const comment = whole.split('\n').flatMap((line) => (line.startsWith('# ') ? [line.slice(2)] : []));
      expect(printOutline(parseOutline(whole), comment)).toBe(whole);
    },
  );

  it('of the SDK client are those that the package has which is installed', async () => {
    const trees: PropertyTrees = new Map();
    await addWebClient(trees);
    const { types } = outlineOf(trees);
    const published = parseOutline(text('microsoft.web'));
    for (const [type, shape] of types) {
      const kept = published.types.get(type);
      if (!kept) throw new Error(`${type} is not there`);
      expect([type, namesIn(kept, '2025-05-01')]).toEqual([type, namesIn(shape, '2025-05-01')]);
    }
  });

  it('refuse a line that is none', () => {
    expect(() => parseOutline('versions 2025-05-01\na\n  b')).toThrow("'  b' is no line of an outline.");
  });
});

/** Pointers of all that a version has. */
function namesIn({ members }: Shape, version: string, above = ''): string[] {
  return [...members]
    .filter(([, { versions }]) => versions === null || versions.has(version))
    .flatMap(([name, shape]) => [`${above}/${name}`, ...namesIn(shape, version, `${above}/${name}`)])
    .sort();
}
