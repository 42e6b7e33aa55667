import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-ip-restrict.ts';
import { CONTAINER_APP_ID, containerApp, environment, ingress } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const app = (ipSecurityRestrictions: Json, beside: JsonObject = {}) => ({
  environment: environment(null),
  resource: containerApp(ingress({ external: true, ipSecurityRestrictions, ...beside })),
});
const allow = (name: string, ipAddressRange: string): JsonObject => ({
  name,
  description: 'who comes in',
  ipAddressRange,
  action: 'Allow',
});
const office = allow('office', '203.0.113.0/24');
const crawler = { name: 'crawler', description: null, ipAddressRange: '198.51.100.7/32', action: 'Deny' };
const everyone = allow('all', '0.0.0.0/0');
const added = (number: number, ipAddressRange: string) => ({
  name: `plumbline-${number}`,
  action: 'Allow',
  ipAddressRange,
});
const change = (from: Json, to: Json) =>
  ({ document: 'resource', path: '/properties/configuration/ingress/ipSecurityRestrictions', from, to }) as const;
const parameters = { allowedRanges: ['203.0.113.0/24', '2001:db8::/32'] };
const advice = { tier: 'advice', changes: [], reason: /allowedRanges/ } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'a list that names somebody, the environment not read',
      documents: { resource: containerApp(ingress({ ipSecurityRestrictions: [office] })) },
    },
    {
      title: 'Deny rules that together are everyone let nobody in',
      documents: app([
        { ...crawler, ipAddressRange: '0.0.0.0/1' },
        { ...crawler, ipAddressRange: '128.0.0.0/1' },
      ]),
    },
    { title: '>=1 rule, every action Allow, none 0.0.0.0/0', documents: app([office]) },
    {
      title: 'actions in another casing',
      documents: app([office, { ...allow('vpn', '192.0.2.1/32'), action: 'allow' }]),
    },
    { title: 'an internal ingress with a list', documents: app([office], { external: false }) },
  ],
  violation: [
    {
      title: 'Allow rules that together are everyone: whoever made them takes them out',
      documents: app([allow('low', '0.0.0.0/1'), allow('high', '128.0.0.0/1')]),
      parameters,
      ...advice,
    },
    {
      title: 'ranges that would make everyone of what is there are not written',
      documents: app([allow('low', '0.0.0.0/1'), everyone]),
      parameters: { allowedRanges: ['128.0.0.0/1'] },
      ...advice,
    },
    {
      title: 'the configured allowedRanges as Allow rules, but for those of IPv6, which Azure does not take there',
      documents: app(null),
      parameters,
      tier: 'risky',
      changes: [change(null, [added(1, '203.0.113.0/24')])],
      undo: false,
    },
    {
      title: 'an empty list is none',
      documents: app([]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [change([], [added(1, '203.0.113.0/24')])],
    },
    {
      title:
        'Deny-only = fail (everything else stays open): the array is replaced whole and all rules must have the same action',
      documents: app([crawler]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [change([crawler], [added(1, '203.0.113.0/24')])],
    },
    {
      title: 'none 0.0.0.0/0: those that name somebody stay, and no range is there twice',
      documents: app([office, everyone]),
      parameters,
      tier: 'risky',
      changes: [change([office, everyone], [office])],
    },
    {
      title: 'none ::/0, and no name is there twice',
      documents: app([allow('plumbline-1', '192.0.2.0/24'), allow('all', '::/0')]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [
        change(
          [allow('plumbline-1', '192.0.2.0/24'), allow('all', '::/0')],
          [allow('plumbline-1', '192.0.2.0/24'), added(2, '203.0.113.0/24')],
        ),
      ],
    },
    { title: 'advice when none are configured', documents: app(null), ...advice },
    {
      title: 'advice when none of IPv4 are configured',
      documents: app(null),
      parameters: { allowedRanges: ['2001:db8::/32'] },
      ...advice,
    },
    { title: 'advice when none are configured: Deny-only', documents: app([crawler]), ...advice },
    { title: 'advice when none are configured: everyone is allowed', documents: app([office, everyone]), ...advice },
  ],
  notApplicable: [
    { title: 'Deny-only on an internal ingress: nobody is named', documents: app([crawler], { external: false }) },
    {
      title: 'external in an environment whose public access is disabled',
      documents: { ...app(null), environment: environmentWith({ publicNetworkAccess: 'Disabled' }) },
      parameters,
    },
    {
      title: 'external in an internal environment, and everyone is allowed there',
      documents: { ...app([everyone]), environment: environmentWith(vnet(SUBNET_ID)) },
      parameters,
    },
    { title: 'external=false with no rules = not applicable', documents: app(null, { external: false }), parameters },
    { title: 'external=false with an empty list', documents: app([], { external: false }) },
    { title: 'external null with no rules', documents: app(null, { external: null }) },
    { title: 'no ingress', documents: { resource: containerApp(null) }, parameters },
  ],
  unknown: [
    {
      title: 'no rule, and the environment not read',
      documents: { resource: containerApp(ingress({})) },
      parameters,
    },
    { title: 'rules of both actions, which Azure refuses', documents: app([office, crawler]), parameters },
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no list', documents: app('none'), parameters },
    { title: 'a rule that is none', documents: app([office, null]), parameters },
    { title: 'a rule with another action', documents: app([{ ...office, action: 'Log' }]), parameters },
    { title: 'a rule without a range', documents: app([{ ...office, ipAddressRange: null }]), parameters },
    { title: 'a range that is none', documents: app([{ ...office, ipAddressRange: 'Any' }]), parameters },
    { title: 'external as nobody knows it', documents: app(null, { external: 'yes' }), parameters },
  ],
});
