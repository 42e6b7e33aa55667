import { valueAt } from '../../domain/changes/change.ts';
import { isObject, type JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeContainers } from '../checks/container-apps/containers.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { containerAppSource } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const CONNECTION = 'APPLICATIONINSIGHTS_CONNECTION_STRING';

export const rule = defineAdvice({
  id: 'containerapp-app-insights',
  title: 'Application telemetry is connected',
  why: 'Requests, dependencies and failures that are not recorded cannot be examined after an incident.',
  risk: 'Connecting needs a component, ingestion costs money, and a new environment variable makes a new revision.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'environment'],
  references: { MCSB: ['LT-3'] },
  check: (snapshot) =>
    judgeContainers(snapshot, ({ running }) => {
      if (running.some(({ env }) => !objectsIn(env))) return unknown('The environment variables are no list.');
      if (running.some(isConnected)) return compliant(`A container has the environment variable ${CONNECTION}.`);
      return checkProperties(snapshot, 'environment', (properties) => {
        return isExported(properties)
          ? compliant('The environment exports to Application Insights.')
          : violation('Neither the app nor its environment sends telemetry.');
      });
    }),
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

/** Compares the name of the variable only; its value is never read. */
function isConnected({ env }: JsonObject): boolean {
  return (objectsIn(env) ?? []).some(({ name }) => name === CONNECTION);
}

/** A connection alone exports nothing where destinations are listed without it. */
function isExported(properties: JsonObject): boolean {
  const { appInsightsConfiguration: connection, openTelemetryConfiguration: telemetry } = properties;
  if (telemetry === undefined) return isObject(connection);
  return ['traces', 'logs'].some((kind) => {
    const destinations = valueAt(telemetry, `/${kind}Configuration/destinations`);
    return Array.isArray(destinations) && destinations.some((one) => lowerCase(one) === 'appinsights');
  });
}
