import { isObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { isElastic, judgePlan, planTierOf } from '../checks/app-service/plan-tier.ts';
import { planSource } from '../declare/declarations.ts';

const MIN_INSTANCES = 2;

export const rule = defineAdvice({
  id: 'plan-instances',
  title: 'Plan runs at least 2 instances',
  why: 'With one instance, every restart and every failure of a machine is an outage of all apps of the plan.',
  risk: 'Each instance costs as much as the first. Apps that keep state on one instance get requests on the other one, too.',
  severity: 'low',
  profile: 'strict',
  references: {
    PSRule: ['Azure.AppService.PlanInstanceCount (AZR-000071)'],
    Checkov: ['CKV_AZURE_212'],
    AzTS: ['Azure_AppService_BCDR_Use_Multiple_Instances'],
  },
  check: (snapshot) =>
    judgePlan(snapshot, (plan) => {
      const tier = planTierOf(plan);
      if (tier !== null && isElastic(tier)) {
        return notApplicable(`A plan of the tier ${tier} adds and takes away instances by itself.`);
      }
      const { capacity } = isObject(plan.sku) ? plan.sku : {};
      if (typeof capacity !== 'number') return unknown('The plan came without the number of its instances.');
      if (capacity >= MIN_INSTANCES) return compliant(`The plan runs ${capacity} instances.`);
      if (tier === null) return unknown('The plan came with a tier that is not known.');
      const instances = capacity === 1 ? '1 instance' : `${capacity} instances`;
      return violation(`The plan runs ${instances}.`);
    }),
  source: () =>
    planSource({ sku: { name: 'P1v3', tier: 'PremiumV3', capacity: MIN_INSTANCES } }, { worker_count: MIN_INSTANCES }),
});
