/** The network of an environment: whether it has no public address, and the subnet that it lies in. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';

/** Whether it is internal, so that even what is external there means its network; null when that is not known. */
export function isInternal({ vnetConfiguration }: JsonObject): boolean | null {
  const internal = member(vnetConfiguration, 'internal') ?? false;
  return typeof internal === 'boolean' ? internal : null;
}

/** The subnet of its owner that it lies in; empty where there is none, null when that is not known. */
export function infrastructureSubnet({ vnetConfiguration }: JsonObject): string | null {
  const id = member(vnetConfiguration, 'infrastructureSubnetId') ?? '';
  return typeof id === 'string' ? id : null;
}

/**
 * Whether it is of the older type, which takes neither private endpoints nor routes of its owner
 * (https://learn.microsoft.com/azure/container-apps/networking); false where it does not say.
 */
export function isConsumptionOnly({ environmentMode, workloadProfiles }: JsonObject): boolean {
  if (typeof environmentMode === 'string') return environmentMode.toLowerCase() === 'consumptiononly';
  return workloadProfiles === null || (Array.isArray(workloadProfiles) && workloadProfiles.length === 0);
}

/** What stands in an object that may be absent; an object itself, which is none of the above, where it is no object. */
function member(of: Json | undefined, name: string): Json | undefined {
  if (of === null || of === undefined) return null;
  return isObject(of) ? of[name] : {};
}
