import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-access-restrict.ts';
import { ALLOW_ALL, ALLOW_ALL_FIRST, accessRule, DENY_ALL } from '../fixtures/access-restrictions.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { SITE_ID, SLOT_ID, SUBNET_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const restricted = (otherwise: Json, rules: Json, beside: JsonObject = {}) => ({
  resource: site(),
  privateEndpointConnections: connections(SITE_ID),
  'config/web': webConfig({
    ipSecurityRestrictions: rules,
    ipSecurityRestrictionsDefaultAction: otherwise,
    ...beside,
  }),
});
const IN_ENVIRONMENT = { hostingEnvironmentProfile: { id: '/subscriptions/s/ase', name: 'ase1' } };
const office = accessRule({});
const blocked = accessRule({ name: 'crawler', action: 'Deny', ipAddress: '198.51.100.7/32', priority: 300 });
const subnet = accessRule({ name: 'gateway', ipAddress: null, vnetSubnetResourceId: SUBNET_ID });
const everyone = (ipAddress: string, members: JsonObject = {}) => accessRule({ name: 'all', ipAddress, ...members });
const denies = (from: Json) =>
  ({ document: 'config/web', path: '/properties/ipSecurityRestrictionsDefaultAction', from, to: 'Deny' }) as const;
const list = (from: Json, to: Json) =>
  ({ document: 'config/web', path: '/properties/ipSecurityRestrictions', from, to }) as const;
const added = (name: string, priority: number, ipAddress: string) => ({ name, priority, action: 'Allow', ipAddress });
const parameters = { allowedRanges: ['203.0.113.0/24', '2001:db8::/32', '203.0.113.0/24'] };
const advice = { tier: 'advice', changes: [], reason: /allowedRanges/ } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'nothing said of the public network, and an approved private endpoint closes it',
      documents: { ...restricted(null, [ALLOW_ALL]), privateEndpointConnections: connections(SITE_ID, 'Approved') },
    },
    {
      title: 'an approved private endpoint that only the site lists',
      documents: {
        'config/web': webConfig({}),
        resource: site({ privateEndpointConnections: connections(SITE_ID, 'Approved').value ?? null }),
      },
    },
    {
      title: 'in an App Service Environment with an internal load balancer',
      documents: {
        ...restricted(null, [ALLOW_ALL]),
        resource: site({ ...IN_ENVIRONMENT, defaultHostName: 'shop.ase1.appserviceenvironment.net' }),
      },
    },
    {
      title: 'named callers, whatever else is not known: the site and its endpoints not read',
      documents: { 'config/web': webConfig({ ipSecurityRestrictions: [office, DENY_ALL] }) },
    },
    {
      title: 'in order of priority, first match: a rule for everyone that is never reached opens nothing',
      documents: restricted('Deny', [
        office,
        everyone('0.0.0.0/0', { name: 'rest', action: 'Deny', priority: 200 }),
        everyone('0.0.0.0/0', { name: 'old-open', priority: 300 }),
      ]),
    },
    {
      title: 'in order of priority, not as listed',
      documents: restricted('Deny', [
        everyone('0.0.0.0/0', { priority: 300 }),
        everyone('Any', { action: 'Deny', priority: 200 }),
        office,
      ]),
    },
    {
      title: 'everyone is denied before all other rules',
      documents: restricted('Allow', [everyone('Any', { action: 'Deny', priority: 50 }), office, ALLOW_ALL]),
    },
    {
      title: 'everyone is denied by several ranges before the rule that would let everyone in',
      documents: restricted('Deny', [
        everyone('0.0.0.0/1', { action: 'Deny', priority: 10 }),
        everyone('128.0.0.0/1', { action: 'Deny', priority: 20 }),
        everyone('0.0.0.0/0', { priority: 30 }),
      ]),
    },
    {
      title: 'an address with a mask is a range',
      documents: restricted('Deny', [accessRule({ ipAddress: '203.0.113.0', subnetMask: '255.255.255.0' })]),
    },
    {
      title: 'a rule that only means those whom a proxy names is specific',
      documents: restricted('Deny', [everyone('0.0.0.0/0', { tag: 'XffProxy' })]),
    },
    {
      title: 'several ranges that leave out a part of all addresses are specific',
      documents: restricted('Deny', [everyone('0.0.0.0/1'), everyone('128.0.0.0/2', { priority: 110 })]),
    },
    {
      title: 'publicNetworkAccess=Disabled',
      documents: restricted(null, [ALLOW_ALL], { publicNetworkAccess: 'disabled' }),
    },
    {
      title: 'publicNetworkAccess=Disabled, as the site says it',
      documents: { ...restricted('Allow', [ALLOW_ALL]), resource: site({ publicNetworkAccess: 'Disabled' }) },
    },
    { title: 'defaultAction=Deny with no allow-any rule', documents: restricted('Deny', [office, DENY_ALL]) },
    { title: 'defaultAction=Deny with no rule but the implicit one', documents: restricted('deny', [DENY_ALL]) },
    { title: 'defaultAction=Deny and no list', documents: restricted('Deny', null) },
    {
      title: '>=1 specific rule, no allow-any and defaultAction null',
      documents: restricted(null, [office, DENY_ALL]),
    },
    { title: '>=1 specific rule: a subnet', documents: restricted('', [subnet, DENY_ALL]) },
    {
      title: 'allow-any has no headers filter: a Front Door of its own is specific',
      documents: restricted(null, [everyone('Any', { headers: { 'x-azure-fdid': ['0a1b2c3d'] } }), DENY_ALL]),
    },
    {
      title: 'the service always lists an implicit Any rule (priority 1 allow, or 2147483647 deny): Deny overrules it',
      documents: restricted('Deny', [office, ALLOW_ALL]),
    },
  ],
  violation: [
    {
      title: 'several ranges that together are everyone: whoever made them takes them out',
      documents: restricted('Deny', [everyone('0.0.0.0/1'), everyone('128.0.0.0/1', { priority: 110 })]),
      parameters,
      ...advice,
    },
    {
      title: 'several ranges of IPv6 that together are everyone, in one rule',
      documents: restricted('Deny', [everyone('::/1,8000::/1')]),
      ...advice,
    },
    {
      title: 'everyone by the service tag of all public addresses',
      documents: restricted('Deny', [everyone('Internet', { tag: 'ServiceTag' })]),
      ...advice,
    },
    {
      title: 'everyone by an address with a mask',
      documents: restricted('Deny', [accessRule({ ipAddress: '0.0.0.0', subnetMask: '0.0.0.0' })]),
      ...advice,
    },
    {
      title: 'a Deny rule for everyone of one family leaves the other to the default action',
      documents: restricted('Allow', [office, everyone('0.0.0.0/0', { action: 'Deny', priority: 200 })]),
      tier: 'risky',
      changes: [denies('Allow')],
    },
    {
      title: 'only callers with a header are denied before everyone is let in',
      documents: restricted('Deny', [
        everyone('Any', { action: 'Deny', priority: 10, headers: { 'x-forwarded-host': ['old.example'] } }),
        everyone('0.0.0.0/0'),
      ]),
      ...advice,
    },
    {
      title: 'the rule that names somebody is never reached, and nobody is written into it',
      documents: restricted('Allow', [everyone('203.0.0.0/16', { action: 'Deny', priority: 50 }), office]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      ...advice,
    },
    {
      title: 'ranges that are denied before open nothing: only those that are reached make a fix',
      documents: restricted('Allow', [blocked]),
      parameters: { allowedRanges: ['198.51.100.7/32'] },
      ...advice,
    },
    {
      title: 'ranges that would make everyone of what is there are not written',
      documents: restricted('Deny', [ALLOW_ALL_FIRST, everyone('0.0.0.0/1', { priority: 200, headers: null })]),
      parameters: { allowedRanges: ['128.0.0.0/1'] },
      ...advice,
    },
    {
      title: "the site's own word goes before that of its configuration",
      documents: {
        ...restricted('Allow', [office], { publicNetworkAccess: 'Disabled' }),
        resource: site({ publicNetworkAccess: 'Enabled' }),
      },
      tier: 'risky',
      changes: [denies('Allow')],
    },
    {
      title: 'specific Allow rules exist and only the default action is wrong = write it alone',
      documents: restricted('Allow', [office, blocked, ALLOW_ALL]),
      parameters,
      tier: 'risky',
      changes: [denies('Allow')],
    },
    {
      title: 'defaultAction=Allow = fail: a subnet is a specific rule as well',
      documents: restricted('allow', [subnet]),
      tier: 'risky',
      changes: [denies('allow')],
    },
    {
      title: 'defaultAction null, and the implicit rule allows',
      documents: restricted(null, [office, ALLOW_ALL]),
      tier: 'risky',
      changes: [denies(null)],
      undo: false,
    },
    {
      title:
        'no specific rules and ranges are configured = the list just read without the synthetic Any rules (2147483647), plus the ranges, and Deny',
      documents: restricted('Allow', [ALLOW_ALL]),
      parameters,
      tier: 'risky',
      changes: [
        list([ALLOW_ALL], [added('plumbline-1', 100, '203.0.113.0/24'), added('plumbline-2', 101, '2001:db8::/32')]),
        denies('Allow'),
      ],
    },
    {
      title: 'the list just read without the synthetic Any rules (priority 1)',
      documents: restricted(null, [ALLOW_ALL_FIRST]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [list([ALLOW_ALL_FIRST], [added('plumbline-1', 100, '203.0.113.0/24')]), denies(null)],
      undo: false,
    },
    {
      title: 'no list at all, and ranges',
      documents: restricted('Allow', null),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [list(null, [added('plumbline-1', 100, '203.0.113.0/24')]), denies('Allow')],
      undo: false,
    },
    {
      title: 'what is denied stays denied, before the ranges',
      documents: restricted('Allow', [blocked, ALLOW_ALL]),
      parameters: { allowedRanges: ['198.51.100.0/24'] },
      tier: 'risky',
      changes: [list([blocked, ALLOW_ALL], [blocked, added('plumbline-1', 301, '198.51.100.0/24')]), denies('Allow')],
    },
    {
      title: 'a range gets no priority that only the implicit rule has',
      documents: restricted('Allow', [{ ...blocked, priority: 2147483646 }]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [
        list(
          [{ ...blocked, priority: 2147483646 }],
          [{ ...blocked, priority: 2147483646 }, added('plumbline-1', 2147483646, '203.0.113.0/24')],
        ),
        denies('Allow'),
      ],
    },
    {
      title: 'Deny already, and everyone allowed in before: the list alone',
      documents: restricted('Deny', [ALLOW_ALL_FIRST]),
      parameters: { allowedRanges: ['203.0.113.0/24'] },
      tier: 'risky',
      changes: [list([ALLOW_ALL_FIRST], [added('plumbline-1', 100, '203.0.113.0/24')])],
    },
    { title: 'neither = advice', documents: restricted(null, [ALLOW_ALL]), ...advice },
    { title: 'neither = advice: only denied ones', documents: restricted('Allow', [blocked]), ...advice },
    {
      title: 'allow-any = ipAddress "Any" + Allow + no headers filter: whoever made it takes it out',
      documents: restricted('Deny', [office, everyone('any', { headers: { 'x-azure-fdid': [] } })]),
      parameters,
      ...advice,
    },
    {
      title: 'allow-any = "0.0.0.0/0"',
      documents: restricted('Deny', [everyone('0.0.0.0/0')]),
      parameters,
      ...advice,
    },
    {
      title: 'allow-any = "::/0", one of several in a rule',
      documents: restricted(null, [everyone('203.0.113.0/24, ::/0')]),
      parameters,
      ...advice,
    },
    {
      title: 'an implicit priority 1 beside specific rules is nobody knows whose',
      documents: restricted('Allow', [ALLOW_ALL_FIRST, office]),
      parameters,
      ...advice,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: restricted('Allow', [office]),
      tier: 'risky',
      changes: [denies('Allow')],
    },
    {
      title: 'a function app is judged alike',
      documents: { ...restricted('Allow', [office]), resource: site({}, { kind: 'functionapp,linux' }) },
      tier: 'risky',
      changes: [denies('Allow')],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...restricted(null, null), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    {
      title: 'open by its rules, and its private endpoints not read',
      documents: { resource: site(), 'config/web': webConfig({}) },
    },
    {
      title: 'open by its rules, and the site not read',
      documents: { ...restricted(null, [ALLOW_ALL]), resource: null },
    },
    {
      title: 'in an App Service Environment whose load balancer nobody knows',
      documents: { ...restricted(null, [ALLOW_ALL]), resource: site(IN_ENVIRONMENT) },
    },
    {
      title: 'a word for the public network that nobody knows',
      documents: { ...restricted(null, [ALLOW_ALL]), resource: site({ publicNetworkAccess: 'SecuredByPerimeter' }) },
    },
    {
      title: 'rules without priorities, of which some allow and some deny',
      documents: restricted('Allow', [accessRule({ priority: null }), everyone('Any', { action: 'Deny' })]),
    },
    {
      title: 'a mask that is none',
      documents: restricted('Allow', [accessRule({ ipAddress: '203.0.113.0', subnetMask: '255.0.255.0' })]),
    },
    { title: 'not read', documents: { resource: site() } },
    { title: 'no list', documents: restricted('Deny', 'none') },
    { title: 'a rule that is none', documents: restricted('Allow', [office, 'Any']) },
    { title: 'a rule with another action', documents: restricted('Allow', [accessRule({ action: 'Log' })]) },
    { title: 'a rule for nobody knows whom', documents: restricted('Allow', [accessRule({ ipAddress: null })]) },
    { title: 'a rule with a priority in words', documents: restricted('Allow', [accessRule({ priority: 'first' })]) },
    { title: 'a rule whose address is none', documents: restricted('Allow', [{ ...subnet, ipAddress: 7 }]) },
    { title: 'another default action', documents: restricted('Audit', [office]) },
  ],
});
