/** What leaves an environment past a firewall leaves unseen: data, and calls of whoever broke in. */
import { isObject, type Json } from '../../domain/json.ts';
import { compliant, defineAdvice, type Judgement, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { areEveryone } from '../address-ranges.ts';
import { isConsumptionOnly } from '../environment-network.ts';
import { propertiesOf } from '../listed.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';
import { judgeSubnet } from '../subnet.ts';
import { lowerCase } from '../text.ts';

export const rule = defineAdvice({
  id: 'environment-egress-firewall',
  version: 1,
  title: 'Outbound traffic passes a firewall',
  why: 'Apps that reach the whole internet can be made to send data anywhere; a firewall on the way lets through what is named, and keeps a log.',
  risk: 'A default route to a firewall cuts off every destination that the firewall does not let through, those that the platform needs among them.',
  severity: 'low',
  profile: 'strict',
  kind: 'environment',
  documents: ['resource', 'subnet', 'routeTable'],
  references: referencesOf({ MCSB: ['NS-3'] }),
  check(snapshot) {
    return judgeSubnet(snapshot, (subnet, environment) => {
      if (isConsumptionOnly(environment)) {
        return notApplicable('An environment without workload profiles does not follow routes of its owner.');
      }
      const table = subnet.routeTable ?? null;
      if (table === null) return violation('The infrastructure subnet has no route table.');
      if (!isObject(table)) return unknown('The subnet names its route table in a way that Plumbline does not know.');
      return judgeProperties(snapshot, 'routeTable', ({ routes }) => {
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
    });
  },
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

/** Whether the prefixes together are all of IPv4, which is what apps call out with. */
function holdsAll(prefixes: readonly string[]): boolean {
  return areEveryone(prefixes.filter((prefix) => !prefix.includes(':')));
}

/** One appliance, or several that share the traffic (`VirtualApplianceEcmp` of Microsoft.Network 2026-03-01). */
function isAppliance(nextHop: Json | undefined): boolean {
  return ['virtualappliance', 'virtualapplianceecmp'].includes(lowerCase(nextHop));
}

function violation(reason: string): Judgement {
  return { verdict: 'violation', reason, changes: [] };
}
