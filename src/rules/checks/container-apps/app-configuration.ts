/** The configuration of a container app: ingress, secrets, registries, Dapr and revisions. */
import type { JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, unknown } from '../../../domain/rules/rule.ts';
import { checkProperties, sectionOf } from '../documents/sections.ts';

/** Checks the configuration of a container app, which is empty where it is absent. */
export function judgeConfiguration(
  snapshot: Snapshot,
  judge: (configuration: JsonObject, body: JsonObject) => CheckResult,
): CheckResult {
  return checkProperties(snapshot, 'resource', (properties, body) => {
    const configuration = sectionOf(properties.configuration);
    return configuration ? judge(configuration, body) : unknown('The configuration of the app is no object.');
  });
}
