/** An environment is the boundary between apps: whatever runs in it shares network, secrets of Dapr and logs. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, notApplicable } from '../../domain/rule.ts';
import { judgeList, propertiesOf } from '../listed.ts';
import { referencesOf } from '../references.ts';
import { declared } from '../source-lines.ts';
import { environmentDeclaration } from '../sources.ts';
import { tagIn, tagName } from '../tags.ts';

export const rule = defineAdvice({
  id: 'environment-mixed-stages',
  version: 1,
  title: 'Production and other stages do not share an environment',
  why: 'Apps of one environment share its network, its Dapr components and its logs, so what is tried out in a test app can reach production.',
  risk: 'An app cannot move: it has to be made anew in another environment, under another name in the DNS.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'environment',
  documents: ['environment/apps'],
  parameters: z.object({
    stageTag: tagName
      .default('environment')
      .describe('The tag of an app whose value is its stage; names of tags compare without case.'),
  }),
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot, { stageTag }) {
    return judgeList(snapshot, 'environment/apps', (apps) => {
      const here = apps.filter((app) => runsIn(app, snapshot.resource.key));
      const stages = new Map(
        here.flatMap(({ tags }) => tagIn(tags, stageTag) ?? []).map((stage) => [stage.toLowerCase(), stage]),
      );
      const names = [...stages.values()].sort();
      if (names.length === 0) return notApplicable(`No app of the environment carries the tag '${stageTag}'.`);
      if (names.length === 1) return compliant(`All apps that carry the tag '${stageTag}' are of one stage.`);
      const reason = `Apps of ${names.length} stages share the environment: ${names.join(', ')}.`;
      return { verdict: 'violation', reason, changes: [] };
    });
  },
  source: () =>
    declared({
      ...environmentDeclaration([], { name: 'production', tags: { environment: 'production' } }),
      body: { name: 'production', tags: { environment: 'production' } },
    }),
});

/** Whether an app is of this environment; the list is of the whole subscription, and what names none was listed by it. */
function runsIn(app: JsonObject, environment: string): boolean {
  const { environmentId, managedEnvironmentId } = propertiesOf(app);
  const named = environmentId ?? managedEnvironmentId ?? null;
  return named === null || (typeof named === 'string' && named.toLowerCase() === environment);
}
