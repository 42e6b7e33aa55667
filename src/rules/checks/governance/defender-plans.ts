/** Whether plans of Microsoft Defender for Cloud are on for a subscription. */

import type { Json } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, type Source, unknown, violation } from '../../../domain/rules/rule.ts';
import { type Declaration, declared } from '../../declare/printers.ts';
import { checkProperties } from '../documents/sections.ts';

/** The names of the plans in Azure, and their display names. */
const DISPLAY_NAMES = {
  AppServices: 'Defender for App Service',
  Containers: 'Defender for Containers',
  CloudPosture: 'Defender CSPM',
} as const;
type Plan = keyof typeof DISPLAY_NAMES;

/** Violated when any of the plans is off, whether or not the others could be read. */
export function judgePlans(snapshot: Snapshot, plans: readonly Plan[]): CheckResult {
  const judged = plans.map((plan) => judgePlan(snapshot, plan));
  const off = judged.filter(({ verdict }) => verdict === 'violation');
  const unclear = judged.find(({ verdict }) => verdict === 'unknown');
  if (off.length > 0) {
    return violation(off.map(({ reason }) => reason).join(' '));
  }
  return unclear ?? compliant(judged.map(({ reason }) => reason).join(' '));
}

/** The lines that switch the plans on, at the scope of a subscription. */
export function plansSource(plans: readonly Plan[]): Source {
  return declared(...plans.map(planDeclaration));
}

function judgePlan(snapshot: Snapshot, plan: Plan): CheckResult {
  return checkProperties(snapshot, `subscription/pricings/${plan}`, ({ pricingTier }) => {
    const tier = lowerCase(pricingTier);
    if (tier === 'standard') return compliant(`${DISPLAY_NAMES[plan]} is on.`);
    if (tier === 'free') return violation(`${DISPLAY_NAMES[plan]} is off.`);
    return unknown(`The pricing tier of ${DISPLAY_NAMES[plan]} is not one that Plumbline knows.`);
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
