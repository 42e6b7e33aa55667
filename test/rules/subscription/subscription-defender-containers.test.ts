import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/subscription/subscription-defender-containers.ts';
import { pricing, SUBSCRIPTION_ID } from '../fixtures/subscription.ts';
import { testRule } from '../rule-tester.ts';

const containers = (tier: Json) => ({ 'subscription/pricings/Containers': pricing('Containers', tier) });
const posture = (tier: Json) => ({ 'subscription/pricings/CloudPosture': pricing('CloudPosture', tier) });

testRule(rule, {
  id: SUBSCRIPTION_ID,
  compliant: [
    { title: 'Standard', documents: { ...containers('Standard'), ...posture('Standard') } },
    { title: 'Standard in another casing', documents: { ...containers('standard'), ...posture('STANDARD') } },
  ],
  violation: [
    {
      title: 'both free',
      documents: { ...containers('Free'), ...posture('Free') },
      tier: 'advice',
      changes: [],
      reason: /^Defender for Containers is off\. Defender CSPM is off\.$/,
    },
    {
      title: 'one of them free',
      documents: { ...containers('Standard'), ...posture('free') },
      tier: 'advice',
      changes: [],
      reason: /^Defender CSPM is off\.$/,
    },
    {
      title: 'one of them free is enough, whether or not the other was read',
      documents: containers('Free'),
      tier: 'advice',
      changes: [],
      reason: /^Defender for Containers is off\.$/,
    },
  ],
  unknown: [
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'one of them not read', documents: containers('Standard') },
    {
      title: 'one of them not found',
      documents: { ...containers('Standard'), 'subscription/pricings/CloudPosture': null },
    },
    { title: 'a tier that nobody knows', documents: { ...containers('Deluxe'), ...posture('Standard') } },
  ],
});
