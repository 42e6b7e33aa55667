/**
 * The pricing tier of an App Service plan. `sku.tier` has many spellings (`PremiumV3`, `Premium0V3`, `PremiumMV3`). Where it
 * is not known, the name of the size decides (`P1v3`, `Y1`).
 */

import { siteOf } from '../../../domain/resources/hosting.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, unreadReason, unreadResult } from '../../../domain/rules/rule.ts';

export const PLAN_TIERS = [
  'Free',
  'Shared',
  'Basic',
  'Standard',
  'Premium',
  'PremiumV2',
  'PremiumV3',
  'PremiumV4',
  'PremiumContainer',
  'Isolated',
  'IsolatedV2',
  'Dynamic',
  'ElasticPremium',
  'FlexConsumption',
  'WorkflowStandard',
] as const;
export type PlanTier = (typeof PLAN_TIERS)[number];

/** Plans that scale by themselves: consumption, and the elastic plans of function and logic apps. */
const ELASTIC: readonly PlanTier[] = ['Dynamic', 'FlexConsumption', 'ElasticPremium', 'WorkflowStandard'];

export function isElastic(tier: PlanTier): boolean {
  return ELASTIC.includes(tier);
}

/** Checks a plan by its body: its SKU is beside its properties, which may be absent. */
export function judgePlan(snapshot: Snapshot, judge: (plan: JsonObject) => CheckResult): CheckResult {
  const plan = bodyOf(snapshot, 'resource');
  return plan ? judge(plan) : unreadResult(snapshot, 'resource');
}

/** The tier in the body of a plan; null when it is not known. */
export function planTierOf(plan: JsonObject): PlanTier | null {
  const sku = isObject(plan.sku) ? plan.sku : {};
  return tierNamed(sku.tier) ?? tierOfSize(sku.name) ?? tierOfSize(sku.size);
}

/**
 * The tier of the plan that a web app runs on, or in `unknown` the reason why it is not known. Where the plan does not have
 * it, the site does: in `sku`, or in the configuration that only Flex Consumption has.
 */
export function tierOfApp(snapshot: Snapshot): { readonly tier: PlanTier } | { readonly unknown: string } {
  const plan = bodyOf(snapshot, 'plan');
  const { sku, functionAppConfig } = siteOf(snapshot) ?? {};
  const tier = (plan && planTierOf(plan)) ?? tierNamed(sku) ?? (isObject(functionAppConfig) ? 'FlexConsumption' : null);
  if (tier) return { tier };
  return {
    unknown: plan ? 'plan came with a tier that is not known' : unreadReason('plan', stateOf(snapshot, 'plan')),
  };
}

/** The tier for a spelling of `sku.tier`, without case. `PremiumMV3` and `Premium0V3` are PremiumV3. */
function tierNamed(value: Json | undefined): PlanTier | null {
  if (typeof value !== 'string') return null;
  const plain = value.trim().toLowerCase();
  const generation = /^(premium|isolated)(?:0|m)?(v\d)$/.exec(plain);
  const name = generation ? `${generation[1]}${generation[2]}` : plain;
  return PLAN_TIERS.find((tier) => tier.toLowerCase() === name) ?? null;
}

const SIZES: readonly (readonly [RegExp, PlanTier])[] = [
  [/^(f1|free)$/, 'Free'],
  [/^(d1|shared)$/, 'Shared'],
  [/^b\d$/, 'Basic'],
  [/^s\d$/, 'Standard'],
  [/^p\d$/, 'Premium'],
  [/^p\d+m?v2$/, 'PremiumV2'],
  [/^p\d+m?v3$/, 'PremiumV3'],
  [/^p\d+m?v4$/, 'PremiumV4'],
  [/^pc\d$/, 'PremiumContainer'],
  [/^i\d$/, 'Isolated'],
  [/^i\d+m?v2$/, 'IsolatedV2'],
  [/^y\d$/, 'Dynamic'],
  [/^ep\d$/, 'ElasticPremium'],
  [/^fc\d$/, 'FlexConsumption'],
  [/^ws\d$/, 'WorkflowStandard'],
];

function tierOfSize(value: Json | undefined): PlanTier | null {
  if (typeof value !== 'string') return null;
  const size = value.trim().toLowerCase();
  return SIZES.find(([pattern]) => pattern.test(size))?.[1] ?? null;
}
