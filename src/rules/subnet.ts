/** The infrastructure subnet of an environment, which the environment names and the network keeps. */
import { isObject, type JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** Judges the subnet; not applicable where the environment has none of its owner's, unknown where it was not read. */
export function judgeSubnet(snapshot: Snapshot, judge: (properties: JsonObject) => Judgement): Judgement {
  return judgeProperties(snapshot, 'resource', ({ vnetConfiguration }) => {
    const network = vnetConfiguration ?? {};
    const id = isObject(network) ? (network.infrastructureSubnetId ?? '') : null;
    if (typeof id === 'string' && id.trim() === '')
      return notApplicable('The environment is in no virtual network of its owner.');
    if (typeof id !== 'string') return unknown('The environment names its infrastructure subnet by what is no id.');
    return judgeProperties(snapshot, 'subnet', judge);
  });
}
