import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-vnet-config-routing.ts';
import { keptRouting, outboundRouting, SITE_ID, SLOT_ID, SUBNET_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const routed = (outboundVnetRouting: Json, beside: JsonObject = {}) => ({
  resource: site({ virtualNetworkSubnetId: SUBNET_ID, outboundVnetRouting, ...beside }),
});
const on = (kind: string, from: Json) =>
  ({ document: 'resource', path: `/properties/outboundVnetRouting/${kind}`, from, to: true }) as const;
const three = { imagePullTraffic: true, contentShareTraffic: true, backupRestoreTraffic: true };

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'all true', documents: routed(outboundRouting(three)) },
    { title: 'allTraffic=true', documents: routed(outboundRouting({ allTraffic: true })) },
    {
      title: 'older: vnetImagePullEnabled, vnetContentShareEnabled, vnetBackupRestoreEnabled',
      documents: routed(null, {
        vnetImagePullEnabled: true,
        vnetContentShareEnabled: true,
        vnetBackupRestoreEnabled: true,
      }),
    },
  ],
  violation: [
    {
      title: 'none is true: the three, and application traffic stays as it is',
      documents: routed(outboundRouting({ applicationTraffic: true })),
      tier: 'risky',
      changes: [on('backupRestoreTraffic', false), on('contentShareTraffic', false), on('imagePullTraffic', false)],
      kept: keptRouting({ allTraffic: false, applicationTraffic: true }),
      reason: /image pulls, the content share, backups/,
    },
    {
      title: 'one is not true: that one alone',
      documents: routed(outboundRouting({ ...three, contentShareTraffic: false })),
      tier: 'risky',
      changes: [on('contentShareTraffic', false)],
      kept: keptRouting({
        allTraffic: false,
        applicationTraffic: false,
        imagePullTraffic: true,
        backupRestoreTraffic: true,
      }),
    },
    {
      title: 'null is off',
      documents: routed({ ...three, imagePullTraffic: null }),
      tier: 'risky',
      changes: [on('imagePullTraffic', null)],
      kept: keptRouting({ contentShareTraffic: true, backupRestoreTraffic: true }),
      undo: false,
    },
    {
      title: 'older: what is not true there',
      documents: routed(null, { vnetImagePullEnabled: true, vnetContentShareEnabled: false }),
      tier: 'risky',
      changes: [on('backupRestoreTraffic', null), on('contentShareTraffic', null)],
      undo: false,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: routed(outboundRouting({ ...three, backupRestoreTraffic: false })),
      tier: 'risky',
      changes: [on('backupRestoreTraffic', false)],
      kept: keptRouting({
        allTraffic: false,
        applicationTraffic: false,
        contentShareTraffic: true,
        imagePullTraffic: true,
      }),
    },
  ],
  notApplicable: [
    {
      title: 'Flex Consumption takes no notice of it',
      documents: routed(outboundRouting({}), { sku: 'FlexConsumption' }),
    },
    {
      title: 'n/a without VNet integration',
      documents: { resource: site({ virtualNetworkSubnetId: null, outboundVnetRouting: outboundRouting({}) }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'a switch that is neither on nor off', documents: routed(outboundRouting({ imagePullTraffic: 1 })) },
    { title: 'a switch for all that is neither', documents: routed(outboundRouting({ ...three, allTraffic: 'no' })) },
  ],
});
