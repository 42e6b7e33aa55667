/** A region can fail as a whole; an application that must not has to run in another one, too. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeList } from '../listed.ts';
import { referencesOf } from '../references.ts';
import { regionOf } from '../regions.ts';
import { declared, Expression } from '../source-lines.ts';
import { tagIn, tagName } from '../tags.ts';

export const rule = defineAdvice({
  id: 'subscription-regions',
  version: 1,
  title: 'Apps tagged as critical run in more than one region behind a global front end',
  why: 'A region can fail as a whole. An application that must not fail with it runs in a second one, behind a front end that is in none. Whether there is such a front end is not in the list of apps and is not judged.',
  risk: 'A second region is a design of its own: its data, its costs, and how traffic finds the one that is up.',
  severity: 'info',
  profile: 'strict',
  kind: 'subscription',
  documents: ['subscription/apps'],
  parameters: z.object({
    applicationTag: tagName
      .nullable()
      .default(null)
      .describe('The tag whose value says which application an app is part of; null asks nothing.'),
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
  references: referencesOf({
    guide: [
      'Secure your Azure Container Apps deployment',
      'Secure your Azure App Service deployment',
      'Azure App Service Security & Best Practices',
    ],
  }),
  needs: ({ applicationTag }) => (applicationTag === null ? [] : ['subscription/apps']),
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
        return { verdict: 'violation', reason: `In one region only: ${inOne.join(', ')}.`, changes: [] };
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
  /** Whether some of its apps did not say where they are. */
  unplaced: boolean;
}

/** The applications by the value of their tag, without case, each with where its apps are. */
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
