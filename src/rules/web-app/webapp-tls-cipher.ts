import * as z from 'zod';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { isAtLeast } from '../checks/app-service/tls-version.ts';
import { judgeWebConfig } from '../checks/app-service/web-config.ts';
import { isInServiceEnvironment } from '../checks/network/reach.ts';
import { type Setting, siteConfigSource } from '../declare/declarations.ts';

/** Suites with forward secrecy (ephemeral keys) and authenticated encryption (GCM). */
const STRONG = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
] as const;

/** All suites of App Service, from strong to weak (the values of `minTlsCipherSuite` in its API). */
const SUITES = [
  ...STRONG,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_RSA_WITH_AES_256_CBC_SHA256',
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
] as const;

const parameters = z.object({
  accepted: z
    .array(z.enum(SUITES))
    .min(1)
    .default([...STRONG])
    .describe('The suites that an organization accepts as the weakest one.'),
});

const MINIMUM: Setting = {
  document: 'config/web',
  path: '/properties/minTlsCipherSuite',
  to: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
};

export const rule = defineAdvice({
  id: 'webapp-tls-cipher',
  title: 'Minimum TLS cipher suite is set',
  why: 'With suites without ephemeral keys, recorded traffic can be decrypted by everyone who gets the key later. Suites with CBC have been broken several times.',
  risk: 'Clients without one of the remaining suites could no longer connect; plans below Basic refuse the setting.',
  differs:
    'Azure Policy asks for a suite order in App Service Environments only, and no authority names a value for other apps. So the platform default passes here, and only a configured weak suite is reported.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'config/web', 'plan'],
  parameters,
  references: {
    'Azure Policy': ['817dcf37-e83d-4999-a472-644eada2ea1e'],
    MCSB: ['DP-3'],
  },
  check: (snapshot, { accepted }) =>
    judgeWebConfig(snapshot, ({ minTlsCipherSuite, minTlsVersion }) => {
      if (isInServiceEnvironment(snapshot)) {
        return notApplicable('In an App Service Environment the suites are a setting of the environment.');
      }
      const lacked = lackedByPlan(snapshot, 'cipherSuites');
      if (lacked) return lacked;
      // Every suite of TLS 1.3 is strong; the weaker ones belong to older versions.
      if (isAtLeast(minTlsVersion, '1.3')) return compliant('Only TLS 1.3 is spoken, which has no weak suites.');
      const found = minTlsCipherSuite ?? '';
      if (found === '') return compliant('No weakest suite was chosen, so the platform offers its default.');
      const suite = SUITES.find((one) => typeof found === 'string' && one === found.toUpperCase());
      if (!suite) return unknown('minTlsCipherSuite is no suite that is known.');
      if (accepted.includes(suite)) return compliant(`The weakest suite is ${suite}.`);
      return violation(`The weakest suite is ${suite}, which is none that is accepted.`);
    }),
  source: () => siteConfigSource([MINIMUM], { minimum_tls_cipher_suite: MINIMUM.to }),
});
