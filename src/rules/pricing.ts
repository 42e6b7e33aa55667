/** Whether plans of Microsoft Defender for Cloud are bought for a subscription. */
import type { Json } from '../domain/json.ts';
import { compliant, type Judgement, judgeProperties, type Source, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { type Declaration, declared } from './source-lines.ts';

/** The plans by the names that Azure gives them, and what people call them. */
const CALLED = {
  AppServices: 'Defender for App Service',
  Containers: 'Defender for Containers',
  CloudPosture: 'Defender CSPM',
} as const;
type Plan = keyof typeof CALLED;

/** Violated when any of the plans is off, whether or not the others could be read. */
export function judgePlans(snapshot: Snapshot, plans: readonly Plan[]): Judgement {
  const judged = plans.map((plan) => judgePlan(snapshot, plan));
  const off = judged.filter(({ verdict }) => verdict === 'violation');
  const unclear = judged.find(({ verdict }) => verdict === 'unknown');
  if (off.length > 0) {
    return { verdict: 'violation', reason: off.map(({ reason }) => reason).join(' '), changes: [] };
  }
  return unclear ?? compliant(judged.map(({ reason }) => reason).join(' '));
}

/** The lines that buy the plans, at the scope of a subscription. */
export function plansSource(plans: readonly Plan[]): Source {
  return declared(...plans.map(planDeclaration));
}

function judgePlan(snapshot: Snapshot, plan: Plan): Judgement {
  return judgeProperties(snapshot, `subscription/pricings/${plan}`, ({ pricingTier }) => {
    const tier = lowerCase(pricingTier);
    if (tier === 'standard') return compliant(`${CALLED[plan]} is on.`);
    if (tier === 'free') return { verdict: 'violation', reason: `${CALLED[plan]} is off.`, changes: [] };
    return unknown(`The pricing tier of ${CALLED[plan]} is not one that Plumbline knows.`);
  });
}

function planDeclaration(plan: Plan): Declaration {
  const name = plan.charAt(0).toLowerCase() + plan.slice(1);
  return {
    type: 'Microsoft.Security/pricings@2026-07-01',
    name,
    body: { name: plan, properties: { pricingTier: 'Standard' } },
    azurerm: {
      resource: 'azurerm_security_center_subscription_pricing',
      body: { resource_type: plan, tier: 'Standard' },
    },
  };
}

function lowerCase(value: Json | undefined): string | null {
  return typeof value === 'string' ? value.toLowerCase() : null;
}
