/** An app that only other apps call need not be on the internet. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { bodyOf } from '../../domain/snapshot.ts';
import { ingressChange, judgeIngress } from '../ingress.ts';
import { listsApprovedEndpoint } from '../private-endpoints.ts';
import { publicWayOfApp } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { ingressSource, type Setting, settingsOf } from '../sources.ts';

const INTERNAL: Setting = { document: 'resource', path: '/properties/configuration/ingress/external', to: false };

export const rule = defineRule({
  id: 'containerapp-external-ingress',
  version: 1,
  title: 'Ingress is internal',
  why: 'An app that only other apps of its environment call need not answer the internet.',
  fix: 'Sets `external` of the ingress to false.',
  risk: 'The name of the app changes to one with `.internal.` in it, and all callers from outside the environment are cut off.',
  differs:
    'PSRule has its rule switched off and looks at the app alone. In an environment that is internal, or whose public network access is disabled, an external ingress is not on the internet, so that is compliant here.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'container-app',
  reversible: true,
  documents: ['resource', 'environment'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['783ea2a8-b8fd-46be-896a-9ae79643a0b1'],
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.ExternalIngress (AZR-000362)'],
  }),
  check(snapshot) {
    return judgeIngress(snapshot, (ingress) => {
      const external = ingress.external ?? false;
      if (typeof external !== 'boolean') return unknown('Whether the ingress is external is not known.');
      if (!external) return compliant('The ingress is internal.');
      const { is, why } = publicWayOfApp(snapshot);
      if (is === 'unknown') return unknown(why);
      if (is === 'closed') return compliant(`The ingress is external, and not on the internet. ${why}`);
      const reason = 'The ingress is external, in an environment that is on the internet.';
      // What is internal is not reached through the private endpoint of its environment either.
      if (listsApprovedEndpoint(bodyOf(snapshot, 'environment'))) {
        const advice = 'The environment has a private endpoint: disable its public network access instead.';
        return { verdict: 'violation', reason: `${reason} ${advice}`, changes: [] };
      }
      return { verdict: 'violation', reason, changes: [ingressChange(ingress, '/external', false)] };
    });
  },
  source: (changes) => ingressSource(settingsOf(changes, INTERNAL), { external_enabled: false }),
});
