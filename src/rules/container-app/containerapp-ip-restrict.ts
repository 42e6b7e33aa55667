/** An external ingress answers the whole internet unless it is told whom to answer. */
import * as z from 'zod';
import { isAllow } from '../../domain/access-rules.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { allowedRanges, holdsEveryone, isRange, namedRanges } from '../address-ranges.ts';
import { ingressChange, isExternal, judgeIngress } from '../ingress.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { ingressSource, type Setting, settingsOf, valueSet } from '../sources.ts';
import { lowerCase } from '../text.ts';

const OFFICE: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/ipSecurityRestrictions',
  to: [{ name: 'office', action: 'Allow', ipAddressRange: '203.0.113.0/24' }],
};

export const rule = defineRule({
  id: 'containerapp-ip-restrict',
  version: 1,
  title: 'External ingress has an allow-list of source addresses',
  why: 'An external ingress answers the whole internet unless a list says whom to answer.',
  fix: 'Writes the list with the configured `allowedRanges` as Allow rules, and with those Allow rules that are there and name somebody.',
  risk: 'Callers from other addresses lose the app; Deny rules go, because Azure takes no list with both, so an address that one of them named comes in when a range holds it.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({
    allowedRanges: allowedRanges.describe(
      'Who may reach an app that has no allow-list, in CIDR notation; without any nothing is written.',
    ),
  }),
  // Then it closes apps that would only have been advice.
  stricter: (parameters) => parameters.allowedRanges.length > 0,
  references: referencesOf({
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.RestrictIngress (AZR-000380)'],
  }),
  check(snapshot, parameters) {
    return judgeIngress(snapshot, (ingress) => {
      const rules = objectsIn(ingress.ipSecurityRestrictions);
      if (!rules?.every(isKnown)) return unknown('The IP restrictions have a form that Plumbline does not know.');
      if (rules.length === 0 && typeof (ingress.external ?? false) !== 'boolean') {
        return unknown('Whether the ingress is external is not known.');
      }
      if (rules.length === 0 && !isExternal(ingress)) return notApplicable('The ingress is internal.');
      const named = rules.filter(letsSomebodyIn);
      if (rules.length > 0 && named.length === rules.length) return compliant('Only those come in whom a rule names.');
      return open(rules, named, ingress, parameters.allowedRanges);
    });
  },
  source: (changes) =>
    ingressSource(settingsOf(changes, OFFICE), { ip_security_restriction: blocksOf(valueSet(changes, OFFICE)) }),
});

function open(
  rules: readonly JsonObject[],
  named: readonly JsonObject[],
  ingress: JsonObject,
  ranges: readonly string[],
): Judgement {
  const wrong =
    rules.length === 0 ? 'No rule says who may come in.' : 'Its rules leave everyone in whom they do not name.';
  if (ranges.length === 0) {
    const reason = `${wrong} Only the owner knows who should: set the parameter allowedRanges.`;
    return { verdict: 'violation', reason, changes: [] };
  }
  const there = new Set(named.map(({ ipAddressRange }) => ipAddressRange));
  const added = namedRanges(
    ranges.filter((range) => !there.has(range)),
    named,
  ).map(({ name, range }) => ({ name, action: 'Allow', ipAddressRange: range }));
  return {
    verdict: 'violation',
    reason: wrong,
    changes: [ingressChange(ingress, '/ipSecurityRestrictions', [...named, ...added])],
  };
}

function letsSomebodyIn({ action, ipAddressRange }: JsonObject): boolean {
  return isAllow(action) && !holdsEveryone(lowerCase(ipAddressRange));
}

function isKnown({ action, ipAddressRange }: JsonObject): boolean {
  const known = isAllow(action) || (typeof action === 'string' && action.toLowerCase() === 'deny');
  return known && typeof ipAddressRange === 'string' && isRange(ipAddressRange);
}

function blocksOf(rules: Json): Block[] {
  return (Array.isArray(rules) ? rules.filter(isObject) : []).map(
    ({ name = null, description = null, action = null, ipAddressRange = null }) =>
      new Block({
        name,
        ...(description === null ? {} : { description }),
        action,
        ip_address_range: ipAddressRange,
      }),
  );
}
