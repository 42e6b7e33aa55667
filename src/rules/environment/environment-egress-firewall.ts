import { isObject, type Json } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { propertiesOf } from '../checks/documents/resource-lists.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { areEveryone } from '../checks/network/address-ranges.ts';
import { isConsumptionOnly, judgeSubnet } from '../checks/network/environment-network.ts';
import { Block, declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-egress-firewall',
  title: 'Outbound traffic passes a firewall',
  why: 'An app with access to the whole internet can be misused to send data anywhere. A firewall allows only named destinations, and logs the traffic.',
  risk: 'A default route to a firewall blocks every destination that the firewall does not allow, including those that the platform needs.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'subnet', 'routeTable'],
  references: { MCSB: ['NS-3'] },
  check: (snapshot) =>
    judgeSubnet(snapshot, (subnet, environment) => {
      if (isConsumptionOnly(environment)) {
        return notApplicable('An environment without workload profiles does not follow routes of its owner.');
      }
      const table = subnet.routeTable ?? null;
      if (table === null) return violation('The infrastructure subnet has no route table.');
      if (!isObject(table)) return unknown('The subnet names its route table in a way that Plumbline does not know.');
      return checkProperties(snapshot, 'routeTable', ({ routes }) => {
        const listed = objectsIn(routes);
        if (!listed) return unknown('routeTable came without a list of routes');
        const toFirewall = listed.map(propertiesOf).filter(({ nextHopType }) => isAppliance(nextHopType));
        if (holdsAll(toFirewall.map(({ addressPrefix }) => lowerCase(addressPrefix)))) {
          return compliant('Routes lead all outbound traffic to an appliance.');
        }
        return listed.some(({ properties }) => !isObject(properties))
          ? unknown('A route says nothing of where it leads.')
          : violation('No route leads all outbound traffic (0.0.0.0/0) to a virtual appliance.');
      });
    }),
  source: () =>
    declared(
      {
        type: 'Microsoft.Network/routeTables@2025-09-01',
        name: 'apps',
        body: {
          name: 'apps',
          location: new Expression('location'),
          properties: {
            routes: [
              {
                name: 'internet',
                properties: {
                  addressPrefix: '0.0.0.0/0',
                  nextHopType: 'VirtualAppliance',
                  nextHopIpAddress: new Expression('firewallIp'),
                },
              },
            ],
          },
        },
        azurerm: {
          resource: 'azurerm_route_table',
          body: {
            name: 'apps',
            location: new Expression('var.location'),
            resource_group_name: new Expression('var.resource_group_name'),
            route: new Block({
              name: 'internet',
              address_prefix: '0.0.0.0/0',
              next_hop_type: 'VirtualAppliance',
              next_hop_in_ip_address: new Expression('var.firewall_ip'),
            }),
          },
        },
      },
      {
        type: 'Microsoft.Network/virtualNetworks/subnets@2025-09-01',
        name: 'subnet',
        body: {
          parent: new Expression('network'),
          name: 'apps',
          properties: { routeTable: { id: new Expression('apps.id') } },
        },
        azurerm: {
          resource: 'azurerm_subnet_route_table_association',
          body: {
            subnet_id: new Expression('azurerm_subnet.apps.id'),
            route_table_id: new Expression('azurerm_route_table.apps.id'),
          },
        },
      },
    ),
});

/** Whether the prefixes together are all of IPv4, which outbound calls use. */
function holdsAll(prefixes: readonly string[]): boolean {
  return areEveryone(prefixes.filter((prefix) => !prefix.includes(':')));
}

/** One appliance, or several that share the traffic (`VirtualApplianceEcmp` of Microsoft.Network 2026-03-01). */
function isAppliance(nextHop: Json | undefined): boolean {
  return ['virtualappliance', 'virtualapplianceecmp'].includes(lowerCase(nextHop));
}
