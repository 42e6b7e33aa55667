/** Without telemetry nobody can tell afterwards what an app did, and for whom. */
import { valueAt } from '../../domain/change.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, judgeProperties, unknown } from '../../domain/rule.ts';
import { judgeContainers } from '../containers.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource } from '../sources.ts';
import { lowerCase } from '../text.ts';

const CONNECTION = 'APPLICATIONINSIGHTS_CONNECTION_STRING';

export const rule = defineAdvice({
  id: 'containerapp-app-insights',
  version: 1,
  title: 'Application telemetry is connected',
  why: 'Requests, dependencies and failures that nobody records cannot be looked into after an incident.',
  risk: 'Connecting needs a component, ingestion costs money, and a new environment variable makes a new revision.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource', 'environment'],
  references: referencesOf({ MCSB: ['LT-3'] }),
  check(snapshot) {
    return judgeContainers(snapshot, ({ running }) => {
      if (running.some(({ env }) => !objectsIn(env))) return unknown('The environment variables are no list.');
      if (running.some(isConnected)) return compliant(`A container has the environment variable ${CONNECTION}.`);
      return judgeProperties(snapshot, 'environment', (properties) => {
        return isExported(properties)
          ? compliant('The environment exports to Application Insights.')
          : { verdict: 'violation', reason: 'Neither the app nor its environment sends telemetry.', changes: [] };
      });
    });
  },
  source: () =>
    containerAppSource(
      [
        {
          document: 'resource',
          path: '/properties/template/containers',
          to: [{ name: 'app', env: [{ name: CONNECTION, secretRef: 'insights' }] }],
        },
      ],
      {
        template: new Block({
          container: new Block({ env: new Block({ name: CONNECTION, secret_name: 'insights' }) }),
        }),
      },
    ),
});

/** By the name of the variable; its value is never looked at. */
function isConnected({ env }: JsonObject): boolean {
  return (objectsIn(env) ?? []).some(({ name }) => name === CONNECTION);
}

/** A connection alone exports nothing where the destinations are shown and do not name it. */
function isExported(properties: JsonObject): boolean {
  const { appInsightsConfiguration: connection, openTelemetryConfiguration: telemetry } = properties;
  if (telemetry === undefined) return isObject(connection);
  return ['traces', 'logs'].some((kind) => {
    const destinations = valueAt(telemetry, `/${kind}Configuration/destinations`);
    return Array.isArray(destinations) && destinations.some((one) => lowerCase(one) === 'appinsights');
  });
}
