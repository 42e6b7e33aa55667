/** What an app sends past its network, no firewall sees. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { settingsOf, siteSource } from '../sources.ts';
import { PATCH_RISK } from '../unpublished-properties.ts';
import { judgeRouting, routeThrough } from '../vnet-routing.ts';

export const rule = defineRule({
  id: 'webapp-vnet-route-all',
  version: 1,
  title: 'All outbound application traffic is routed through the VNet',
  why: 'What an app sends past its virtual network, no firewall and no security group sees.',
  fix: 'Sets `applicationTraffic` of `outboundVnetRouting` to true; its other switches stay as they are.',
  risk: `All calls of the app then go through the security groups, routes and firewall of the network, which can cut every one off. ${PATCH_RISK}`,
  differs:
    'The policies ask it of apps without VNet integration, too. Those have no network to route through, so it does not apply to them here.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'plan'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['a691eacb-474d-47e4-b287-b4813ca44222'],
    'Azure Policy (slots)': ['f5c0bfb3-acea-47b1-b477-b0edcdf6edc1'],
    MCSB: ['NS-2'],
    azqr: ['app-010', 'func-010', 'logics-010'],
  }),
  check(snapshot) {
    return judgeRouting(snapshot, ['applicationTraffic'], {
      right: 'All that the app sends goes through the virtual network.',
      wrong: () => 'Only calls to private addresses go through the virtual network.',
    });
  },
  source: (changes) =>
    siteSource(settingsOf(changes, routeThrough('applicationTraffic')), {
      site_config: new Block({ vnet_route_all_enabled: true }),
    }),
});
