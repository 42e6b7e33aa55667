import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { hasZones, regionOf } from '../checks/governance/regions.ts';
import { environmentWith } from '../declare/declarations.ts';
import { Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-zone',
  title: 'Environment is zone redundant',
  why: 'An environment in one zone fails with that zone, together with all its apps.',
  risk: 'It is set when an environment is created, and needs a virtual network: the apps would have to move to a new environment.',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['42daa904-5969-47ef-92fb-b75df946195a'],
    PSRule: ['Azure.ContainerApp.AvailabilityZone (AZR-000414)'],
  },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', ({ zoneRedundant }, { location }) => {
      if (zoneRedundant === true) return compliant('The environment is spread over zones.');
      const region = regionOf(location);
      if (region === null) return unknown('The environment came without its region.');
      if (!hasZones(region)) return notApplicable(`The region ${region} has no availability zones.`);
      if ((zoneRedundant ?? false) !== false) {
        return unknown('Whether the environment is zone redundant is said in a way that Plumbline does not know.');
      }
      return violation(`The environment is in one zone of ${region} only.`);
    }),
  source: () =>
    environmentWith(
      {
        properties: {
          zoneRedundant: true,
          vnetConfiguration: { infrastructureSubnetId: new Expression('subnetId') },
        },
      },
      { zone_redundancy_enabled: true, infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id') },
    ),
});
