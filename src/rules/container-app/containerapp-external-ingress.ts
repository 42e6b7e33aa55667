import { bodyOf } from '../../domain/resources/snapshot.ts';
import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { ingressChange, judgeIngress } from '../checks/network/ingress.ts';
import { listsApprovedEndpoint } from '../checks/network/private-endpoints.ts';
import { publicAccessOfApp } from '../checks/network/reach.ts';
import { ingressSource, type Setting, settingsOf } from '../declare/declarations.ts';

const INTERNAL: Setting = { document: 'resource', path: '/properties/configuration/ingress/external', to: false };

export const rule = defineRule({
  id: 'containerapp-external-ingress',
  title: 'Ingress is internal',
  why: 'An app that only other apps of its environment call does not need to be on the internet.',
  fix: 'Sets `external` of the ingress to false.',
  risk: 'The name of the app changes to one with `.internal.` in it, and callers from outside the environment can no longer connect.',
  differs:
    'PSRule has its rule switched off, and checks only the app. In an environment that is internal, or whose public network access is disabled, an external ingress is not on the internet, so that is compliant here.',
  harm: 'lost-traffic',
  severity: 'medium',
  profile: 'strict',
  documents: ['resource', 'environment'],
  references: {
    'Azure Policy': ['783ea2a8-b8fd-46be-896a-9ae79643a0b1'],
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.ExternalIngress (AZR-000362)'],
  },
  check: (snapshot) =>
    judgeIngress(snapshot, (ingress) => {
      const external = ingress.external ?? false;
      if (typeof external !== 'boolean') return unknown('Whether the ingress is external is not known.');
      if (!external) return compliant('The ingress is internal.');
      const { is, why } = publicAccessOfApp(snapshot);
      if (is === 'unknown') return unknown(why);
      if (is === 'closed') return compliant(`The ingress is external, and not on the internet. ${why}`);
      const reason = 'The ingress is external, in an environment that is on the internet.';
      // An internal app is not reached through the private endpoint of its environment either.
      if (listsApprovedEndpoint(bodyOf(snapshot, 'environment'))) {
        const advice = 'The environment has a private endpoint: disable its public network access instead.';
        return violation(`${reason} ${advice}`);
      }
      return violation(reason, [ingressChange(ingress, '/external', false)]);
    }),
  source: (changes) => ingressSource(settingsOf(changes, INTERNAL), { external_enabled: false }),
});
