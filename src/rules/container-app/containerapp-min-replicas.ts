import { isFunctionApp } from '../../domain/resources/snapshot.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeTemplate } from '../checks/container-apps/containers.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { sectionOf } from '../checks/documents/sections.ts';
import { ingressIn } from '../checks/network/ingress.ts';
import { containerAppSource, type Setting } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

/** One replica answers while the other is moved or replaced. */
const MIN_REPLICAS = 2;

const TWO: Setting = { document: 'resource', path: '/properties/template/scale/minReplicas', to: MIN_REPLICAS };

export const rule = defineAdvice({
  id: 'containerapp-min-replicas',
  title: 'At least 2 replicas',
  why: 'With two replicas the app answers while one of them is moved, replaced or restarted.',
  risk: 'Replicas that always run cost money; a change of the template makes a new revision.',
  severity: 'low',
  profile: 'strict',
  references: { PSRule: ['Azure.ContainerApp.MinReplicas (AZR-000413)'] },
  check(snapshot) {
    // https://learn.microsoft.com/azure/container-apps/functions-scale-rule-override
    if (isFunctionApp(snapshot)) return notApplicable('Functions and workflows scale with their triggers, from zero.');
    return judgeTemplate(snapshot, (template, body) => {
      // Without a minimum the platform scales to zero.
      const scale = sectionOf(template.scale);
      const least = scale ? (scale.minReplicas ?? 0) : null;
      if (typeof least !== 'number') return unknown('The scale of the app has a form that nobody knows.');
      if (least >= MIN_REPLICAS) return compliant(`At least ${least} replicas run.`);
      if (ingressIn(body) === null && (objectsIn(scale?.rules) ?? []).length > 0) {
        return notApplicable('The app has no ingress and scales with its work: nobody calls it.');
      }
      return violation(least === 1 ? 'No more than one replica is sure to run.' : 'The app scales to zero.');
    });
  },
  source: () => containerAppSource([TWO], { template: new Block({ min_replicas: MIN_REPLICAS }) }),
});
