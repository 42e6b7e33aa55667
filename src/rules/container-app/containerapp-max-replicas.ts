import * as z from 'zod';
import { isObject } from '../../domain/resources/json.ts';
import { isFunctionApp } from '../../domain/resources/snapshot.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeTemplate } from '../checks/container-apps/containers.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { sectionOf } from '../checks/documents/sections.ts';
import { ingressIn, isExternal } from '../checks/network/ingress.ts';
import { containerAppSource, type Setting } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

/** The default of the platform. */
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
  title: 'Scaling is bounded and has a rule',
  why: 'A maximum limits the cost of a flood of calls. A scale rule makes the app scale by the resource that it needs.',
  risk: 'An app that needs more replicas than the maximum answers slowly or not at all; only the owner knows its size.',
  severity: 'low',
  profile: 'strict',
  parameters,
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot, { bound }) =>
    judgeTemplate(snapshot, (template, body) => {
      const scale = sectionOf(template.scale);
      const most = scale ? (scale.maxReplicas ?? DEFAULT) : null;
      const rules = objectsIn(scale?.rules);
      if (typeof most !== 'number' || !rules) return unknown('The scale of the app has a form that nobody knows.');
      const ingress = ingressIn(body);
      const problems = [
        ...(most > bound ? [`It scales to ${most} replicas, more than ${bound}.`] : []),
        // Functions scale on their triggers, and Azure accepts no other rule.
        ...(isObject(ingress) && isExternal(ingress) && rules.length === 0 && !isFunctionApp(snapshot)
          ? ['Its ingress is external, and it has no scale rule.']
          : []),
      ];
      if (problems.length === 0) return compliant(`It scales to ${most} replicas.`);
      return violation(problems.join(' '));
    }),
  source: () =>
    containerAppSource([SCALING], {
      template: new Block({
        max_replicas: DEFAULT,
        http_scale_rule: new Block({ name: 'http', concurrent_requests: '50' }),
      }),
    }),
});
