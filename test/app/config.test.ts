import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotConfigured, readConfig, readSweepSchedule } from '../../src/app/config.ts';

const SEED = Buffer.alloc(32, 7).toString('base64');
const OTHER_SEED = Buffer.alloc(32, 8).toString('base64');
const least = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', PLUMBLINE_AUDIT_KEY: SEED };
const SITE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/ops/providers/Microsoft.Web/sites/plumbline';
const WORKSPACE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/ops/providers/Microsoft.OperationalInsights/workspaces/logs';

describe('the settings of an environment', () => {
  it('has a default for everything but the storage and the audit key', () => {
    expect(readConfig(least)).toMatchObject({
      storage: { kind: 'connection-string', value: 'UseDevelopmentStorage=true' },
      mode: 'audit',
      subscriptions: [],
      workspaceId: null,
      settleSeconds: 30,
      sweepSchedule: '0 0 */6 * * *',
      selfId: null,
      topicEndpoint: null,
      logLevel: 'info',
      arm: { endpoint: 'https://management.azure.com', audience: 'https://management.azure.com' },
      identity: { endpointPresent: false, clientId: null, storageClientId: null },
      authEnabled: false,
    });
  });

  it('reads every setting', () => {
    const config = readConfig({
      ...least,
      PLUMBLINE_AUDIT_KEY: `k2:${SEED},k1:${OTHER_SEED}`,
      PLUMBLINE_MODE: 'autofix',
      PLUMBLINE_SUBSCRIPTIONS: '00000000-0000-4000-8000-00000000000A, 00000000-0000-4000-8000-00000000000b',
      PLUMBLINE_WORKSPACE_ID: WORKSPACE,
      PLUMBLINE_SETTLE_SECONDS: '0.5',
      PLUMBLINE_SWEEP_SCHEDULE: '0 30 2-4 * jan mon,fri',
      PLUMBLINE_SELF_ID: SITE,
      PLUMBLINE_TOPIC_ENDPOINT: 'https://topic.westeurope-1.eventgrid.azure.net/api/events',
      PLUMBLINE_LOG_LEVEL: 'debug',
      AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://management.chinacloudapi.cn/',
      AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://management.core.chinacloudapi.cn/',
      IDENTITY_ENDPOINT: 'http://127.0.0.1:41741/msi/token/',
      IDENTITY_HEADER: 'header',
      AZURE_CLIENT_ID: '00000000-0000-4000-8000-0000000000b2',
      WEBSITE_AUTH_ENABLED: 'True',
    });
    expect(config).toMatchObject({
      mode: 'autofix',
      subscriptions: ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'],
      workspaceId: WORKSPACE,
      settleSeconds: 0.5,
      sweepSchedule: '0 30 2-4 * jan mon,fri',
      selfId: SITE,
      topicEndpoint: 'https://topic.westeurope-1.eventgrid.azure.net/api/events',
      logLevel: 'debug',
      arm: { endpoint: 'https://management.chinacloudapi.cn', audience: 'https://management.core.chinacloudapi.cn' },
      identity: { endpointPresent: true, clientId: '00000000-0000-4000-8000-0000000000b2' },
      authEnabled: true,
    });
    expect(config.auditKeys.signing.id).toBe('k2');
    expect(config.auditKeys.all.map(({ id }) => id)).toEqual(['k2', 'k1']);
  });

  it('takes an empty value as not set', () => {
    expect(readConfig({ ...least, PLUMBLINE_MODE: '', PLUMBLINE_SELF_ID: ' ' })).toMatchObject({
      mode: 'audit',
      selfId: null,
    });
  });

  it('takes a storage account by its name, with the identity of the app unless the storage has another', () => {
    const { AzureWebJobsStorage: _, ...rest } = least;
    const AZURE_CLIENT_ID = '00000000-0000-4000-8000-0000000000b2';
    const config = readConfig({ ...rest, AzureWebJobsStorage__accountName: 'plumbline', AZURE_CLIENT_ID });
    expect(config.storage).toEqual({
      kind: 'identity',
      tableUri: 'https://plumbline.table.core.windows.net',
      queueUri: 'https://plumbline.queue.core.windows.net',
      blobUri: 'https://plumbline.blob.core.windows.net',
    });
    expect(config.identity.storageClientId).toBe(AZURE_CLIENT_ID);
  });

  it('takes the URIs of the services, for other clouds', () => {
    const { AzureWebJobsStorage: _, ...rest } = least;
    const uris = {
      AzureWebJobsStorage__tableServiceUri: 'https://plumbline.table.core.chinacloudapi.cn/',
      AzureWebJobsStorage__queueServiceUri: 'https://plumbline.queue.core.chinacloudapi.cn/',
      AzureWebJobsStorage__blobServiceUri: 'https://plumbline.blob.core.chinacloudapi.cn/',
      AzureWebJobsStorage__clientId: '00000000-0000-4000-8000-0000000000c1',
    };
    expect(readConfig({ ...rest, ...uris })).toMatchObject({
      storage: { tableUri: 'https://plumbline.table.core.chinacloudapi.cn' },
      identity: { clientId: null, storageClientId: '00000000-0000-4000-8000-0000000000c1' },
    });
  });

  it.each([
    [
      'a full connection string',
      'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v;EndpointSuffix=core.windows.net',
    ],
    ['one with its own addresses', 'AccountName=devstoreaccount1;AccountKey=Zm9v;TableEndpoint=http://127.0.0.1:1/a;'],
  ])('takes %s', (_, value) => {
    expect(readConfig({ ...least, AzureWebJobsStorage: value }).storage).toEqual({ kind: 'connection-string', value });
  });
});

describe('the key of page cursors', () => {
  it('is the same on every instance, changes with the signing key, and is not that key', () => {
    const key = readConfig(least).cursorKey;
    expect(key).toHaveLength(32);
    expect(readConfig({ ...least, PLUMBLINE_MODE: 'approve' }).cursorKey).toEqual(key);
    expect(readConfig({ ...least, PLUMBLINE_AUDIT_KEY: OTHER_SEED }).cursorKey).not.toEqual(key);
    expect(key.toString('base64')).not.toBe(SEED);
  });
});

describe('a missing or malformed value is an error that names the setting and what it should be', () => {
  it('names all problems at once', () => {
    const { problems, message } = refusalOf({
      PLUMBLINE_MODE: 'Yolo',
      IDENTITY_ENDPOINT: 'http://127.0.0.1/msi/token',
    });
    expect(problems.map(({ setting }) => setting).sort()).toEqual([
      'AzureWebJobsStorage',
      'IDENTITY_HEADER',
      'PLUMBLINE_AUDIT_KEY',
      'PLUMBLINE_MODE',
    ]);
    for (const problem of problems) expect(message).toContain(`${problem.setting} ${problem.message}`);
  });

  it.each([
    ['PLUMBLINE_AUDIT_KEY', 'c2VjcmV0LXZhbHVl', /32 bytes in base64/],
    ['PLUMBLINE_AUDIT_KEY', `k1:${SEED},k1:${OTHER_SEED}`, /each key once/],
    ['PLUMBLINE_MODE', 'secret-value', /one of audit, approve, autofix/],
    ['PLUMBLINE_SUBSCRIPTIONS', 'secret-value,other', /subscription ids/],
    ['PLUMBLINE_WORKSPACE_ID', 'secret-value', /ARM id of a Log Analytics workspace/],
    ['PLUMBLINE_WORKSPACE_ID', SITE, /ARM id of a Log Analytics workspace/],
    ['PLUMBLINE_SETTLE_SECONDS', '-1', /number of seconds/],
    ['PLUMBLINE_SETTLE_SECONDS', '30s', /number of seconds/],
    ['PLUMBLINE_SWEEP_SCHEDULE', '*/5 * * * *', /six NCRONTAB fields/],
    ['PLUMBLINE_SWEEP_SCHEDULE', '0 0 */6 * * secret-value!', /six NCRONTAB fields/],
    ['PLUMBLINE_SELF_ID', WORKSPACE, /own function app/],
    ['PLUMBLINE_TOPIC_ENDPOINT', 'http://secret-value', /https URL/],
    ['PLUMBLINE_LOG_LEVEL', 'secret-value', /one of trace, debug/],
    ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'http://management.azure.com', /https URL/],
    ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'https://management.azure.com/secret-value', /without path/],
    ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'https://user:secret-value@management.azure.com', /https URL/],
    ['AZURE_RESOURCE_MANAGER_AUDIENCE', 'secret-value', /https URL/],
    ['AZURE_CLIENT_ID', 'secret-value', /client id/],
    ['AzureWebJobsStorage', 'AccountName=a;Key=secret-value', /storage connection string/],
    ['AzureWebJobsStorage', 'secret-value', /storage connection string/],
    ['AzureWebJobsStorage__accountName', 'Secret-Value', /name of a storage account/],
    ['AzureWebJobsStorage__queueServiceUri', 'secret-value', /https URL/],
  ])('%s=%s', (setting, value, expected) => {
    const { problems, message } = refusalOf({ ...least, [setting]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.setting).toBe(setting);
    expect(problems[0]?.message).toMatch(expected);
    expect(message.toLowerCase()).not.toContain('secret-value');
    expect(message).not.toContain(value);
  });

  it('names the missing services when only some are given', () => {
    const { problems } = refusalOf({
      PLUMBLINE_AUDIT_KEY: SEED,
      AzureWebJobsStorage__tableServiceUri: 'https://a.example',
    });
    expect(problems).toEqual([
      { setting: 'AzureWebJobsStorage', message: expect.stringContaining('__queueServiceUri') },
    ]);
  });
});

describe('the schedule of the sweep, when functions are registered', () => {
  const every6Hours = '0 0 */6 * * *';

  it.each([
    [undefined, every6Hours],
    ['', every6Hours],
    [' 0 30 3 * * * ', '0 30 3 * * *'],
    ['tomorrow', every6Hours],
  ])('%j is %s, and no value prevents the app from loading', (given, schedule) => {
    expect(readSweepSchedule({ PLUMBLINE_SWEEP_SCHEDULE: given })).toBe(schedule);
  });
});

describe('local.settings.sample.json', () => {
  const sample: { IsEncrypted: boolean; Values: Record<string, string> } = JSON.parse(
    readFileSync(new URL('../../local.settings.sample.json', import.meta.url), 'utf8'),
  );

  it('has everything but an audit key, which is never in a sample', () => {
    expect(refusalOf(sample.Values).problems.map(({ setting }) => setting)).toEqual(['PLUMBLINE_AUDIT_KEY']);
    expect(readConfig({ ...sample.Values, PLUMBLINE_AUDIT_KEY: SEED }).mode).toBe('audit');
    expect(sample).toMatchObject({ IsEncrypted: false, Values: { FUNCTIONS_WORKER_RUNTIME: 'node' } });
  });
});

function refusalOf(environment: Record<string, string>): NotConfigured {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof NotConfigured) return error;
    throw error;
  }
  throw new Error('the environment was taken');
}
