import { rule } from '../../../src/rules/environment/environment-egress-firewall.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith, ROUTED, routeTable, SUBNET_ID, subnet, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const resource = environmentWith(vnet(SUBNET_ID));
const routes = (...listed: Parameters<typeof routeTable>) => ({
  resource,
  subnet: subnet(ROUTED),
  routeTable: routeTable(...listed),
});
const toFirewall = { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.1.0.4' };
const toInternet = { addressPrefix: '0.0.0.0/0', nextHopType: 'Internet', nextHopIpAddress: '' };
const partly = { addressPrefix: '10.0.0.0/8', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.1.0.4' };

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    {
      title: 'several appliances that share the traffic are a firewall hop, too',
      documents: routes({ addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualApplianceEcmp' }),
    },
    {
      title: 'two routes that together are all outbound traffic',
      documents: routes({ ...toFirewall, addressPrefix: '0.0.0.0/1' }, { ...toFirewall, addressPrefix: '128.0.0.0/1' }),
    },
    { title: 'present', documents: routes(partly, toFirewall) },
    {
      title: 'present: the kind of hop compares without case',
      documents: routes({ ...toFirewall, nextHopType: 'virtualAppliance' }),
    },
  ],
  violation: [
    {
      title: 'a default route for IPv6 alone',
      documents: routes({ ...toFirewall, addressPrefix: '::/0' }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'no route table on the subnet',
      documents: { resource, subnet: subnet({}) },
      tier: 'advice',
      changes: [],
      reason: /route table/,
    },
    {
      title: 'no route table on the subnet: null',
      documents: { resource, subnet: subnet({ routeTable: null }) },
      tier: 'advice',
      changes: [],
    },
    { title: 'a table without routes', documents: routes(), tier: 'advice', changes: [], reason: /0\.0\.0\.0\/0/ },
    { title: 'a default route to the internet', documents: routes(toInternet), tier: 'advice', changes: [] },
    {
      title: 'a route to an appliance for some addresses only',
      documents: routes(partly),
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    ...[{ workloadProfiles: null }, { workloadProfiles: [] }, { environmentMode: 'ConsumptionOnly' }].map((type) => ({
      title: `an environment of the older type follows no routes of its owner: ${JSON.stringify(type)}`,
      documents: { ...routes(toInternet), resource: environmentWith({ ...vnet(SUBNET_ID), ...type }) },
    })),
    { title: 'no VNet', documents: { resource: environmentWith({ vnetConfiguration: null }) } },
    { title: 'no VNet: an empty subnet id', documents: { resource: environmentWith(vnet('')) } },
    { title: 'no VNet: a null subnet id', documents: { resource: environmentWith(vnet(null)) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'subnet not readable: sweep only', documents: { resource } },
    { title: 'subnet not readable: not found', documents: { resource, subnet: null } },
    { title: 'route table not readable', documents: { resource, subnet: subnet(ROUTED) } },
    { title: 'route table not readable: not found', documents: { resource, subnet: subnet(ROUTED), routeTable: null } },
    { title: 'routes that are no list', documents: { ...routes(), routeTable: { properties: { routes: 'many' } } } },
    {
      title: 'a route without properties',
      documents: { ...routes(), routeTable: { properties: { routes: [toFirewall] } } },
    },
    { title: 'a route table that is no object', documents: { resource, subnet: subnet({ routeTable: 'routes' }) } },
    { title: 'a subnet id that is none', documents: { resource: environmentWith(vnet(17)), subnet: subnet({}) } },
    {
      title: 'a network that is no object',
      documents: { resource: environmentWith({ vnetConfiguration: 'shop-net' }), subnet: subnet({}) },
    },
  ],
});
