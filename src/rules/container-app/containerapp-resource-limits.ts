/** A container that does not say what it needs gets what the platform chooses. */
import * as z from 'zod';
import { valueAt } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineRule } from '../../domain/rule.ts';
import { judgeContainers, nameOf } from '../containers.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';

const SIZED: Setting = {
  document: 'resource',
  path: '/properties/template/containers',
  to: [{ name: 'app', resources: { cpu: 0.5, memory: '1Gi' } }],
};

export const rule = defineRule({
  id: 'containerapp-resource-limits',
  version: 1,
  title: 'Containers declare cpu and memory',
  why: 'What a container declares bounds what it can take from its neighbours, and what it costs.',
  fix: null,
  risk: 'A container that is given less than it needs is slow or ends; only its owner knows its size.',
  severity: 'info',
  tier: 'advice',
  profile: 'strict',
  kind: 'container-app',
  reversible: false,
  documents: ['resource'],
  writes: [],
  parameters: z.object({}),
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot) {
    return judgeContainers(snapshot, ({ running }) => {
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

function isSized(container: JsonObject): boolean {
  const cpu = valueAt(container, '/resources/cpu');
  const memory = valueAt(container, '/resources/memory');
  return typeof cpu === 'number' && cpu > 0 && typeof memory === 'string' && memory !== '';
}
