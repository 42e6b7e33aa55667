/** The access restrictions of a site, for the app itself or for its SCM site: whom they let in, and what would close them. */
import { isAllow, isImplicitRule, isSyntheticRule } from '../domain/access-rules.ts';
import type { Change } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { holdsEveryone, namedRanges } from './address-ranges.ts';
import { objectsIn } from './lists.ts';
import { webConfigChange } from './web-config.ts';

/** The properties of `config/web` that hold the rules of each site. */
const LISTS = { main: 'ipSecurityRestrictions', scm: 'scmIpSecurityRestrictions' } as const;
export type Side = keyof typeof LISTS;

/** The first priority that people use; rules are applied in the order of their priorities. */
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 2_147_483_646;

export interface Restrictions {
  readonly rules: readonly JsonObject[];
  /** null: nothing is said, and then the rest is denied as soon as there is a rule. */
  readonly otherwise: 'allow' | 'deny' | null;
}

/** The restrictions in the properties of `config/web`; null when they have a form that nobody knows. */
export function restrictionsIn(properties: JsonObject, side: Side): Restrictions | null {
  const rules = objectsIn(properties[LISTS[side]]);
  const action = properties[`${LISTS[side]}DefaultAction`] ?? '';
  const otherwise = typeof action === 'string' ? action.toLowerCase() : null;
  if (!rules?.every(isKnown)) return null;
  if (otherwise === 'allow' || otherwise === 'deny') return { rules, otherwise };
  return otherwise === '' ? { rules, otherwise: null } : null;
}

/** Whether only those come in whom a rule names. */
export function isRestricted({ rules, otherwise }: Restrictions): boolean {
  if (otherwise === 'allow' || opened({ rules, otherwise }).length > 0) return false;
  return otherwise === 'deny' || rules.some((rule) => !isForEveryone(rule));
}

/** The rules that let some in and not everyone. */
export function allowing({ rules }: Restrictions): JsonObject[] {
  return rules.filter((rule) => isAllow(rule.action) && !isForEveryone(rule));
}

/**
 * What would leave in only those whom rules name; none when only the owner can say who they are. Rules that are there stay,
 * but those that App Service made. A rule of somebody that lets everyone in is theirs to take out.
 */
export function closing(
  properties: JsonObject,
  restrictions: Restrictions,
  ranges: readonly string[],
): readonly Change[] {
  const deny =
    restrictions.otherwise === 'deny' ? [] : [webConfigChange(properties, `${LISTS.main}DefaultAction`, 'Deny')];
  const open = opened({ ...restrictions, otherwise: 'deny' });
  if (allowing(restrictions).length > 0) return open.length === 0 ? deny : [];
  if (ranges.length === 0 || !open.every(isSyntheticRule)) return [];
  const kept = restrictions.rules.filter((rule) => !isSyntheticRule(rule));
  return [webConfigChange(properties, LISTS.main, [...kept, ...rulesFor(ranges, kept)]), ...deny];
}

/** The rules that let everyone in. What restates the default action is overruled where that one is set. */
function opened({ rules, otherwise }: Restrictions): JsonObject[] {
  return rules.filter(
    (rule) => isAllow(rule.action) && isForEveryone(rule) && !(otherwise !== null && isImplicitRule(rule)),
  );
}

/** After those that are there: what they deny stays denied. */
function rulesFor(ranges: readonly string[], kept: readonly JsonObject[]): JsonObject[] {
  const priorities = kept.map(({ priority }) => (typeof priority === 'number' ? priority : 0));
  const first = Math.max(FIRST_PRIORITY, ...priorities.map((priority) => priority + 1));
  return namedRanges(ranges, kept).map(({ name, range }, index) => ({
    name,
    priority: Math.min(first + index, LAST_PRIORITY),
    action: 'Allow',
    ipAddress: range,
  }));
}

/** `Any` or a range that every address is in; one rule may list several. Headers, where it asks for some, narrow it. */
function isForEveryone({ ipAddress, headers }: JsonObject): boolean {
  if (typeof ipAddress !== 'string' || asksForHeaders(headers)) return false;
  return ipAddress
    .split(',')
    .map((one) => one.trim())
    .some((one) => one.toLowerCase() === 'any' || holdsEveryone(one));
}

function asksForHeaders(headers: Json | undefined): boolean {
  return isObject(headers) && Object.values(headers).some((values) => Array.isArray(values) && values.length > 0);
}

/** A rule says for whom it is: an address, a tag or a subnet. */
function isKnown({ action, ipAddress, vnetSubnetResourceId, headers, priority }: JsonObject): boolean {
  return (
    (typeof ipAddress === 'string' || typeof vnetSubnetResourceId === 'string') &&
    (isAllow(action) || (typeof action === 'string' && action.toLowerCase() === 'deny')) &&
    (typeof ipAddress === 'string' || (ipAddress ?? null) === null) &&
    (isObject(headers) || (headers ?? null) === null) &&
    (typeof priority === 'number' || (priority ?? null) === null)
  );
}
