import * as z from 'zod';
import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeList } from '../checks/documents/resource-lists.ts';
import { regionOf } from '../checks/governance/regions.ts';
import { tagIn, tagName } from '../checks/governance/tags.ts';
import { declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'subscription-regions',
  title: 'Apps tagged as critical run in more than one region behind a global front end',
  why: 'A whole region can fail. A critical application runs in a second region, behind a global front end. The list of apps does not show whether there is a front end, so that is not checked.',
  risk: 'A second region needs its own design: its data, its costs, and the routing to the region that works.',
  severity: 'info',
  profile: 'strict',
  documents: ['subscription/apps'],
  parameters: z.object({
    applicationTag: tagName
      .nullable()
      .default(null)
      .describe('The tag whose value says which application an app is part of; null turns the check off.'),
    criticalTag: tagName
      .nullable()
      .default(null)
      .describe(
        'The tag that says how critical an app is; null takes every app that has the application tag for critical.',
      ),
    criticalValue: z
      .string()
      .trim()
      .min(1)
      .max(256)
      .default('critical')
      .describe('What the critical tag says of a critical app; values compare without case.'),
  }),
  references: {
    guide: [
      'Secure your Azure Container Apps deployment',
      'Secure your Azure App Service deployment',
      'Azure App Service Security & Best Practices',
    ],
  },
  requiredDocuments: ({ applicationTag }) => (applicationTag === null ? [] : ['subscription/apps']),
  check(snapshot, { applicationTag, criticalTag, criticalValue }) {
    if (applicationTag === null) return notApplicable('No tag is configured that says which application an app is of.');
    return judgeList(snapshot, 'subscription/apps', (apps) => {
      const isCritical = ({ tags }: JsonObject) =>
        criticalTag === null || tagIn(tags, criticalTag)?.toLowerCase() === criticalValue.toLowerCase();
      const placed = placesByApplication(apps.filter(isCritical), applicationTag);
      if (placed.length === 0) return notApplicable('No app is tagged as part of a critical application.');
      const single = placed.filter(({ regions }) => regions.size < 2);
      const inOne = single.filter(({ unplaced }) => !unplaced).map(({ name, regions }) => `${name} (${[...regions]})`);
      if (inOne.length > 0) {
        return violation(`In one region only: ${inOne.join(', ')}.`);
      }
      return single[0]
        ? unknown(`Apps of the application ${single[0].name} came without their region.`)
        : compliant('Every critical application runs in more than one region.');
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.Cdn/profiles@2025-12-01',
      name: 'frontDoor',
      body: { name: 'front-door', location: 'global', sku: { name: 'Premium_AzureFrontDoor' } },
      azurerm: {
        resource: 'azurerm_cdn_frontdoor_profile',
        body: {
          name: 'front-door',
          resource_group_name: new Expression('var.resource_group_name'),
          sku_name: 'Premium_AzureFrontDoor',
        },
      },
    }),
});

interface Application {
  readonly name: string;
  readonly regions: Set<string>;
  /** Whether some of its apps have no region. */
  unplaced: boolean;
}

/** The applications by the value of their tag, without case, each with the regions of its apps. */
function placesByApplication(apps: readonly JsonObject[], applicationTag: string): Application[] {
  const applications = new Map<string, Application>();
  for (const { tags, location } of apps) {
    const name = tagIn(tags, applicationTag);
    if (name === null) continue;
    const found = applications.get(name.toLowerCase()) ?? { name, regions: new Set<string>(), unplaced: false };
    const region = regionOf(location);
    if (region === null) found.unplaced = true;
    else found.regions.add(region);
    applications.set(name.toLowerCase(), found);
  }
  return [...applications.values()];
}
