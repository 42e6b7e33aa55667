/** An environment in one zone goes down with it, and all its apps with the environment. */
import { compliant, defineAdvice, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { hasZones, regionOf } from '../regions.ts';
import { declared, Expression } from '../source-lines.ts';
import { environmentDeclaration } from '../sources.ts';

export const rule = defineAdvice({
  id: 'environment-zone',
  version: 1,
  title: 'Environment is zone redundant',
  why: 'An environment that is not spread over zones goes down with one of them, and all its apps with it.',
  risk: 'It is decided when an environment is made, and only one in a virtual network can have it: the apps would have to move to a new environment.',
  severity: 'low',
  profile: 'strict',
  kind: 'environment',
  documents: ['resource'],
  references: referencesOf({
    'Azure Policy': ['42daa904-5969-47ef-92fb-b75df946195a'],
    PSRule: ['Azure.ContainerApp.AvailabilityZone (AZR-000414)'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', ({ zoneRedundant }, { location }) => {
      if (zoneRedundant === true) return compliant('The environment is spread over zones.');
      const region = regionOf(location);
      if (region === null) return unknown('The environment came without its region.');
      if (!hasZones(region)) return notApplicable(`The region ${region} has no availability zones.`);
      if ((zoneRedundant ?? false) !== false) {
        return unknown('Whether the environment is zone redundant is said in a way that Plumbline does not know.');
      }
      return { verdict: 'violation', reason: `The environment is in one zone of ${region} only.`, changes: [] };
    });
  },
  source: () =>
    declared({
      ...environmentDeclaration([], {
        zone_redundancy_enabled: true,
        infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id'),
      }),
      body: {
        properties: {
          zoneRedundant: true,
          vnetConfiguration: { infrastructureSubnetId: new Expression('subnetId') },
        },
      },
    }),
});
