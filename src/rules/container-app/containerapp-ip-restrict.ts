/** An external ingress answers the whole internet unless it is told whom to answer. */
import * as z from 'zod';
import { isAllow } from '../../domain/access-rules.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { allowedRanges, namedRanges } from '../address-ranges.ts';
import { type Admitted, admitted } from '../first-match.ts';
import { ingressChange, judgeIngress } from '../ingress.ts';
import { ipRulesIn } from '../ip-rules.ts';
import { objectsIn } from '../lists.ts';
import { judgeReach, reachOfIngress } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { ingressSource, type Setting, settingsOf, valueSet } from '../sources.ts';

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
  documents: ['resource', 'environment'],
  writes: ['resource'],
  parameters: z.object({
    allowedRanges: allowedRanges.describe(
      'Who may reach an app that has no allow-list, in CIDR notation; without any of IPv4 nothing is written.',
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
      if (!rules || !ipRulesIn(ingress))
        return unknown('The IP restrictions have a form that Plumbline does not know.');
      const reach = reachOfIngress(snapshot, ingress);
      if (rules.length > 0 && admittedOf(rules) === 'named') return compliant('Only those come in whom a rule names.');
      if (reach.who === 'private') return notApplicable(`The app is not on the internet. ${reach.why}`);
      return judgeReach(reach, () => open(rules, ingress, parameters.allowedRanges));
    });
  },
  source: (changes) =>
    ingressSource(settingsOf(changes, OFFICE), { ip_security_restriction: blocksOf(valueSet(changes, OFFICE)) }),
});

function open(rules: readonly JsonObject[], ingress: JsonObject, ranges: readonly string[]): Judgement {
  const wrong = rules.length === 0 ? 'No rule says who may come in.' : 'Its rules let in everyone whom none denies.';
  const named = rules.filter((rule) => isAllow(rule.action) && admittedOf([rule]) === 'named');
  const there = new Set(named.map(({ ipAddressRange }) => ipAddressRange));
  // An ingress takes no other ranges than those of IPv4.
  const added = namedRanges(
    ranges.filter((range) => !there.has(range) && !range.includes(':')),
    named,
  ).map(({ name, range }) => ({ name, action: 'Allow', ipAddressRange: range }));
  const list = [...named, ...added];
  if (ranges.length === 0 || admittedOf(list) !== 'named') {
    const reason = `${wrong} Only the owner knows who should: set the parameter allowedRanges.`;
    return { verdict: 'violation', reason, changes: [] };
  }
  return { verdict: 'violation', reason: wrong, changes: [ingressChange(ingress, '/ipSecurityRestrictions', list)] };
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
