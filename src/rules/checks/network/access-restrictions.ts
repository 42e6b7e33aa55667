/** Access restrictions of a site or its SCM site: whom they let in, the changes that close them, and their declaration. */

import type { Change } from '../../../domain/changes/change.ts';
import { isAllow, isImplicitRule, isSyntheticRule } from '../../../domain/resources/access-rules.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { Block, type Body } from '../../declare/printers.ts';
import { webConfigChange } from '../app-service/web-config.ts';
import { objectsIn } from '../documents/arrays.ts';
import { lowerCase } from '../documents/leaves.ts';
import { EVERY_ADDRESS, namedRanges, prefixOf, rangeIn } from './address-ranges.ts';
import { type Admitted, admitted, type Entry, reached } from './first-match.ts';

/** The properties of `config/web` that hold the rules of each site. */
const LISTS = { main: 'ipSecurityRestrictions', scm: 'scmIpSecurityRestrictions' } as const;
export type Side = keyof typeof LISTS;

/** The first priority that is usual; rules are applied in the order of their priorities. */
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 2_147_483_646;

export interface Restrictions {
  /** As the document lists them. */
  readonly rules: readonly JsonObject[];
  /** null: not set; then the rest is denied as soon as there is a rule. */
  readonly otherwise: 'allow' | 'deny' | null;
}

/** The restrictions in the properties of `config/web`; null when the form is not known. */
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

/** The rules that allow callers. */
export function allowing(restrictions: Restrictions): JsonObject[] {
  return reached(entriesOf(restrictions)).flatMap(({ allows, rule }) => (allows && rule ? [rule] : []));
}

/**
 * The changes that let in only callers that rules name; none when only the owner can say who they are. Existing rules stay,
 * but for those that App Service generates. A rule that lets everyone in is left for its owner to remove.
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

/** Whether rules name the callers, whatever the default action is. */
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
 * (https://learn.microsoft.com/azure/app-service/overview-access-restrictions). Rules that restate the default action do
 * not count where it is set.
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

/** `Any`, ranges, and names of service tags; one rule may list several. Headers, if any, narrow it. */
function entryOf(rule: JsonObject): RuleEntry {
  const allows = isAllow(rule.action);
  // An address from a header is not that of the connection.
  if (asksForHeaders(rule.headers) || lowerCase(rule.tag) === 'xffproxy') {
    return { rule, allows, ranges: [], others: true };
  }
  const named = addressesIn(rule).map((one) => (EVERYONE.includes(lowerCase(one)) ? EVERY_ADDRESS : rangeIn(one)));
  const ranges = named.flatMap((one) => one ?? []);
  return { rule, allows, ranges, others: named.length === 0 || named.includes(null) };
}

/** The addresses of a rule in CIDR notation; older versions of the service sent a mask. */
export function addressesIn({ ipAddress, subnetMask }: JsonObject): string[] {
  const addresses = typeof ipAddress === 'string' ? ipAddress.split(',').map((one) => one.trim()) : [];
  const prefix = typeof subnetMask === 'string' ? prefixOf(subnetMask) : null;
  return addresses.map((one) =>
    prefix === null || one.includes('/') || rangeIn(one) === null ? one : `${one}/${prefix}`,
  );
}

/** Rules for the ranges, after the existing ones, so that what those deny stays denied. */
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

/** Whether a rule has the known form: it names an address, a tag or a subnet. */
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

/** Whether the order of the rules is known. Without priorities it matters only if some rules allow and others deny. */
function isOrdered(rules: readonly JsonObject[]): boolean {
  const own = rules.filter((rule) => !isImplicitRule(rule));
  const isSaid = own.every(({ priority }) => typeof priority === 'number');
  return isSaid || new Set(own.map(({ action }) => isAllow(action))).size === 1;
}

/** The blocks `ip_restriction` of a list of rules. */
export function restrictionBlocks(rules: Json): Block[] {
  return Array.isArray(rules) ? rules.filter(isObject).map((rule) => new Block(blockOf(rule))) : [];
}

function blockOf({ name, priority, action, description, headers, ...from }: JsonObject): Body {
  return { ...given({ name, description, priority, action }), ...addressOf(from), ...headersOf(headers) };
}

function addressOf({ tag, vnetSubnetResourceId, ...from }: JsonObject): Body {
  const isTag = typeof tag === 'string' && tag.toLowerCase() === 'servicetag';
  return given({
    [isTag ? 'service_tag' : 'ip_address']: addressesIn(from).join(',') || null,
    virtual_network_subnet_id: vnetSubnetResourceId,
  });
}

/** `x-azure-fdid` is `x_azure_fdid` there. */
function headersOf(headers: Json | undefined): Body {
  if (!isObject(headers) || Object.keys(headers).length === 0) return {};
  const named = Object.entries(headers).map(([name, values]) => [name.toLowerCase().replaceAll('-', '_'), values]);
  return { headers: new Block(Object.fromEntries(named)) };
}

function given(members: { readonly [name: string]: Json | undefined }): Body {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    ),
  );
}
