/** An app that runs one replica, or none until somebody calls, is away whenever that replica is. */
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { isFunctionApp } from '../../domain/snapshot.ts';
import { judgeTemplate } from '../containers.ts';
import { ingressIn } from '../ingress.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';

/** One that answers while the other is moved or replaced. */
const LEAST = 2;

const TWO: Setting = { document: 'resource', path: '/properties/template/scale/minReplicas', to: LEAST };

export const rule = defineAdvice({
  id: 'containerapp-min-replicas',
  version: 1,
  title: 'At least 2 replicas',
  why: 'With two replicas the app answers while one of them is moved, replaced or started anew.',
  risk: 'Replicas that always run always cost; a change of the template makes a new revision.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ PSRule: ['Azure.ContainerApp.MinReplicas (AZR-000413)'] }),
  check(snapshot) {
    // https://learn.microsoft.com/azure/container-apps/functions-scale-rule-override
    if (isFunctionApp(snapshot)) return notApplicable('Functions and workflows scale with their triggers, from zero.');
    return judgeTemplate(snapshot, (template, body) => {
      // Without a minimum the platform scales to zero.
      const scale = sectionOf(template.scale);
      const least = scale ? (scale.minReplicas ?? 0) : null;
      if (typeof least !== 'number') return unknown('The scale of the app has a form that nobody knows.');
      if (least >= LEAST) return compliant(`At least ${least} replicas run.`);
      if (ingressIn(body) === null && (objectsIn(scale?.rules) ?? []).length > 0) {
        return notApplicable('The app has no ingress and scales with its work: nobody calls it.');
      }
      const reason = least === 1 ? 'No more than one replica is sure to run.' : 'The app scales to zero.';
      return { verdict: 'violation', reason, changes: [] };
    });
  },
  source: () => containerAppSource([TWO], { template: new Block({ min_replicas: LEAST }) }),
});
