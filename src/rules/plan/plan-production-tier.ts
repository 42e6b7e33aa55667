import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { isElastic, judgePlan, planTierOf } from '../checks/app-service/plan-tier.ts';
import { planSource } from '../declare/declarations.ts';

export const rule = defineAdvice({
  id: 'plan-production-tier',
  title: 'Plan tier is fit for production',
  why: 'Free, Shared and Basic plans are for tests: they have no deployment slots and no autoscale. Free and Shared plans use machines together with apps of other customers.',
  risk: 'A larger tier costs more, and the apps of the plan restart when it changes.',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['546fe8d2-368d-4029-a418-6af48a7f61e5'],
    PSRule: ['Azure.AppService.MinPlan (AZR-000072)'],
    Checkov: ['CKV_AZURE_211'],
  },
  check: (snapshot) =>
    judgePlan(snapshot, (plan) => {
      const tier = planTierOf(plan);
      if (tier === null) return unknown('The plan came with a tier that is not known.');
      if (isElastic(tier)) return notApplicable(`A plan of the tier ${tier} is made for function and logic apps.`);
      if (tier !== 'Free' && tier !== 'Shared' && tier !== 'Basic')
        return compliant(`The plan is of the tier ${tier}.`);
      return violation(`The plan is of the tier ${tier}.`);
    }),
  source: () => planSource({ sku: { name: 'P1v3', tier: 'PremiumV3' } }, { sku_name: 'P1v3' }),
});
