/** The access restrictions of a site, for the app itself or for its SCM site: whom they let in, and what would close them. */
import { isAllow, isImplicitRule, isSyntheticRule } from '../domain/access-rules.ts';
import type { Change } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { EVERY_ADDRESS, namedRanges, prefixOf, rangeIn } from './address-ranges.ts';
import { type Admitted, admitted, type Entry, reached } from './first-match.ts';
import { objectsIn } from './lists.ts';
import { lowerCase } from './text.ts';
import { webConfigChange } from './web-config.ts';

/** The properties of `config/web` that hold the rules of each site. */
const LISTS = { main: 'ipSecurityRestrictions', scm: 'scmIpSecurityRestrictions' } as const;
export type Side = keyof typeof LISTS;

/** The first priority that people use; rules are applied in the order of their priorities. */
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 2_147_483_646;

export interface Restrictions {
  /** As the document lists them. */
  readonly rules: readonly JsonObject[];
  /** null: nothing is said, and then the rest is denied as soon as there is a rule. */
  readonly otherwise: 'allow' | 'deny' | null;
}

/** The restrictions in the properties of `config/web`; null when they have a form that nobody knows. */
export function restrictionsIn(properties: JsonObject, side: Side): Restrictions | null {
  const rules = objectsIn(properties[LISTS[side]]);
  const action = properties[`${LISTS[side]}DefaultAction`] ?? '';
  const otherwise = typeof action === 'string' ? action.toLowerCase() : null;
  if (!rules?.every(isKnown) || !isOrdered(rules)) return null;
  if (otherwise === 'allow' || otherwise === 'deny') return { rules, otherwise };
  return otherwise === '' ? { rules, otherwise: null } : null;
}

/** Whom the restrictions let in. */
export function admittedBy(restrictions: Restrictions): Admitted {
  return admitted(entriesOf(restrictions));
}

/** The rules that let somebody in. */
export function allowing(restrictions: Restrictions): JsonObject[] {
  return reached(entriesOf(restrictions)).flatMap(({ allows, rule }) => (allows && rule ? [rule] : []));
}

/**
 * What would leave in only those whom rules name; none when only the owner can say who they are. Rules that are there stay,
 * but those that App Service made. A rule of somebody that lets everyone in is theirs to take out.
 */
export function closing(properties: JsonObject, ranges: readonly string[]): readonly Change[] {
  const { rules = [], otherwise = null } = restrictionsIn(properties, 'main') ?? {};
  const deny = otherwise === 'deny' ? [] : [webConfigChange(properties, `${LISTS.main}DefaultAction`, 'Deny')];
  if (whenDenied(rules) === 'named') return deny;
  const kept = rules.filter((rule) => !isSyntheticRule(rule));
  const list = [...kept, ...rulesFor(ranges, kept)];
  if (whenDenied(kept) !== 'nobody' || whenDenied(list) !== 'named') return [];
  return [webConfigChange(properties, LISTS.main, list), ...deny];
}

/** Whether people named who comes in, whatever happens to the rest. */
export function namesCallers({ rules }: Restrictions): boolean {
  return whenDenied(rules.filter((rule) => !isSyntheticRule(rule))) === 'named';
}

/** Whom the rules would let in if the rest were denied. */
function whenDenied(rules: readonly JsonObject[]): Admitted {
  return admittedBy({ rules, otherwise: 'deny' });
}

type RuleEntry = Entry & { readonly rule?: JsonObject };

/**
 * The rules as App Service applies them: by priority, those of one priority as they are listed, and the default action last
 * (https://learn.microsoft.com/azure/app-service/overview-access-restrictions). What restates the default action is
 * overruled where that one is set.
 */
function entriesOf({ rules, otherwise }: Restrictions): RuleEntry[] {
  const applied = rules
    .filter((rule) => otherwise === null || !isImplicitRule(rule))
    .sort((a, b) => Number(a.priority ?? 0) - Number(b.priority ?? 0));
  const allows = otherwise === 'allow' || (otherwise === null && applied.length === 0);
  return [...applied.map(entryOf), { allows, ranges: EVERY_ADDRESS, others: false }];
}

/** `Any`, and the service tag of all public addresses (https://learn.microsoft.com/azure/virtual-network/service-tags-overview). */
const EVERYONE = ['any', 'internet'];

/** `Any`, ranges, and names of service tags; one rule may list several. Headers, where it asks for some, narrow it. */
function entryOf(rule: JsonObject): RuleEntry {
  const allows = isAllow(rule.action);
  // An address that a proxy names in a header is not the one that the connection comes from.
  if (asksForHeaders(rule.headers) || lowerCase(rule.tag) === 'xffproxy') {
    return { rule, allows, ranges: [], others: true };
  }
  const named = addressesIn(rule).map((one) => (EVERYONE.includes(lowerCase(one)) ? EVERY_ADDRESS : rangeIn(one)));
  const ranges = named.flatMap((one) => one ?? []);
  return { rule, allows, ranges, others: named.length === 0 || named.includes(null) };
}

/** The addresses of a rule, in CIDR notation also where it has a mask, as older versions of the service sent it. */
export function addressesIn({ ipAddress, subnetMask }: JsonObject): string[] {
  const addresses = typeof ipAddress === 'string' ? ipAddress.split(',').map((one) => one.trim()) : [];
  const prefix = typeof subnetMask === 'string' ? prefixOf(subnetMask) : null;
  return addresses.map((one) =>
    prefix === null || one.includes('/') || rangeIn(one) === null ? one : `${one}/${prefix}`,
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

function asksForHeaders(headers: Json | undefined): boolean {
  return isObject(headers) && Object.values(headers).some((values) => Array.isArray(values) && values.length > 0);
}

/** A rule says for whom it is: an address, a tag or a subnet. */
function isKnown({ action, ipAddress, subnetMask, vnetSubnetResourceId, headers, priority }: JsonObject): boolean {
  const mask = subnetMask ?? '';
  return (
    (typeof ipAddress === 'string' || typeof vnetSubnetResourceId === 'string') &&
    (isAllow(action) || (typeof action === 'string' && action.toLowerCase() === 'deny')) &&
    (typeof ipAddress === 'string' || (ipAddress ?? null) === null) &&
    (mask === '' || (typeof mask === 'string' && prefixOf(mask) !== null)) &&
    (isObject(headers) || (headers ?? null) === null) &&
    (typeof priority === 'number' || (priority ?? null) === null)
  );
}

/** Priorities say which rule comes first. Where some have none, that matters only if some allow and some deny. */
function isOrdered(rules: readonly JsonObject[]): boolean {
  const own = rules.filter((rule) => !isImplicitRule(rule));
  const isSaid = own.every(({ priority }) => typeof priority === 'number');
  return isSaid || new Set(own.map(({ action }) => isAllow(action))).size === 1;
}
