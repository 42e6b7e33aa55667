import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-waf.ts';
import { ALLOW_ALL, accessRule, DENY_ALL } from '../fixtures/access-restrictions.ts';
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
const door = (headers: Json) =>
  accessRule({ name: 'edge', tag: 'ServiceTag', ipAddress: 'AzureFrontDoor.Backend', headers });
const own = door({ 'x-azure-fdid': ['0a1b2c3d-0000-4000-8000-000000000001'] });
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'an approved private endpoint closes the public way where nothing else is said',
      documents: { ...restricted(null, [ALLOW_ALL]), privateEndpointConnections: connections(SITE_ID, 'Approved') },
    },
    {
      title: 'a Front Door that is not pinned, by a rule that is never reached',
      documents: restricted('Deny', [
        own,
        accessRule({ name: 'rest', ipAddress: 'Any', action: 'Deny', priority: 200 }),
        { ...door(null), priority: 300 },
      ]),
    },
    { title: 'its rules let nobody in', documents: restricted('Deny', [{ ...own, action: 'Deny' }]) },
    {
      title: 'publicNetworkAccess Disabled',
      documents: restricted(null, [ALLOW_ALL], { publicNetworkAccess: 'Disabled' }),
    },
    {
      title:
        'or Deny by default with a rule whose ServiceTag is AzureFrontDoor.Backend and whose headers pin x-azure-fdid',
      documents: restricted('Deny', [own, DENY_ALL]),
    },
    {
      title: 'Deny by default because there is a rule; names in other casings',
      documents: restricted(null, [
        { ...door({ 'X-Azure-FDID': ['0a1b'] }), tag: 'servicetag', ipAddress: 'azurefrontdoor.backend' },
      ]),
    },
    {
      title: 'Deny by default: a tag that is not said to be one, and a header that is no list',
      documents: restricted('Deny', [{ ...door({ 'x-azure-fdid': '0a1b' }), tag: null }]),
    },
    {
      title: 'publicNetworkAccess Disabled, as the site says it',
      documents: {
        ...restricted(null, [ALLOW_ALL], { publicNetworkAccess: null }),
        resource: site({ publicNetworkAccess: 'disabled' }),
      },
    },
  ],
  violation: [
    {
      title: "AzureFrontDoor.Backend without x-azure-fdid = violation: anyone's Front Door gets in",
      documents: restricted('Deny', [door(null), DENY_ALL]),
      reason: /Anyone's Front Door/,
      ...advice,
    },
    {
      title: 'AzureFrontDoor.Backend without x-azure-fdid, beside a rule that has it',
      documents: restricted('Deny', [own, door({ 'x-forwarded-host': ['shop.example'] }), DENY_ALL]),
      reason: /Anyone's Front Door/,
      ...advice,
    },
    {
      title: 'x-azure-fdid with nothing in it',
      documents: restricted('Deny', [door({ 'x-azure-fdid': [] })]),
      reason: /Anyone's Front Door/,
      ...advice,
    },
    {
      title: 'Allow by default, whatever the rules say',
      documents: restricted('Allow', [own, ALLOW_ALL]),
      reason: /past any firewall/,
      ...advice,
    },
    { title: 'no rules', documents: restricted(null, [ALLOW_ALL]), reason: /past any firewall/, ...advice },
    {
      title: 'a rule that keeps the Front Door out lets none in',
      documents: restricted('Deny', [{ ...own, action: 'Deny' }, accessRule({ priority: 200 })]),
      reason: /No rule lets a Front Door in/,
      ...advice,
    },
    {
      title: 'only a subnet: a gateway with a firewall may stand in it, or anything else',
      documents: restricted('Deny', [accessRule({ ipAddress: null, vnetSubnetResourceId: SUBNET_ID })]),
      reason: /do not show/,
      ...advice,
    },
    { title: 'no rules of a slot', id: SLOT_ID, documents: restricted(null, null), ...advice },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...restricted(null, null), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'no rules, and the endpoints not read', documents: { resource: site(), 'config/web': webConfig({}) } },
    { title: 'not read', documents: { resource: site() } },
    { title: 'no list', documents: restricted('Deny', 'none') },
    { title: 'headers that are none', documents: restricted('Deny', [door('x-azure-fdid')]) },
  ],
});
