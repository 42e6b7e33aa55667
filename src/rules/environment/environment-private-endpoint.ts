import type { JsonObject } from '../../domain/resources/json.ts';
import {
  type CheckResult,
  compliant,
  defineAdvice,
  notApplicable,
  unknown,
  violation,
} from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { isConsumptionOnly, isInternal } from '../checks/network/environment-network.ts';
import { judgeEndpoints, privateEndpointSource } from '../checks/network/private-endpoints.ts';

export const rule = defineAdvice({
  id: 'environment-private-endpoint',
  title: 'The environment is reached through a private endpoint or is internal',
  why: 'Through a private endpoint callers reach the apps without the internet, and the apps do not need to be on the internet.',
  risk: 'It needs a virtual network, a subnet and names in a private DNS zone, so it needs a change of the network design.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'privateEndpointConnections'],
  references: { MCSB: ['NS-2'] },
  check(snapshot) {
    const network = checkProperties(snapshot, 'resource', judgeNetwork);
    if (network.verdict === 'not-applicable') return network;
    const endpoints = judgeEndpoints(snapshot, judgeApproved);
    // One of them is enough for compliance, even if the other was not read; a violation needs both.
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

function judgeNetwork(properties: JsonObject): CheckResult {
  const internal = isInternal(properties);
  if (internal === null) return unknown('Whether the environment is internal is not known.');
  if (internal) return compliant('The environment is internal.');
  if (isConsumptionOnly(properties))
    return notApplicable('An environment without workload profiles takes no private endpoint.');
  return violation('The environment is not internal.');
}

function judgeApproved(approved: number, all: number): CheckResult {
  if (approved > 0) return compliant(`The environment has ${approved} approved private endpoint(s).`);
  const reason =
    all > 0
      ? `None of its ${all} private endpoint(s) is approved, and it is not internal.`
      : 'The environment has no private endpoint and is not internal.';
  return violation(reason);
}
