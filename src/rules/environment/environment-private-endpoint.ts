/** Through a private endpoint callers reach the apps of an environment without the internet. */
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, type Judgement, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { isConsumptionOnly, isInternal } from '../environment-network.ts';
import { judgeEndpoints, privateEndpointSource } from '../private-endpoints.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'environment-private-endpoint',
  version: 1,
  title: 'The environment is reached through a private endpoint or is internal',
  why: 'Through a private endpoint callers reach the apps without the internet, and the internet need not reach them.',
  risk: 'It needs a virtual network, a subnet and names in a private DNS zone, so it is work on the design.',
  severity: 'low',
  profile: 'strict',
  kind: 'environment',
  documents: ['resource', 'privateEndpointConnections'],
  references: referencesOf({ MCSB: ['NS-2'] }),
  check(snapshot) {
    const network = judgeProperties(snapshot, 'resource', judgeNetwork);
    if (network.verdict === 'not-applicable') return network;
    const endpoints = judgeEndpoints(snapshot, judgeApproved);
    // Either is enough, whether or not the other was read; a violation takes both.
    return (
      [network, endpoints].find(({ verdict }) => verdict === 'compliant') ??
      [network, endpoints].find(({ verdict }) => verdict === 'unknown') ??
      endpoints
    );
  },
  source: () =>
    privateEndpointSource({
      name: 'environment',
      id: 'azurerm_container_app_environment.environment.id',
      group: 'managedEnvironments',
    }),
});

function judgeNetwork(properties: JsonObject): Judgement {
  const internal = isInternal(properties);
  if (internal === null) return unknown('Whether the environment is internal is not known.');
  if (internal) return compliant('The environment is internal.');
  if (isConsumptionOnly(properties))
    return notApplicable('An environment without workload profiles takes no private endpoint.');
  return { verdict: 'violation', reason: 'The environment is not internal.', changes: [] };
}

function judgeApproved(approved: number, all: number): Judgement {
  if (approved > 0) return compliant(`The environment has ${approved} approved private endpoint(s).`);
  const reason =
    all > 0
      ? `None of its ${all} private endpoint(s) is approved, and it is not internal.`
      : 'The environment has no private endpoint and is not internal.';
  return { verdict: 'violation', reason, changes: [] };
}
