/** An ingress that allows insecure connections answers HTTP in clear text instead of redirecting it. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { ingressChange, isExternal, judgeHttpIngress } from '../ingress.ts';
import { referencesOf } from '../references.ts';
import { ingressSource, type Setting, settingsOf } from '../sources.ts';
import { truthOf } from '../switch.ts';

const REDIRECTED: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/allowInsecure',
  to: false,
};

export const rule = defineRule({
  id: 'containerapp-insecure-ingress',
  version: 1,
  title: 'HTTP ingress does not accept clear-text HTTP',
  why: 'An ingress that allows insecure connections answers HTTP in clear text instead of redirecting it.',
  fix: 'Sets `allowInsecure` of the ingress to false.',
  risk: 'HTTP is redirected for all revisions at once, also where apps of the environment call each other over http://.',
  severity: 'high',
  tier: 'safe',
  profile: 'baseline',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['0e80e269-43a4-4ae9-b5bc-178126b8a5cb'],
    MCSB: ['NS-2', 'DP-3'],
    PSRule: ['Azure.ContainerApp.Insecure (AZR-000094)'],
    AzTS: ['Azure_ContainerApps_DP_Dont_Allow_HTTP_Access'],
    azqr: ['ca-008'],
  }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, (ingress) => {
      const insecure = truthOf(ingress.allowInsecure ?? false);
      if (insecure === null) return unknown('allowInsecure is neither true nor false.');
      if (!insecure) return compliant('HTTP is redirected to HTTPS.');
      const external = isExternal(ingress);
      return {
        verdict: 'violation',
        reason: `The ${external ? 'external' : 'internal'} ingress answers clear-text HTTP.`,
        changes: [ingressChange(ingress, '/allowInsecure', false)],
        // Apps behind an internal ingress often call each other over http:// (.NET Aspire deploys them so).
        ...(external ? {} : { tier: 'risky' }),
      };
    });
  },
  source: (changes) => ingressSource(settingsOf(changes, REDIRECTED), { allow_insecure_connections: false }),
});
