import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { ENCRYPTION, peerTraffic } from '../checks/network/peer-traffic.ts';
import { environmentSource } from '../declare/declarations.ts';

export const rule = defineRule({
  id: 'environment-peer-encryption',
  title: 'Peer-to-peer traffic encryption in the environment',
  why: 'Traffic between the apps of an environment crosses the network in clear text, unless the environment encrypts it.',
  fix: 'Turns on the encryption of the traffic between the apps of the environment.',
  risk: 'Calls between apps get slower and carry less.',
  harm: 'lost-traffic',
  severity: 'low',
  profile: 'strict',
  references: { MCSB: ['DP-3'] },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', (properties) => {
      const { mtls, encryption } = peerTraffic(properties);
      if (encryption === true) return compliant('Traffic between apps of the environment is encrypted.');
      if (mtls === true) return compliant('Mutual TLS encrypts the traffic between apps of the environment.');
      if (mtls === undefined || encryption === undefined) {
        return unknown('How apps of the environment talk to each other is said in a way that Plumbline does not know.');
      }
      return violation('Traffic between apps of the environment is not encrypted.', [
        { ...ENCRYPTION, from: encryption },
      ]);
    }),
  source: () => environmentSource([ENCRYPTION], null),
});
