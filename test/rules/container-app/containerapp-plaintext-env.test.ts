import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-plaintext-env.ts';
import { CONTAINER_APP_ID, container, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (env: Json, initEnv: Json = null) => ({
  resource: containerApp(null, {
    template: {
      containers: [container({ env })],
      initContainers: initEnv === null ? null : [container({ name: 'prepare', env: initEnv })],
    },
  }),
});
const plain = (name: string) => ({ name, value: 'planted' });

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'secret-looking names use secretRef',
      documents: documents([
        { name: 'DB_PASSWORD', secretRef: 'db' },
        { name: 'API_KEY', secretRef: 'api' },
      ]),
    },
    { title: 'names that do not look like secrets', documents: documents([plain('PORT'), plain('KEY_VAULT_URL')]) },
    { title: 'no variables', documents: documents(null) },
    {
      title: 'Application Insights, whose connection string is no secret',
      documents: documents([
        plain('APPLICATIONINSIGHTS_CONNECTION_STRING'),
        plain('ApplicationInsights__ConnectionString'),
      ]),
    },
    {
      title: 'names of identities, and a connection string that is a reference',
      documents: documents([
        plain('AZURE_TOKEN_CREDENTIALS'),
        plain('AzureWebJobsStorage__credential'),
        plain('ServiceBusConnection__credential'),
        plain('AzureWebJobsStorage__accountName'),
        { name: 'ConnectionStrings__orders', secretRef: 'orders' },
      ]),
    },
    {
      title: 'a name that the settings exempt',
      documents: documents([plain('csrf_token')]),
      parameters: { exempt: ['CSRF_TOKEN'] },
    },
    {
      title: 'exempt wins over secret',
      documents: documents([plain('LICENSE')]),
      parameters: { exempt: ['LICENSE'], secret: ['LICENSE'] },
    },
    { title: 'a variable without a name', documents: documents([{ value: 'x' }, { name: 7 }]) },
  ],
  violation: [
    {
      title: 'heuristic on names only; never log values',
      documents: documents([plain('DB_PASSWORD'), plain('apiKey'), plain('PORT')]),
      tier: 'advice',
      changes: [],
      reason: /^(?!.*planted).*: DB_PASSWORD, apiKey\.$/,
    },
    {
      title: 'names that are documented to hold secrets',
      documents: documents(
        ['AzureWebJobsStorage', 'DATABASE_URL', 'OTEL_EXPORTER_OTLP_HEADERS', 'REDIS_URL'].map(plain),
      ),
      tier: 'advice',
      changes: [],
      reason: /: AzureWebJobsStorage, DATABASE_URL, OTEL_EXPORTER_OTLP_HEADERS, REDIS_URL\.$/,
    },
    {
      title: 'an empty or null secretRef is none',
      documents: documents([
        { name: 'A_TOKEN', value: 'planted', secretRef: '' },
        { name: 'B_TOKEN', value: '', secretRef: null },
      ]),
      tier: 'advice',
      changes: [],
      reason: /A_TOKEN, B_TOKEN/,
    },
    {
      title: 'init containers are looked at, too; a name is said once',
      documents: documents([plain('DB_PASSWORD')], [plain('DB_PASSWORD'), plain('SEED_SECRET')]),
      tier: 'advice',
      changes: [],
      reason: /: DB_PASSWORD, SEED_SECRET\.$/,
    },
    {
      title: 'a name that the settings call a secret',
      documents: documents([plain('License')]),
      parameters: { secret: ['LICENSE'] },
      tier: 'advice',
      changes: [],
      reason: /License/,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'variables in a form that nobody knows', documents: documents({ DB_PASSWORD: 'x' }) },
    { title: 'no template', documents: { resource: { properties: { template: null } } } },
    { title: 'no containers', documents: { resource: containerApp(null, { template: { containers: [] } }) } },
  ],
});

test('a parameter that is no name of a variable is refused', () => {
  expect(rule.parameters.safeParse({ secret: ['A=B'] }).success).toBe(false);
  expect(rule.parameters.safeParse({ exempt: [''] }).success).toBe(false);
});
