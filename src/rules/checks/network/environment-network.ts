/** The network of an environment: whether it is internal, and its infrastructure subnet. */
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, notApplicable, unknown } from '../../../domain/rules/rule.ts';
import { checkProperties } from '../documents/sections.ts';

/** Whether it is internal, so that external ingress means its network; null when that is not known. */
export function isInternal({ vnetConfiguration }: JsonObject): boolean | null {
  const internal = member(vnetConfiguration, 'internal') ?? false;
  return typeof internal === 'boolean' ? internal : null;
}

/** The id of its infrastructure subnet; empty where there is none, null when that is not known. */
export function infrastructureSubnet({ vnetConfiguration }: JsonObject): string | null {
  const id = member(vnetConfiguration, 'infrastructureSubnetId') ?? '';
  return typeof id === 'string' ? id : null;
}

/**
 * Whether it is of the older type, which has neither private endpoints nor user-defined routes
 * (https://learn.microsoft.com/azure/container-apps/networking); false where it does not say.
 */
export function isConsumptionOnly({ environmentMode, workloadProfiles }: JsonObject): boolean {
  if (typeof environmentMode === 'string') return environmentMode.toLowerCase() === 'consumptiononly';
  return workloadProfiles === null || (Array.isArray(workloadProfiles) && workloadProfiles.length === 0);
}

/** A member of an object that may be absent. The result for anything else is an object, which callers do not understand. */
function member(of: Json | undefined, name: string): Json | undefined {
  if (of === null || of === undefined) return null;
  return isObject(of) ? of[name] : {};
}

/** Checks the infrastructure subnet; not applicable where the environment has none, unknown where it was not read. */
export function judgeSubnet(
  snapshot: Snapshot,
  judge: (subnet: JsonObject, environment: JsonObject) => CheckResult,
): CheckResult {
  return checkProperties(snapshot, 'resource', (environment) => {
    const id = infrastructureSubnet(environment);
    if (id === null) return unknown('The environment names its infrastructure subnet by what is no id.');
    if (id.trim() === '') return notApplicable('The environment is in no virtual network of its owner.');
    return checkProperties(snapshot, 'subnet', (subnet) => judge(subnet, environment));
  });
}
