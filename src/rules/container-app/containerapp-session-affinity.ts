/** Sticky sessions tie visitors to one replica: it cannot be taken away without losing what they had there. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { ingressChange, judgeHttpIngress } from '../ingress.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { ingressSource, type Setting, settingsOf } from '../sources.ts';

const AFFINITY = '/stickySessions/affinity';

const OFF: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/stickySessions/affinity',
  to: 'none',
};

export const rule = defineRule({
  id: 'containerapp-session-affinity',
  version: 1,
  title: 'Sticky sessions are off',
  why: 'Sticky sessions keep visitors on one replica, so that load is uneven and a replica that goes takes sessions along.',
  fix: 'Sets the affinity of the sticky sessions to none.',
  risk: 'An app that keeps sessions in the memory of a replica loses them between requests.',
  severity: 'info',
  tier: 'risky',
  profile: 'strict',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ PSRule: ['Azure.ContainerApp.DisableAffinity (AZR-000378)'], azqr: ['ca-011'] }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, (ingress) => {
      const sessions = sectionOf(ingress.stickySessions);
      if (!sessions) return unknown('The sticky sessions have a form that nobody knows.');
      const affinity = sessions.affinity ?? null;
      if (affinity === null) return compliant('Sticky sessions are off, as they are unless somebody asks for them.');
      if (typeof affinity !== 'string') return unknown('The affinity of the sticky sessions is no text.');
      if (affinity.toLowerCase() === 'none') return compliant('Sticky sessions are off.');
      return {
        verdict: 'violation',
        reason: 'Sticky sessions keep visitors on one replica.',
        changes: [ingressChange(ingress, AFFINITY, 'none')],
      };
    });
  },
  source: (changes) => ingressSource(settingsOf(changes, OFF), null),
});
