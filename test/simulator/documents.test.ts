import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import {
  allLogsTo,
  containerApp,
  environment,
  idOf,
  plan,
  plantedSecrets,
  slot,
  webApp,
  workspaceId,
} from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect, leaf } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const env = idOf('Microsoft.App/managedEnvironments', { name: 'production' });

describe('what Resource Manager answers about resources', () => {
  let simulator: Simulator;
  let azure: Azure;

  beforeAll(async () => {
    simulator = await startSimulator({
      identityActions: deployedActions(),
      allows: ({ method }) => method !== 'POST',
      estate: {
        resources: [
          plan({ name: 'plan-linux' }),
          webApp({ name: 'web', web: { minTlsVersion: '1.0' }, diagnostics: { 'to-central': allLogsTo(workspaceId) } }),
          slot({ of: 'web', name: 'staging', site: { httpsOnly: false } }),
          environment({ name: 'production' }),
          containerApp({ name: 'app' }),
          containerApp({ name: 'job', ingress: null }),
        ],
      },
    });
    azure = await connect(simulator);
  });
  afterAll(async () => {
    azure.close();
    await simulator.close();
  });

  it('hides the configuration in the site, but for two false placeholders', async () => {
    const { status, body } = await azure.get(site);
    expect(status).toBe(200);
    const siteConfig = leaf(body, 'properties.siteConfig');
    expect(leaf(siteConfig, 'minTlsVersion')).toBeNull();
    expect(leaf(siteConfig, 'ftpsState')).toBeNull();
    expect(leaf(siteConfig, 'http20Enabled')).toBe(false);
    expect(leaf(siteConfig, 'alwaysOn')).toBe(false);
    expect(leaf(body, 'properties.publicNetworkAccess')).toBeNull();
    expect(leaf(body, 'properties.clientCertMode')).toBe('Required');
  });

  it('shows it in config/web, with the publishing user and without settings', async () => {
    const { body } = await azure.get(`${site}/config/web`);
    expect(body).toMatchObject({ id: `${site}/config/web`, name: 'web', type: 'Microsoft.Web/sites/config' });
    expect(leaf(body, 'properties')).toMatchObject({
      minTlsVersion: '1.0',
      publishingUsername: '$web',
      http20Enabled: true,
    });
    expect(leaf(body, 'properties')).toMatchObject({ appSettings: null, connectionStrings: null, machineKey: null });
    expect(leaf(body, 'properties.ipSecurityRestrictions.0')).toMatchObject({ ipAddress: 'Any', name: 'Allow all' });
  });

  it('keeps slots as sites of their own, and lists them', async () => {
    const listed = await azure.get(`${site}/slots`);
    const own = await azure.get(`${site}/slots/staging`);
    expect(listed.at('value')).toEqual([own.body]);
    expect(own.body).toMatchObject({
      name: 'web/staging',
      type: 'Microsoft.Web/sites/slots',
      properties: { httpsOnly: false },
    });
    expect((await azure.get(`${site}/slots/staging/config/web`)).status).toBe(200);
  });

  it.each([
    [`${site}/config/authsettingsV2`, { properties: { platform: { enabled: true } } }],
    [`${site}/basicPublishingCredentialsPolicies/ftp`, { name: 'ftp', properties: { allow: false } }],
    [`${site}/basicPublishingCredentialsPolicies/scm`, { name: 'scm', properties: { allow: false } }],
    [`${site}/privateEndpointConnections`, { value: [] }],
    [idOf('Microsoft.Web/serverfarms', { name: 'plan-linux' }), { sku: { name: 'P1v3' } }],
    [
      env,
      {
        properties: {
          appLogsConfiguration: { destination: 'log-analytics', logAnalyticsConfiguration: { sharedKey: null } },
        },
      },
    ],
    [`${env}/providers/Microsoft.Insights/diagnosticSettings`, { value: [] }],
  ])('answers %s', async (path, expected) => {
    const { status, body } = await azure.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
  });

  it('shows a container app with values of variables and names of secrets', async () => {
    const { body } = await azure.get(app);
    expect(leaf(body, 'properties.template.containers.0.env.0.value')).toBe(plantedSecrets[0]);
    expect(leaf(body, 'properties.configuration.secrets')).toEqual([
      { name: 'database', keyVaultUrl: expect.stringMatching(/^https:/), identity: 'system' },
    ]);
    expect(leaf(body, 'properties.environmentId')).toBe(leaf(body, 'properties.managedEnvironmentId'));
  });

  it('says null where an app has no ingress', async () => {
    const { body } = await azure.get(idOf('Microsoft.App/containerApps', { name: 'job' }));
    expect(leaf(body, 'properties.configuration.ingress')).toBeNull();
  });

  it('gives diagnostic settings ids in lower case and nulls for what was not sent', async () => {
    const { body } = await azure.get(`${site}/providers/Microsoft.Insights/diagnosticSettings`);
    expect(leaf(body, 'value.0.id')).toBe(
      `${site.toLowerCase()}/providers/microsoft.insights/diagnosticSettings/to-central`,
    );
    expect(leaf(body, 'value.0.properties')).toMatchObject({
      workspaceId,
      storageAccountId: null,
      logs: [{ category: null, categoryGroup: 'allLogs' }],
    });
  });

  it('compares ids without case', async () => {
    expect((await azure.get(site.toUpperCase())).at('id')).toBe(site);
  });

  it('answers 404 in its own words', async () => {
    const gone = await azure.get(idOf('Microsoft.Web/sites', { name: 'gone' }));
    expect(gone.status).toBe(404);
    expect(gone.at('error')).toEqual({
      code: 'ResourceNotFound',
      message:
        "The Resource 'Microsoft.Web/sites/gone' under resource group 'shop' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    });
    const group = await azure.get(idOf('Microsoft.Web/sites', { name: 'web', resourceGroup: 'nowhere' }));
    expect(group.at('error.code')).toBe('ResourceGroupNotFound');
    const job = idOf('Microsoft.App/containerApps', { name: 'job' });
    expect((await azure.get(`${job}/authConfigs/current`)).status).toBe(404);
  });

  it('wants an api-version, and one that the provider has', async () => {
    const url = `${simulator.url}${site}`;
    const headers = { authorization: `Bearer ${azure.token}` };
    expect((await azure.raw('GET', url, headers)).at('error.code')).toBe('MissingApiVersionParameter');
    expect((await azure.get(site, 'latest')).at('error.code')).toBe('InvalidApiVersionParameter');
    const settings = await azure.get(`${site}/providers/Microsoft.Insights/diagnosticSettings`, '2025-05-01');
    expect(settings.status).toBe(400);
    expect(settings.at('error.code')).toBe('NoRegisteredProviderFound');
  });

  it('sends the headers that throttling and support go by', async () => {
    const { headers } = await azure.get(site);
    expect(headers['x-ms-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-ms-correlation-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(headers['x-ms-ratelimit-remaining-subscription-reads'])).toBeLessThan(250);
  });

  it.each([`${site}/config/appsettings/list`, `${site}/config/connectionstrings/list`, `${app}/listSecrets`])(
    'refuses POST %s, and records that it was called',
    async (path) => {
      simulator.clearRequests();
      const { status, body } = await azure.send('POST', path);
      expect(status).toBe(403);
      expect(leaf(body, 'error.code')).toBe('AuthorizationFailed');
      expect(leaf(body, 'error.message')).toMatch(
        /perform action 'Microsoft\.(Web\/sites\/config\/list|App\/containerApps\/listSecrets)\/action'/,
      );
      expect(simulator.requests).toMatchObject([
        { method: 'POST', path, status: 403, callerObjectId: simulator.identity.objectId },
      ]);
    },
  );

  it('never shows what only a list call would give', async () => {
    const shown = JSON.stringify([
      await azure.get(site),
      await azure.get(`${site}/config/web`),
      await azure.get(`${site}/config/authsettingsV2`),
    ]);
    expect(shown).not.toContain(plantedSecrets[1]);
    expect(shown).not.toContain(plantedSecrets[2]);
  });
});
