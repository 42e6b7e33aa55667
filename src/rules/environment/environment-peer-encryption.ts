/** Traffic between the apps of an environment crosses the network in clear text, unless the environment encrypts it. */
import * as z from 'zod';
import { compliant, defineRule, judgeProperties, unknown } from '../../domain/rule.ts';
import { ENCRYPTION, peerTraffic } from '../peer-traffic.ts';
import { referencesOf } from '../references.ts';
import { environmentSource } from '../sources.ts';

export const rule = defineRule({
  id: 'environment-peer-encryption',
  version: 1,
  title: 'Peer-to-peer traffic encryption in the environment',
  why: 'Traffic between the apps of an environment crosses the network in clear text, unless the environment encrypts it.',
  fix: 'Turns the encryption of the traffic between the apps of the environment on.',
  risk: 'Calls between apps get slower and carry less.',
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
      if (encryption === true) return compliant('Traffic between apps of the environment is encrypted.');
      if (mtls === true) return compliant('Mutual TLS encrypts the traffic between apps of the environment.');
      if (mtls === undefined || encryption === undefined) {
        return unknown('How apps of the environment talk to each other is said in a way that Plumbline does not know.');
      }
      return {
        verdict: 'violation',
        reason: 'Traffic between apps of the environment is not encrypted.',
        changes: [{ ...ENCRYPTION, from: encryption }],
      };
    });
  },
  source: () => environmentSource([ENCRYPTION], null),
});
