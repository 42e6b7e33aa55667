import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-app-insights.ts';
import { CONTAINER_APP_ID, container, containerApp, ingress } from '../fixtures/container-app.ts';
import { environmentWith } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const app = (env: Json) => containerApp(ingress({}), { template: { containers: [container({ env })] } });
const documents = (members: JsonObject, env: Json = [{ name: 'DB', secretRef: 'db' }]) => ({
  resource: app(env),
  environment: environmentWith(members),
});
const connected = [
  { name: 'DB', secretRef: 'db' },
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', secretRef: 'insights' },
];
const connection = { connectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000' };
const telemetry = (destinations: Json) => ({
  destinationsConfiguration: null,
  tracesConfiguration: { includeDapr: false, destinations },
  logsConfiguration: null,
  metricsConfiguration: null,
});
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'the environment exports to Application Insights',
      documents: documents({
        appInsightsConfiguration: connection,
        openTelemetryConfiguration: telemetry(['appInsights']),
      }),
    },
    {
      title: 'the environment exports to Application Insights: its logs',
      documents: documents({
        openTelemetryConfiguration: { logsConfiguration: { destinations: ['dataDog', 'APPINSIGHTS'] } },
      }),
    },
    {
      title: 'the environment exports to Application Insights: where it shows the connection alone',
      documents: documents({ appInsightsConfiguration: connection }),
    },
    {
      title: 'an env name is APPLICATIONINSIGHTS_CONNECTION_STRING (name only, never its value)',
      documents: documents({ appInsightsConfiguration: null }, connected),
    },
    {
      title: 'an env name is APPLICATIONINSIGHTS_CONNECTION_STRING, and the environment was not read',
      documents: { resource: app(connected) },
    },
  ],
  violation: [
    {
      title: 'neither: null is none',
      documents: documents({ appInsightsConfiguration: null, openTelemetryConfiguration: null }),
      ...advice,
    },
    { title: 'neither: absent is none', documents: documents({}), ...advice },
    {
      title: 'neither: a connection that no telemetry is sent to',
      documents: documents({ appInsightsConfiguration: connection, openTelemetryConfiguration: telemetry([]) }),
      ...advice,
    },
    {
      title: 'neither: telemetry that goes elsewhere',
      documents: documents({ openTelemetryConfiguration: telemetry(['dataDog', null]) }, null),
      ...advice,
    },
    {
      title: 'neither: a value is no name',
      documents: documents({ appInsightsConfiguration: null }, [
        { name: 'NOTE', value: 'APPLICATIONINSIGHTS_CONNECTION_STRING' },
      ]),
      ...advice,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'the environment was not read', documents: { resource: app([]) } },
    { title: 'variables in a form that nobody knows', documents: documents({}, { DB: 'x' }) },
  ],
});
