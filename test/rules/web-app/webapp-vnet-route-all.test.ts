import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-vnet-route-all.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { keptRouting, outboundRouting, SITE_ID, SLOT_ID, SUBNET_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const routed = (outboundVnetRouting: Json, beside: JsonObject = {}) => ({
  resource: site({ virtualNetworkSubnetId: SUBNET_ID, vnetRouteAllEnabled: null, outboundVnetRouting, ...beside }),
});
const change = { document: 'resource', path: '/properties/outboundVnetRouting/applicationTraffic', to: true } as const;
const OTHERS = keptRouting({
  allTraffic: false,
  contentShareTraffic: false,
  imagePullTraffic: false,
  backupRestoreTraffic: false,
});

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true: applicationTraffic', documents: routed(outboundRouting({ applicationTraffic: true })) },
    { title: 'true: allTraffic', documents: routed(outboundRouting({ allTraffic: true })) },
    { title: 'older: properties.vnetRouteAllEnabled', documents: routed(null, { vnetRouteAllEnabled: true }) },
    {
      title: 'older: siteConfig.vnetRouteAllEnabled',
      documents: routed(null, { siteConfig: { vnetRouteAllEnabled: true } }),
    },
  ],
  violation: [
    {
      title: 'false: only that switch is changed, and all others travel along as they are',
      documents: routed(outboundRouting({ imagePullTraffic: true, managedIdentityTraffic: false })),
      tier: 'risky',
      changes: [{ ...change, from: false }],
      kept: keptRouting({
        allTraffic: false,
        contentShareTraffic: false,
        imagePullTraffic: true,
        backupRestoreTraffic: false,
        managedIdentityTraffic: false,
      }),
    },
    {
      title: 'null is off',
      documents: routed(outboundRouting({ allTraffic: null, applicationTraffic: null })),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      kept: keptRouting({ contentShareTraffic: false, imagePullTraffic: false, backupRestoreTraffic: false }),
      undo: false,
    },
    {
      title: 'older: false',
      documents: routed(null, { vnetRouteAllEnabled: false }),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'a false of today, whatever the older property was left with',
      documents: routed(outboundRouting({}), { vnetRouteAllEnabled: true }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
      kept: OTHERS,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: routed(outboundRouting({})),
      tier: 'risky',
      changes: [{ ...change, from: false }],
      kept: OTHERS,
    },
  ],
  notApplicable: [
    {
      title: 'Flex Consumption takes no notice of it: by the plan',
      documents: { ...routed(outboundRouting({})), plan: plan(sku('FC1', 'FlexConsumption')) },
    },
    {
      title: 'Flex Consumption takes no notice of it: by what the site says of the plan',
      documents: routed(outboundRouting({}), { sku: 'FlexConsumption' }),
    },
    {
      title: 'Flex Consumption takes no notice of it: by its functionAppConfig',
      documents: routed(outboundRouting({}), { functionAppConfig: { runtime: { name: 'node', version: '22' } } }),
    },
    {
      title: 'not applicable without VNet integration (the policies do not exempt it)',
      documents: { resource: site({ virtualNetworkSubnetId: null, outboundVnetRouting: outboundRouting({}) }) },
    },
    {
      title: 'not applicable with an empty subnet',
      documents: { resource: site({ virtualNetworkSubnetId: '', outboundVnetRouting: null }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'a switch that is neither on nor off', documents: routed(outboundRouting({ applicationTraffic: 'yes' })) },
    { title: 'no switches at all', documents: routed('all') },
    { title: 'a subnet that is none', documents: { resource: site({ virtualNetworkSubnetId: 7 }) } },
  ],
});
