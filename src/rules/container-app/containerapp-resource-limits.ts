import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeContainers, nameOf } from '../checks/container-apps/containers.ts';
import { sectionOf } from '../checks/documents/sections.ts';
import { containerSource } from '../declare/declarations.ts';

export const rule = defineAdvice({
  id: 'containerapp-resource-limits',
  title: 'Containers declare cpu and memory',
  why: 'The declared limits bound what a container takes from other containers, and its cost.',
  risk: 'A container with less than it needs is slow or ends; only the owner knows its size.',
  severity: 'info',
  profile: 'strict',
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot) =>
    judgeContainers(snapshot, ({ running }) => {
      if (running.some((container) => isSized(container) === null)) {
        return unknown('The resources of a container have a form that nobody knows.');
      }
      const unsized = running.filter((container) => !isSized(container));
      if (unsized.length === 0) return compliant('Every container declares cpu and memory.');
      return violation(`Containers without cpu or memory: ${unsized.map(nameOf).join(', ')}.`);
    }),
  source: () => containerSource({ resources: { cpu: 0.5, memory: '1Gi' } }, { cpu: 0.5, memory: '1Gi' }),
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
