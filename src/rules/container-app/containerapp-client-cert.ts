/** An ingress that asks for client certificates talks only to those that have been given one. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { ingressChange, judgeHttpIngress } from '../ingress.ts';
import { referencesOf } from '../references.ts';
import { ingressSource, type Setting, settingsOf } from '../sources.ts';
import { quoted } from '../web-config.ts';

const REQUIRED: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/clientCertificateMode',
  to: 'require',
};

export const rule = defineRule({
  id: 'containerapp-client-cert',
  version: 1,
  title: 'Ingress requires client certificates',
  why: 'With a client certificate the ingress knows who calls before the app is reached.',
  fix: 'Sets `clientCertificateMode` of the ingress to require.',
  risk: 'Every caller without a certificate is cut off, browsers and health checks from outside among them.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['IM-1'], AzTS: ['Azure_ContainerApps_DP_Enable_mTLS_Encryption'] }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, (ingress) => {
      const mode = ingress.clientCertificateMode ?? null;
      if (mode !== null && typeof mode !== 'string') return unknown('clientCertificateMode is no text.');
      if (mode?.toLowerCase() === 'require') return compliant('Client certificates are required.');
      return {
        verdict: 'violation',
        reason: `Client certificates are not required (clientCertificateMode is ${quoted(mode)}).`,
        changes: [ingressChange(ingress, '/clientCertificateMode', 'require')],
      };
    });
  },
  source: (changes) => ingressSource(settingsOf(changes, REQUIRED), { client_certificate_mode: 'require' }),
});
