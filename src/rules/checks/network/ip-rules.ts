/** The IP restrictions of a container app's ingress, which all allow or all deny. */

import { isAllow } from '../../../domain/resources/access-rules.ts';
import type { JsonObject } from '../../../domain/resources/json.ts';
import { objectsIn } from '../documents/arrays.ts';
import { lowerCase } from '../documents/leaves.ts';
import { rangeIn } from './address-ranges.ts';
import type { Entry } from './first-match.ts';

/** An ingress is called over IPv4 (https://learn.microsoft.com/azure/container-apps/ip-restrictions). */
const EVERY_CALLER = ['0.0.0.0/0'];

/** The rules, and last the default for all other callers; null when the form is not known. */
export function ipRulesIn(ingress: JsonObject): Entry[] | null {
  const rules = objectsIn(ingress.ipSecurityRestrictions);
  const entries = rules?.flatMap((rule) => entryOf(rule) ?? []) ?? [];
  if (!rules || entries.length < rules.length) return null;
  const [first] = entries;
  if (!entries.every(({ allows }) => allows === first?.allows)) return null;
  // With Allow rules all other callers are denied. Without rules, or with Deny rules, they are allowed.
  return [...entries, { allows: !first?.allows, ranges: EVERY_CALLER, others: false }];
}

function entryOf({ action, ipAddressRange }: JsonObject): Entry | null {
  const range = typeof ipAddressRange === 'string' ? rangeIn(ipAddressRange) : null;
  const allows = isAllow(action);
  return range !== null && (allows || lowerCase(action) === 'deny') ? { allows, ranges: [range], others: false } : null;
}
