import * as z from 'zod';
import { isAllow } from '../../domain/resources/access-rules.ts';
import { isObject, type Json, type JsonObject } from '../../domain/resources/json.ts';
import { type CheckResult, compliant, defineRule, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { allowedRanges, namedRanges } from '../checks/network/address-ranges.ts';
import { type Admitted, admitted } from '../checks/network/first-match.ts';
import { ingressChange, judgeIngress } from '../checks/network/ingress.ts';
import { ipRulesIn } from '../checks/network/ip-rules.ts';
import { judgeReach, reachOfIngress } from '../checks/network/reach.ts';
import { ingressSource, type Setting, settingsOf, valueSet } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const OFFICE: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/ipSecurityRestrictions',
  to: [{ name: 'office', action: 'Allow', ipAddressRange: '203.0.113.0/24' }],
};

export const rule = defineRule({
  id: 'containerapp-ip-restrict',
  title: 'External ingress has an allow-list of source addresses',
  why: 'An external ingress answers the whole internet unless a list restricts it.',
  fix: 'Writes the list with the configured `allowedRanges` as Allow rules, and with the existing Allow rules that are not open to everybody.',
  risk: 'Callers from other addresses can no longer connect. Deny rules are removed, because Azure accepts no list with both kinds; an address that was denied is allowed when it is in an allowed range.',
  harm: '4xx',
  severity: 'medium',
  profile: 'strict',
  documents: ['resource', 'environment'],
  parameters: z.object({
    allowedRanges: allowedRanges.describe(
      'Who may reach an app that has no allow-list, in CIDR notation; without any of IPv4 nothing is written.',
    ),
  }),
  // With ranges, violations that are advice otherwise have changes.
  isStricter: (parameters) => parameters.allowedRanges.length > 0,
  references: {
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.RestrictIngress (AZR-000380)'],
  },
  check: (snapshot, parameters) =>
    judgeIngress(snapshot, (ingress) => {
      const rules = objectsIn(ingress.ipSecurityRestrictions);
      if (!rules || !ipRulesIn(ingress))
        return unknown('The IP restrictions have a form that Plumbline does not know.');
      const reach = reachOfIngress(snapshot, ingress);
      if (rules.length > 0 && admittedOf(rules) === 'named') return compliant('Only those come in whom a rule names.');
      if (reach.who === 'private') return notApplicable(`The app is not on the internet. ${reach.why}`);
      return judgeReach(reach, () => open(rules, ingress, parameters.allowedRanges));
    }),
  source: (changes) =>
    ingressSource(settingsOf(changes, OFFICE), { ip_security_restriction: blocksOf(valueSet(changes, OFFICE)) }),
});

function open(rules: readonly JsonObject[], ingress: JsonObject, ranges: readonly string[]): CheckResult {
  const wrong = rules.length === 0 ? 'No rule says who may come in.' : 'Its rules let in everyone whom none denies.';
  const named = rules.filter((rule) => isAllow(rule.action) && admittedOf([rule]) === 'named');
  const there = new Set(named.map(({ ipAddressRange }) => ipAddressRange));
  // An ingress accepts IPv4 ranges only.
  const added = namedRanges(
    ranges.filter((range) => !there.has(range) && !range.includes(':')),
    named,
  ).map(({ name, range }) => ({ name, action: 'Allow', ipAddressRange: range }));
  const list = [...named, ...added];
  if (ranges.length === 0 || admittedOf(list) !== 'named') {
    return violation(`${wrong} Only the owner knows who should: set the parameter allowedRanges.`);
  }
  return violation(wrong, [ingressChange(ingress, '/ipSecurityRestrictions', list)]);
}

/** Whom the ingress would let in with these rules. */
function admittedOf(ipSecurityRestrictions: readonly JsonObject[]): Admitted {
  return admitted(ipRulesIn({ ipSecurityRestrictions: [...ipSecurityRestrictions] }) ?? []);
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
