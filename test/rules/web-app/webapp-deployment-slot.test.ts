import { rule } from '../../../src/rules/web-app/webapp-deployment-slot.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { slots } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

const withSlots = (count: number, name: string, tier: string) => ({
  resource: site(),
  slots: slots(count),
  plan: plan(sku(name, tier)),
});

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'at least one slot', documents: withSlots(1, 'S1', 'Standard') },
    { title: 'at least one slot: two', documents: withSlots(2, 'P1v3', 'PremiumV3') },
    { title: 'at least one slot, whatever the plan', documents: { resource: site(), slots: slots(1) } },
  ],
  violation: [
    { title: 'no slot', documents: withSlots(0, 'P1v3', 'PremiumV3'), tier: 'advice', changes: [] },
    {
      title: 'no slot in the smallest plan that has them',
      documents: withSlots(0, 'S1', 'Standard'),
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'Free, Shared and Basic tiers have none: Free', documents: withSlots(0, 'F1', 'Free') },
    { title: 'Free, Shared and Basic tiers have none: Shared', documents: withSlots(0, 'D1', 'Shared') },
    { title: 'Free, Shared and Basic tiers have none: Basic', documents: withSlots(0, 'B2', 'Basic') },
    {
      title: 'Free, Shared and Basic tiers have none: the slots need not be read for that',
      documents: { resource: site(), plan: plan({ name: 'B1', tier: null }) },
    },
    { title: 'flexible consumption has none, either', documents: withSlots(0, 'FC1', 'FlexConsumption') },
    { title: 'a slot has none of its own', id: SLOT_ID, documents: { resource: site() } },
    {
      title: 'hosted on Container Apps',
      documents: { resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }), slots: slots(0) },
    },
  ],
  unknown: [
    { title: 'sweep only: not read on an event', documents: { resource: site(), plan: plan(sku('S1', 'Standard')) } },
    { title: 'not found', documents: { ...withSlots(0, 'S1', 'Standard'), slots: null } },
    { title: 'no slot, and the plan was not read', documents: { resource: site(), slots: slots(0) } },
    { title: 'no slot, in a tier that nobody knows', documents: withSlots(0, 'Z1', 'Zeppelin') },
  ],
});
