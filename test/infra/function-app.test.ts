/**
 * The function app of the template against the code: the template sets what the code reads, and the code accepts the
 * values.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { getHealth } from '../../src/api/endpoints/health.ts';
import { readConfig } from '../../src/app/config.ts';
import { at, Expression, isBody, resource, template } from './bicep.ts';

const app = template('function-app.bicep');
const settings = at(resource(app, 'Microsoft.Web/sites/config', 'appsettings').value, 'properties');
const set = isBody(settings) ? settings : {};

const NAME =
  /\b(PLUMBLINE_[A-Z_]+|AZURE_[A-Z_]+|IDENTITY_[A-Z]+|WEBSITE_AUTH_ENABLED|AzureWebJobsStorage(?:__[a-z]\w*)?)\b/g;
const code = readFileSync(new URL('../../src/app/config.ts', import.meta.url), 'utf8');
const read = [...new Set([...code.matchAll(NAME)].map(([name]) => name))];

/** Read by the functions host only. */
const OF_THE_HOST = [
  'AzureWebJobsStorage__credential',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];
/** Set by the platform: the endpoint of the identity, and whether sign-in is on. */
const OF_THE_PLATFORM = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'WEBSITE_AUTH_ENABLED'];
/** Other ways to name the storage: a connection string, which needs a key, and a name in the public cloud. */
const OTHER_WAYS = ['AzureWebJobsStorage', 'AzureWebJobsStorage__accountName'];

describe('the settings of the function app', () => {
  test('every setting that the code reads is set by the template or the platform', () => {
    const missing = read.filter(
      (name) => !(name in set) && !OF_THE_PLATFORM.includes(name) && !OTHER_WAYS.includes(name),
    );
    expect(read.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  test('every setting of the template is read by the code or the host', () => {
    expect(Object.keys(set).filter((name) => !read.includes(name) && !OF_THE_HOST.includes(name))).toEqual([]);
  });

  test('the code accepts the values in the forms that Azure gives them', () => {
    const config = readConfig(
      Object.fromEntries(Object.entries(set).map(([name, value]) => [name, sample(name, value)])),
    );
    expect(config.storage).toMatchObject({ kind: 'identity' });
    expect(config.arm).toEqual({ endpoint: 'https://management.azure.com', audience: 'https://management.azure.com' });
    expect(config.selfId).toMatch(/\/sites\/func-plumbline$/);
    expect(config.identity.storageClientId).toBe(config.identity.clientId);
  });

  test('no setting holds a key: the signing key is a reference into the vault, without a version', () => {
    expect(set.PLUMBLINE_AUDIT_KEY).toEqual(new Expression(`'@Microsoft.KeyVault(SecretUri=\${auditKeyUri})'`));
    const vault = template('vault.bicep');
    expect(vault.text).toContain(`'\${vault.properties.vaultUri}secrets/plumbline-audit-key'`);
    expect(set.AzureWebJobsStorage__credential).toBe('managedidentity');
  });
});

test('sign-in is on, stores its tokens, refuses no request, and excludes no path', () => {
  const properties = at(resource(app, 'Microsoft.Web/sites/config', 'authsettingsV2').value, 'properties');
  expect(at(properties, 'platform', 'enabled')).toBe(true);
  expect(at(properties, 'globalValidation')).toEqual({
    requireAuthentication: false,
    unauthenticatedClientAction: 'AllowAnonymous',
  });
  expect(at(properties, 'login', 'tokenStore', 'enabled')).toBe(true);
  const entra = at(properties, 'identityProviders', 'azureActiveDirectory');
  expect(at(entra, 'validation', 'allowedAudiences')).toHaveLength(2);
  expect(at(entra, 'registration', 'clientSecretSettingName')).toBeUndefined();
});

test('the platform checks health at the endpoint that needs no sign-in', () => {
  const site = resource(app, 'Microsoft.Web/sites').value;
  expect(at(site, 'properties', 'siteConfig', 'healthCheckPath')).toBe(`/api/${getHealth.route}`);
  expect(getHealth.role).toBeNull();
});

test('the app runs on Node.js 22, from a container that only its identity opens', () => {
  const config = at(resource(app, 'Microsoft.Web/sites').value, 'properties', 'functionAppConfig');
  expect(at(config, 'runtime')).toEqual({ name: 'node', version: '22' });
  expect(at(config, 'deployment', 'storage', 'authentication', 'type')).toBe('UserAssignedIdentity');
});

/** The value that Azure would give for an expression of the template. */
function sample(name: string, value: unknown): string {
  if (!(value instanceof Expression)) return String(value);
  const given: Readonly<Record<string, string>> = {
    'storage.properties.primaryEndpoints.blob': 'https://stplumbline.blob.core.windows.net/',
    'storage.properties.primaryEndpoints.queue': 'https://stplumbline.queue.core.windows.net/',
    'storage.properties.primaryEndpoints.table': 'https://stplumbline.table.core.windows.net/',
    identityClientId: '11111111-2222-4333-8444-555555555555',
    'environment().resourceManager': 'https://management.azure.com/',
    'insights.properties.ConnectionString': 'IngestionEndpoint=https://ingestion.example',
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=11111111-2222-4333-8444-555555555555;Authorization=AAD',
    PLUMBLINE_AUDIT_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    mode: 'audit',
    "join(monitoredSubscriptions, ',')": '00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000002',
    appLogsWorkspaceId: '',
    'string(settleSeconds)': '30',
    sweepSchedule: '',
    'site.id':
      '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Web/sites/func-plumbline',
    topicEndpoint: 'https://evgt-plumbline.westeurope-1.eventgrid.azure.net/api/events',
    logLevel: 'info',
  };
  const found = given[value.text] ?? given[name];
  if (found === undefined) throw new Error(`${name} is ${value.text}: say here what Azure gives for that`);
  return found;
}
