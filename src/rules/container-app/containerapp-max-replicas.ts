/** Scaling without a bound turns a flood of calls into a bill; without a rule nobody has said what the app scales on. */
import * as z from 'zod';
import { isObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { isFunctionApp } from '../../domain/snapshot.ts';
import { judgeTemplate } from '../containers.ts';
import { ingressIn, isExternal } from '../ingress.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';

/** What the platform takes when the template says nothing. */
const DEFAULT = 10;

const SCALING: Setting = {
  document: 'resource',
  path: '/properties/template/scale',
  to: { maxReplicas: DEFAULT, rules: [{ name: 'http', http: { metadata: { concurrentRequests: '50' } } }] },
};

const parameters = z.object({
  bound: z
    .int()
    .min(1)
    .max(1000)
    .default(30)
    .describe("The most replicas that an app may scale to: three times the platform's default; Azure allows 1000."),
});

export const rule = defineAdvice({
  id: 'containerapp-max-replicas',
  version: 1,
  title: 'Scaling is bounded and has a rule',
  why: 'A bound keeps a flood of calls from becoming a bill, and a rule of its own makes the app scale on what it is short of.',
  risk: 'An app that needs more replicas than its bound answers slowly or not at all; only its owner knows its size.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  parameters,
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot, { bound }) {
    return judgeTemplate(snapshot, (template, body) => {
      const scale = sectionOf(template.scale);
      const most = scale ? (scale.maxReplicas ?? DEFAULT) : null;
      const rules = objectsIn(scale?.rules);
      if (typeof most !== 'number' || !rules) return unknown('The scale of the app has a form that nobody knows.');
      const ingress = ingressIn(body);
      const wanting = [
        ...(most > bound ? [`It scales to ${most} replicas, more than ${bound}.`] : []),
        // Functions scale on their triggers, and Azure takes no rule of somebody else.
        ...(isObject(ingress) && isExternal(ingress) && rules.length === 0 && !isFunctionApp(snapshot)
          ? ['Its ingress is external, and it has no scale rule.']
          : []),
      ];
      if (wanting.length === 0) return compliant(`It scales to ${most} replicas.`);
      return { verdict: 'violation', reason: wanting.join(' '), changes: [] };
    });
  },
  source: () =>
    containerAppSource([SCALING], {
      template: new Block({
        max_replicas: DEFAULT,
        http_scale_rule: new Block({ name: 'http', concurrent_requests: '50' }),
      }),
    }),
});
