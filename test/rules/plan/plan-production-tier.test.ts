import { rule } from '../../../src/rules/plan/plan-production-tier.ts';
import { PLAN_ID, plan, sku } from '../fixtures/plan.ts';
import { testRule } from '../rule-tester.ts';

const of = (name: string, tier: string) => ({ resource: plan(sku(name, tier)) });

testRule(rule, {
  id: PLAN_ID,
  compliant: [
    { title: 'not Free/Shared/Basic: Standard', documents: of('S1', 'Standard') },
    { title: 'not Free/Shared/Basic: the smallest Premium', documents: of('P0v3', 'Premium0V3') },
    { title: 'not Free/Shared/Basic: Isolated', documents: of('I1v2', 'IsolatedV2') },
    { title: 'the name of the size tells, too', documents: { resource: plan({ name: 'P1v3', tier: null }) } },
  ],
  violation: [
    { title: 'Free (F1)', documents: of('F1', 'Free'), tier: 'advice', changes: [], reason: /Free/ },
    { title: 'Shared (D1)', documents: of('D1', 'Shared'), tier: 'advice', changes: [] },
    { title: 'Basic (B1-B3)', documents: of('B3', 'Basic'), tier: 'advice', changes: [], reason: /Basic/ },
    {
      title: 'Basic (B1-B3), by the name alone',
      documents: { resource: { sku: { name: 'B2' } } },
      tier: 'advice',
      changes: [],
    },
    { title: 'Basic in another casing', documents: of('b1', 'BASIC'), tier: 'advice', changes: [] },
  ],
  notApplicable: [
    { title: 'elastic/consumption skipped: Y1', documents: of('Y1', 'Dynamic') },
    { title: 'elastic/consumption skipped: EP1', documents: of('EP1', 'ElasticPremium') },
    { title: 'elastic/consumption skipped: FC1', documents: of('FC1', 'FlexConsumption') },
    { title: 'elastic/consumption skipped: WS1', documents: of('WS1', 'WorkflowStandard') },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no sku', documents: { resource: { ...plan({}), sku: null } } },
    { title: 'a tier that is no text', documents: { resource: plan({ name: 7, tier: ['Basic'] }) } },
    { title: 'a tier that nobody knows', documents: of('Z1', 'Zeppelin') },
  ],
});
