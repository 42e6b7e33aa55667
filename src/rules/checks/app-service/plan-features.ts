/** The features that the plan of a web app has, by tier. */

import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, notApplicable, unknown } from '../../../domain/rules/rule.ts';
import type { Section } from '../documents/sections.ts';
import { PLAN_TIERS, type PlanTier, tierOfApp } from './plan-tier.ts';

const STANDARD: readonly PlanTier[] = ['Standard', 'Premium', 'PremiumV2', 'PremiumV3', 'PremiumV4'];
/** Tiers from Basic upwards that run on dedicated machines. */
const DEDICATED: readonly PlanTier[] = ['Basic', ...STANDARD, 'PremiumContainer', 'Isolated', 'IsolatedV2'];
const ELASTIC_WITH_INSTANCES: readonly PlanTier[] = ['ElasticPremium', 'WorkflowStandard'];

interface Feature {
  readonly tiers: readonly PlanTier[];
  /** The end of the sentence about a plan of another tier. */
  readonly lacks: string;
}

const FEATURES = {
  /** https://learn.microsoft.com/azure/app-service/configure-common: elastic plans have pre-warmed instances instead. */
  alwaysOn: { tiers: [...DEDICATED, 'WorkflowStandard'], lacks: 'has no Always On' },
  /** Free and Shared have a shared worker, and on consumption plans instances follow the load. */
  autoHeal: {
    tiers: without('Free', 'Shared', 'Dynamic', 'FlexConsumption'),
    lacks: 'has no workers of its own to heal',
  },
  /** https://learn.microsoft.com/azure/app-service/manage-backup */
  backups: { tiers: DEDICATED, lacks: 'has no backups' },
  cipherSuites: { tiers: without('Free', 'Shared'), lacks: 'has no choice of suites' },
  /** https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth: Basic or more. */
  clientCertificates: { tiers: [...DEDICATED, ...ELASTIC_WITH_INSTANCES], lacks: 'has no client certificates' },
  /** https://learn.microsoft.com/azure/azure-functions/functions-app-settings: there Azure refuses `ftpsState` (azure-cli#31414). */
  ftp: { tiers: without('FlexConsumption'), lacks: 'has no FTP' },
  endToEndEncryption: { tiers: STANDARD, lacks: 'has no end-to-end encryption: it has to be Standard or Premium' },
  /** https://learn.microsoft.com/azure/app-service/monitor-instances-health-check: premium or dedicated for function apps. */
  healthCheckOfFunctions: {
    tiers: [...DEDICATED, ...ELASTIC_WITH_INSTANCES],
    lacks: 'has no health check of function apps',
  },
  /** https://learn.microsoft.com/azure/app-service/overview-private-endpoint, and functions-networking-options. */
  privateEndpoints: {
    tiers: [...DEDICATED, ...ELASTIC_WITH_INSTANCES, 'FlexConsumption'],
    lacks: 'has no private endpoints',
  },
  /** https://learn.microsoft.com/azure/app-service/deploy-staging-slots, and functions-deployment-slots for function apps. */
  slots: { tiers: without('Free', 'Shared', 'Basic', 'FlexConsumption'), lacks: 'has no slots' },
  /** Instances of consumption plans have no console (https://github.com/Azure/Azure-Functions/issues/2643, of Flex Consumption). */
  ssh: { tiers: without('Dynamic', 'FlexConsumption'), lacks: 'has no console in its instances' },
  /** https://learn.microsoft.com/azure/azure-functions/functions-networking-options, and overview-vnet-integration. */
  vnetIntegration: {
    tiers: [...DEDICATED, ...ELASTIC_WITH_INSTANCES, 'FlexConsumption'],
    lacks: 'has no integration with virtual networks',
  },
  /** On Flex Consumption the switches are there and do nothing (hashicorp/terraform-provider-azurerm#29694). */
  vnetRouting: {
    tiers: [...DEDICATED, ...ELASTIC_WITH_INSTANCES],
    lacks: 'takes no notice of how outbound traffic should be routed',
  },
  /**
   * https://learn.microsoft.com/azure/reliability/reliability-app-service, reliability-functions for Flex Consumption, and
   * reliability-logic-apps for Workflow Standard.
   */
  zones: {
    tiers: ['PremiumV2', 'PremiumV3', 'PremiumV4', 'IsolatedV2', 'FlexConsumption', ...ELASTIC_WITH_INSTANCES],
    lacks: 'cannot be spread over zones',
  },
} as const satisfies Record<string, Feature>;
export type PlanFeature = keyof typeof FEATURES;

/** The judgement where plans of this tier do not have the feature; null where they have it. */
export function lackedBy(tier: PlanTier, feature: PlanFeature): CheckResult | null {
  const { tiers, lacks }: Feature = FEATURES[feature];
  return tiers.includes(tier) ? null : notApplicable(`A plan of the tier ${tier} ${lacks}.`);
}

/** The judgement of an app whose plan does not have the feature; null where it has, and where the tier is not known. */
export function lackedByPlan(snapshot: Snapshot, feature: PlanFeature): CheckResult | null {
  const plan = tierOfApp(snapshot);
  return 'tier' in plan ? lackedBy(plan.tier, feature) : null;
}

/** Checks what only some plans have: a violation is unknown while the tier of the plan is not known. */
export function judgeWithPlan(snapshot: Snapshot, feature: PlanFeature, judge: () => CheckResult): CheckResult {
  const lacked = lackedByPlan(snapshot, feature);
  if (lacked) return lacked;
  const judgement = judge();
  const plan = tierOfApp(snapshot);
  return judgement.verdict === 'violation' && 'unknown' in plan ? unknown(plan.unknown) : judgement;
}

/** A section that means something only on plans that have the feature. */
export function onPlansWith(feature: PlanFeature, section: Section): Section {
  return {
    ...section,
    documents: [...section.documents, 'plan'],
    judge: (snapshot, judge) => section.judge(snapshot, (part) => judgeWithPlan(snapshot, feature, () => judge(part))),
  };
}

function without(...tiers: readonly PlanTier[]): PlanTier[] {
  return PLAN_TIERS.filter((tier) => !tiers.includes(tier));
}
