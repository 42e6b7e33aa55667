/** Promise 12: what is dropped from a body before a snapshot of it exists, wherever it stands. */
import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../src/domain/secrets.ts';

describe('promise 12: secrets stay where they are', () => {
  test.each([
    ['environment variables of containers', { env: [{ name: 'KEY', value: 'planted' }] }, { env: [{ name: 'KEY' }] }],
    ['secrets by name', { secrets: [{ name: 'db', value: 'planted' }] }, { secrets: [{ name: 'db' }] }],
    ['values of Dapr components', { metadata: [{ name: 'host', value: 'planted' }] }, { metadata: [{ name: 'host' }] }],
    ['headers of telemetry', { headers: [{ key: 'api-key', value: 'planted' }] }, { headers: [{ key: 'api-key' }] }],
    [
      'the connection of Application Insights',
      { appInsightsConfiguration: { connectionString: 'planted' } },
      { appInsightsConfiguration: {} },
    ],
    ['those of Dapr', { daprAIConnectionString: 'planted', daprAIInstrumentationKey: 'planted' }, {}],
    [
      'the key of a workspace',
      { logAnalyticsConfiguration: { customerId: 'c', sharedKey: 'planted' } },
      { logAnalyticsConfiguration: { customerId: 'c' } },
    ],
    [
      'a backup',
      { storageAccountUrl: 'planted', databases: ['planted'], log: 'planted', status: 'Failed' },
      { status: 'Failed' },
    ],
    [
      'settings of an app',
      { appSettings: ['planted'], connectionStrings: ['planted'], publishingPassword: 'planted' },
      {},
    ],
  ])('%s', (_, body, left) => {
    expect(withoutSecrets({ value: [{ properties: body }] })).toEqual({ value: [{ properties: left }] });
  });

  test('everything else stays, values that are not of those lists included', () => {
    const body = { tags: { value: 'x' }, env: null, headers: { 'x-azure-fdid': ['f'] }, list: [{ value: 1 }] };
    expect(withoutSecrets(body)).toEqual(body);
  });
});
