import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { lackedBy } from '../checks/app-service/plan-features.ts';
import { planTierOf } from '../checks/app-service/plan-tier.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { hasZones, regionOf } from '../checks/governance/regions.ts';
import { planSource } from '../declare/declarations.ts';

export const rule = defineAdvice({
  id: 'plan-zone-redundant',
  title: 'Plan is zone redundant',
  why: 'A plan in one zone fails with that zone, together with all its apps.',
  risk: 'It needs at least two instances, which cost more. Some existing plans cannot be zone redundant: then the apps have to move to a new plan.',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['22888755-d824-4e43-8e0b-42d481836554'],
    PSRule: ['Azure.AppService.AvailabilityZone (AZR-000442)'],
    Checkov: ['CKV_AZURE_225'],
  },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', ({ zoneRedundant }, plan) => {
      if (zoneRedundant === true) return compliant('The plan is spread over zones.');
      const tier = planTierOf(plan);
      const region = regionOf(plan.location);
      const lacked = tier === null ? null : lackedBy(tier, 'zones');
      if (lacked) return lacked;
      if (region !== null && !hasZones(region)) return notApplicable(`The region ${region} has no availability zones.`);
      if (tier === null) return unknown('The plan came with a tier that is not known.');
      if (region === null) return unknown('The plan came without its region.');
      if ((zoneRedundant ?? false) !== false) {
        return unknown('Whether the plan is zone redundant is said in a way that Plumbline does not know.');
      }
      return violation(`The plan is in one zone of ${region} only.`);
    }),
  source: () =>
    planSource(
      { sku: { name: 'P1v3', tier: 'PremiumV3', capacity: 2 }, properties: { zoneRedundant: true } },
      { worker_count: 2, zone_balancing_enabled: true },
    ),
});
