import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/plan/plan-zone-redundant.ts';
import { PLAN_ID, plan, sku } from '../fixtures/plan.ts';
import { testRule } from '../rule-tester.ts';

const of = (name: string, tier: string, zoneRedundant: Json = false, location: Json = 'West Europe') => ({
  resource: { ...plan(sku(name, tier), { zoneRedundant }), location },
});

testRule(rule, {
  id: PLAN_ID,
  compliant: [
    { title: 'true', documents: of('P1v3', 'PremiumV3', true) },
    { title: 'true, whatever the tier and the region', documents: of('Z1', 'Zeppelin', true, null) },
  ],
  violation: [
    { title: 'false', documents: of('P1v3', 'PremiumV3'), tier: 'advice', changes: [], reason: /westeurope/ },
    { title: 'null = false', documents: of('P1v2', 'PremiumV2', null, 'uksouth'), tier: 'advice', changes: [] },
    { title: 'Premium v4 can be spread, too', documents: of('P1v4', 'PremiumV4'), tier: 'advice', changes: [] },
    { title: 'Flex Consumption', documents: of('FC1', 'FlexConsumption'), tier: 'advice', changes: [] },
    { title: 'Workflow Standard', documents: of('WS1', 'WorkflowStandard'), tier: 'advice', changes: [] },
    { title: 'EP', documents: of('EP1', 'ElasticPremium'), tier: 'advice', changes: [] },
    { title: 'Isolated v2', documents: of('I1v2', 'IsolatedV2'), tier: 'advice', changes: [] },
  ],
  notApplicable: [
    { title: 'only Premium v2/v3, EP, Isolated v2: Standard', documents: of('S1', 'Standard') },
    { title: 'only Premium v2/v3, EP, Isolated v2: Basic', documents: of('B1', 'Basic', null) },
    { title: 'only Premium v2/v3, EP, Isolated v2: consumption', documents: of('Y1', 'Dynamic') },
    { title: 'in AZ regions only', documents: of('P1v3', 'PremiumV3', false, 'West US') },
    { title: 'in AZ regions only, by the short name', documents: of('P1v3', 'PremiumV3', false, 'northcentralus') },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a tier that nobody knows', documents: of('Z1', 'Zeppelin') },
    { title: 'where it is was not said', documents: of('P1v3', 'PremiumV3', false, null) },
    { title: 'neither true nor false', documents: of('P1v3', 'PremiumV3', 'Enabled') },
  ],
});
