/** A plan in one zone goes down with it, and all its apps with the plan. */
import { compliant, defineAdvice, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { lackedBy } from '../plan-features.ts';
import { planTierOf } from '../plan-tier.ts';
import { referencesOf } from '../references.ts';
import { hasZones, regionOf } from '../regions.ts';
import { declared, Expression } from '../source-lines.ts';

export const rule = defineAdvice({
  id: 'plan-zone-redundant',
  version: 1,
  title: 'Plan is zone redundant',
  why: 'A plan whose instances are all in one zone goes down with it, and all its apps with the plan.',
  risk: 'It takes at least two instances, which cost more, and not every plan that exists can be spread: its apps then have to move to a new one.',
  severity: 'low',
  profile: 'strict',
  kind: 'plan',
  documents: ['resource'],
  references: referencesOf({
    'Azure Policy': ['22888755-d824-4e43-8e0b-42d481836554'],
    PSRule: ['Azure.AppService.AvailabilityZone (AZR-000442)'],
    Checkov: ['CKV_AZURE_225'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', ({ zoneRedundant }, plan) => {
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
      return { verdict: 'violation', reason: `The plan is in one zone of ${region} only.`, changes: [] };
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.Web/serverfarms@2025-03-01',
      name: 'plan',
      body: {
        name: 'plan',
        location: new Expression('location'),
        sku: { name: 'P1v3', tier: 'PremiumV3', capacity: 2 },
        properties: { zoneRedundant: true },
      },
      azurerm: { resource: 'azurerm_service_plan', body: { worker_count: 2, zone_balancing_enabled: true } },
    }),
});
