import { rule } from '../../../src/rules/plan/plan-instances.ts';
import { PLAN_ID, plan, sku } from '../fixtures/plan.ts';
import { testRule } from '../rule-tester.ts';

const of = (name: string, tier: string, capacity: number) => ({ resource: plan(sku(name, tier, capacity)) });

testRule(rule, {
  id: PLAN_ID,
  compliant: [
    { title: '>= 2', documents: of('P1v3', 'PremiumV3', 2) },
    { title: '>= 2: three', documents: of('S1', 'Standard', 3) },
    { title: '>= 2, whatever the tier', documents: of('Z1', 'Zeppelin', 2) },
  ],
  violation: [
    {
      title: 'one instance',
      documents: of('P1v3', 'PremiumV3', 1),
      tier: 'advice',
      changes: [],
      reason: /1 instance\./,
    },
    {
      title: 'a free plan has none of its own',
      documents: of('F1', 'Free', 0),
      tier: 'advice',
      changes: [],
      reason: /0/,
    },
  ],
  notApplicable: [
    { title: 'Y1/EP/FC skipped, by the name alone', documents: { resource: { sku: { name: 'y1', capacity: 0 } } } },
    { title: 'Y1/EP/FC skipped: Y1', documents: of('Y1', 'Dynamic', 0) },
    { title: 'Y1/EP/FC skipped: EP1', documents: of('EP1', 'ElasticPremium', 1) },
    { title: 'Y1/EP/FC skipped: FC1', documents: of('FC1', 'FlexConsumption', 0) },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no number', documents: { resource: plan({ name: 'P1v3', tier: 'PremiumV3', capacity: null }) } },
    { title: 'no sku', documents: { resource: { ...plan({}), sku: null } } },
    { title: 'one instance in a tier that nobody knows', documents: of('Z1', 'Zeppelin', 1) },
  ],
});
