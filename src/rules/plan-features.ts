/** What the plan of a web app can do, by its tier. */
import { type Judgement, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { PLAN_TIERS, type PlanTier, tierOfApp } from './plan-tier.ts';

const STANDARD: readonly PlanTier[] = ['Standard', 'Premium', 'PremiumV2', 'PremiumV3', 'PremiumV4'];
/** Basic and everything above it that runs on machines of its own. */
const DEDICATED: readonly PlanTier[] = ['Basic', ...STANDARD, 'PremiumContainer', 'Isolated', 'IsolatedV2'];
const ELASTIC_WITH_INSTANCES: readonly PlanTier[] = ['ElasticPremium', 'WorkflowStandard'];

interface Feature {
  readonly tiers: readonly PlanTier[];
  /** How the sentence about a plan of another tier ends. */
  readonly lacks: string;
}

const FEATURES = {
  /** https://learn.microsoft.com/azure/app-service/configure-common: elastic plans keep instances ready in their own way. */
  alwaysOn: { tiers: [...DEDICATED, 'WorkflowStandard'], lacks: 'has no Always On' },
  /** Free and Shared have one worker that others share, and on consumption plans instances come and go with the load. */
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
  /** Instances of consumption plans let nobody in (https://github.com/Azure/Azure-Functions/issues/2643, of Flex Consumption). */
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

/** The judgement about what plans of this tier do not have; null where they have it. */
export function lackedBy(tier: PlanTier, feature: PlanFeature): Judgement | null {
  const { tiers, lacks }: Feature = FEATURES[feature];
  return tiers.includes(tier) ? null : notApplicable(`A plan of the tier ${tier} ${lacks}.`);
}

/** The judgement of an app whose plan is known not to have this; null for others. */
export function lackedByPlan(snapshot: Snapshot, feature: PlanFeature): Judgement | null {
  const plan = tierOfApp(snapshot);
  return 'tier' in plan ? lackedBy(plan.tier, feature) : null;
}

/** Judges what an app can have on some plans only: nothing is wrong as long as its plan is not known. */
export function judgeWithPlan(snapshot: Snapshot, feature: PlanFeature, judge: () => Judgement): Judgement {
  const lacked = lackedByPlan(snapshot, feature);
  if (lacked) return lacked;
  const judgement = judge();
  const plan = tierOfApp(snapshot);
  return judgement.verdict === 'violation' && 'unknown' in plan ? unknown(plan.unknown) : judgement;
}

function without(...tiers: readonly PlanTier[]): PlanTier[] {
  return PLAN_TIERS.filter((tier) => !tiers.includes(tier));
}
