import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/subscription/subscription-defender-app-service.ts';
import { pricing, SUBSCRIPTION_ID } from '../fixtures/subscription.ts';
import { testRule } from '../rule-tester.ts';

const tier = (pricingTier: Json) => ({ 'subscription/pricings/AppServices': pricing('AppServices', pricingTier) });

testRule(rule, {
  id: SUBSCRIPTION_ID,
  compliant: [
    { title: '"Standard"', documents: tier('Standard') },
    { title: '"Standard" in another casing', documents: tier('standard') },
  ],
  violation: [
    {
      title: '"Free"',
      documents: tier('Free'),
      tier: 'advice',
      changes: [],
      reason: /^Defender for App Service is off\.$/,
    },
    { title: '"Free" in another casing', documents: tier('FREE'), tier: 'advice', changes: [] },
  ],
  unknown: [
    { title: 'subscription scope; sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { 'subscription/pricings/AppServices': null } },
    { title: 'no tier', documents: tier(null) },
    { title: 'a tier that nobody knows', documents: tier('Deluxe') },
    { title: 'no text', documents: tier(['Standard']) },
  ],
});
