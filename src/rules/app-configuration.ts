/** What a container app is configured with, beside what it runs: its ingress, secrets, registries, Dapr and revisions. */
import type { JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { sectionOf } from './sections.ts';

/** Judges the configuration of a container app, which is empty where it is absent. */
export function judgeConfiguration(
  snapshot: Snapshot,
  judge: (configuration: JsonObject, body: JsonObject) => Judgement,
): Judgement {
  return judgeProperties(snapshot, 'resource', (properties, body) => {
    const configuration = sectionOf(properties.configuration);
    return configuration ? judge(configuration, body) : unknown('The configuration of the app is no object.');
  });
}
