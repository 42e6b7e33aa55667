import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { ENCRYPTION, MTLS, peerTraffic } from '../checks/network/peer-traffic.ts';
import { environmentSource } from '../declare/declarations.ts';

export const rule = defineRule({
  id: 'environment-peer-mtls',
  title: 'Peer mTLS between apps in the environment',
  why: 'Without mutual TLS an attacker in the network of an environment can impersonate its apps. With it, apps authenticate each other with certificates.',
  fix: 'Turns on mutual TLS between the apps of the environment, and with it the encryption of their traffic.',
  risk: 'Calls between apps get slower and carry less, and apps that accept only plain HTTP can no longer be called.',
  harm: 'lost-traffic',
  severity: 'low',
  profile: 'strict',
  references: { MCSB: ['DP-3'] },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', (properties) => {
      const { mtls, encryption } = peerTraffic(properties);
      if (mtls === true) return compliant('Apps of the environment show each other a certificate.');
      if (mtls === undefined || encryption === undefined) {
        return unknown('How apps of the environment talk to each other is said in a way that Plumbline does not know.');
      }
      const { document, path } = ENCRYPTION;
      const on = encryption === true;
      const changes = [{ ...MTLS, from: mtls }, ...(on ? [] : [{ ...ENCRYPTION, from: encryption }])];
      // Mutual TLS requires encryption, so the request has both, as that of Terraform does.
      const preserved = on ? [{ document, path, value: true }] : [];
      return violation('Apps of the environment do not show each other a certificate.', changes, { preserved });
    }),
  // azurerm sets both from one attribute.
  source: () => environmentSource([MTLS, ENCRYPTION], { mutual_tls_enabled: true }),
});
