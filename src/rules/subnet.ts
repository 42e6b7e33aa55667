/** The infrastructure subnet of an environment, which the environment names and the network keeps. */
import type { JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { infrastructureSubnet } from './environment-network.ts';

/** Judges the subnet; not applicable where the environment has none of its owner's, unknown where it was not read. */
export function judgeSubnet(
  snapshot: Snapshot,
  judge: (subnet: JsonObject, environment: JsonObject) => Judgement,
): Judgement {
  return judgeProperties(snapshot, 'resource', (environment) => {
    const id = infrastructureSubnet(environment);
    if (id === null) return unknown('The environment names its infrastructure subnet by what is no id.');
    if (id.trim() === '') return notApplicable('The environment is in no virtual network of its owner.');
    return judgeProperties(snapshot, 'subnet', (subnet) => judge(subnet, environment));
  });
}
