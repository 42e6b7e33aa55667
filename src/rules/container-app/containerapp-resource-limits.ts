/** A container that does not say what it needs gets what the platform chooses. */
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeContainers, nameOf } from '../containers.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';

const SIZED: Setting = {
  document: 'resource',
  path: '/properties/template/containers',
  to: [{ name: 'app', resources: { cpu: 0.5, memory: '1Gi' } }],
};

export const rule = defineAdvice({
  id: 'containerapp-resource-limits',
  version: 1,
  title: 'Containers declare cpu and memory',
  why: 'What a container declares bounds what it can take from its neighbours, and what it costs.',
  risk: 'A container that is given less than it needs is slow or ends; only its owner knows its size.',
  severity: 'info',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot) {
    return judgeContainers(snapshot, ({ running }) => {
      if (running.some((container) => isSized(container) === null)) {
        return unknown('The resources of a container have a form that nobody knows.');
      }
      const wanting = running.filter((container) => !isSized(container));
      if (wanting.length === 0) return compliant('Every container declares cpu and memory.');
      return {
        verdict: 'violation',
        reason: `Containers without cpu or memory: ${wanting.map(nameOf).join(', ')}.`,
        changes: [],
      };
    });
  },
  source: () =>
    containerAppSource([SIZED], {
      template: new Block({ container: new Block({ name: 'app', cpu: 0.5, memory: '1Gi' }) }),
    }),
});

/** Whether it declares both; null where that is not understood. */
function isSized({ resources }: JsonObject): boolean | null {
  const declared = sectionOf(resources);
  if (!declared) return null;
  const cpu = declared.cpu ?? 0;
  const memory = declared.memory ?? '';
  if (typeof cpu !== 'number' || typeof memory !== 'string') return null;
  return cpu > 0 && memory !== '';
}
