import * as z from 'zod';
import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, violation } from '../../domain/rules/rule.ts';
import { judgeList, propertiesOf } from '../checks/documents/resource-lists.ts';
import { tagIn, tagName } from '../checks/governance/tags.ts';
import { environmentWith } from '../declare/declarations.ts';

const PRODUCTION = { name: 'production', tags: { environment: 'production' } };

export const rule = defineAdvice({
  id: 'environment-mixed-stages',
  title: 'Production and other stages do not share an environment',
  why: 'Apps of one environment share its network, its Dapr components and its logs, so a test app can affect production.',
  risk: 'An app cannot move: it has to be created again in another environment, with another DNS name.',
  severity: 'medium',
  documents: ['environment/apps'],
  parameters: z.object({
    stageTag: tagName
      .default('environment')
      .describe('The tag of an app whose value is its stage; names of tags compare without case.'),
  }),
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot, { stageTag }) =>
    judgeList(snapshot, 'environment/apps', (apps) => {
      const here = apps.filter((app) => runsIn(app, snapshot.resource.key));
      const stages = new Map(
        here.flatMap(({ tags }) => tagIn(tags, stageTag) ?? []).map((stage) => [stage.toLowerCase(), stage]),
      );
      const names = [...stages.values()].sort();
      if (names.length === 0) return notApplicable(`No app of the environment carries the tag '${stageTag}'.`);
      if (names.length === 1) return compliant(`All apps that carry the tag '${stageTag}' are of one stage.`);
      return violation(`Apps of ${names.length} stages share the environment: ${names.join(', ')}.`);
    }),
  source: () => environmentWith(PRODUCTION, PRODUCTION),
});

/**
 * Whether an app is in this environment. A list of the subscription names the environment of each app; where it is not named,
 * the list is that of the environment.
 */
function runsIn(app: JsonObject, environment: string): boolean {
  const { environmentId, managedEnvironmentId } = propertiesOf(app);
  const named = environmentId ?? managedEnvironmentId ?? null;
  return named === null || (typeof named === 'string' && named.toLowerCase() === environment);
}
