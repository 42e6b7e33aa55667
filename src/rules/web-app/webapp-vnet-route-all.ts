import { defineRule } from '../../domain/rules/rule.ts';
import { PATCH_RISK } from '../checks/app-service/unpublished-properties.ts';
import { judgeRouting, routeThrough } from '../checks/network/vnet-routing.ts';
import { settingsOf, siteSource } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

export const rule = defineRule({
  id: 'webapp-vnet-route-all',
  title: 'All outbound application traffic is routed through the VNet',
  why: 'Firewalls and security groups do not see traffic outside of the virtual network.',
  fix: 'Sets `applicationTraffic` of `outboundVnetRouting` to true; its other values are not changed.',
  risk: `All calls of the app then go through the security groups, routes and firewall of the network, which can block them. ${PATCH_RISK}`,
  differs:
    'The policies also check apps without VNet integration. These have no network to route through, so the rule does not apply to them here.',
  harm: '5xx',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'plan'],
  references: {
    'Azure Policy': ['a691eacb-474d-47e4-b287-b4813ca44222'],
    'Azure Policy (slots)': ['f5c0bfb3-acea-47b1-b477-b0edcdf6edc1'],
    MCSB: ['NS-2'],
    azqr: ['app-010', 'func-010', 'logics-010'],
  },
  check: (snapshot) =>
    judgeRouting(snapshot, ['applicationTraffic'], {
      right: 'All that the app sends goes through the virtual network.',
      wrong: () => 'Only calls to private addresses go through the virtual network.',
    }),
  source: (changes) =>
    siteSource(settingsOf(changes, routeThrough('applicationTraffic')), {
      site_config: new Block({ vnet_route_all_enabled: true }),
    }),
});
