/** The IP restrictions of a container app's ingress, which all allow or all deny. */
import { isAllow } from '../domain/access-rules.ts';
import type { JsonObject } from '../domain/json.ts';
import { rangeIn } from './address-ranges.ts';
import type { Entry } from './first-match.ts';
import { objectsIn } from './lists.ts';
import { lowerCase } from './text.ts';

/** An ingress is called over IPv4 (https://learn.microsoft.com/azure/container-apps/ip-restrictions). */
const EVERY_CALLER = ['0.0.0.0/0'];

/** The rules with, last, what happens to everybody else; null when they have a form that nobody knows. */
export function ipRulesIn(ingress: JsonObject): Entry[] | null {
  const rules = objectsIn(ingress.ipSecurityRestrictions);
  const entries = rules?.flatMap((rule) => entryOf(rule) ?? []) ?? [];
  if (!rules || entries.length < rules.length) return null;
  const [first] = entries;
  if (!entries.every(({ allows }) => allows === first?.allows)) return null;
  // A list that names who comes in leaves out the rest; without one, or with one that denies, the rest comes in.
  return [...entries, { allows: !first?.allows, ranges: EVERY_CALLER, others: false }];
}

function entryOf({ action, ipAddressRange }: JsonObject): Entry | null {
  const range = typeof ipAddressRange === 'string' ? rangeIn(ipAddressRange) : null;
  const allows = isAllow(action);
  return range !== null && (allows || lowerCase(action) === 'deny') ? { allows, ranges: [range], others: false } : null;
}
