/** Inside an environment apps trust the network, unless each shows a certificate to the other. */
import * as z from 'zod';
import { compliant, defineRule, judgeProperties, unknown } from '../../domain/rule.ts';
import { ENCRYPTION, MTLS, peerTraffic } from '../peer-traffic.ts';
import { referencesOf } from '../references.ts';
import { environmentSource } from '../sources.ts';

export const rule = defineRule({
  id: 'environment-peer-mtls',
  version: 1,
  title: 'Peer mTLS between apps in the environment',
  why: 'Without it, whoever gets into the network of an environment can pretend to be any of its apps; with it, apps show each other a certificate.',
  fix: 'Turns mutual TLS between the apps of the environment on, and with it the encryption of their traffic.',
  risk: 'Calls between apps get slower and carry less, and apps that can only be called by plain HTTP are not reached any more.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'environment',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['DP-3'] }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', (properties) => {
      const { mtls, encryption } = peerTraffic(properties);
      if (mtls === true) return compliant('Apps of the environment show each other a certificate.');
      if (mtls === undefined || encryption === undefined) {
        return unknown('How apps of the environment talk to each other is said in a way that Plumbline does not know.');
      }
      const { document, path } = ENCRYPTION;
      const on = encryption === true;
      return {
        verdict: 'violation',
        reason: 'Apps of the environment do not show each other a certificate.',
        changes: [{ ...MTLS, from: mtls }, ...(on ? [] : [{ ...ENCRYPTION, from: encryption }])],
        // Mutual TLS goes with encryption, so the request says both, as that of Terraform does.
        kept: on ? [{ document, path, value: true }] : [],
      };
    });
  },
  // azurerm sets both from one attribute.
  source: () => environmentSource([MTLS, ENCRYPTION], { mutual_tls_enabled: true }),
});
