import { defineRule } from '../../domain/rules/rule.ts';
import { asksForMoreTls, judgeTlsVersion, tlsParameters } from '../checks/app-service/tls-version.ts';
import { WEB_CONFIG_DOCUMENTS } from '../checks/app-service/web-config.ts';
import { type Setting, settingsOf, siteConfigSource, valueSet } from '../declare/declarations.ts';

const MINIMUM: Setting = { document: 'config/web', path: '/properties/scmMinTlsVersion', to: '1.2' };

export const rule = defineRule({
  id: 'webapp-scm-min-tls',
  title: 'Minimum TLS version of the SCM (Kudu) site is 1.2 or higher',
  why: 'The SCM (Kudu) site receives deployments and their credentials. It has its own minimum TLS version, which is easy to forget.',
  fix: 'Sets `scmMinTlsVersion` of the configuration to the minimum, never below the current value.',
  risk: 'Only deployment and Kudu clients use this site; very old build agents may not be able to connect.',
  differs: 'Most scanners check only the TLS version of the app itself.',
  harm: 'invisible',
  severity: 'medium',
  tier: 'safe',
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: tlsParameters,
  isStricter: asksForMoreTls,
  references: { MCSB: ['DP-3'] },
  check: (snapshot, parameters) => judgeTlsVersion(snapshot, 'scmMinTlsVersion', parameters),
  source: (changes) =>
    siteConfigSource(settingsOf(changes, MINIMUM), { scm_minimum_tls_version: valueSet(changes, MINIMUM) }),
});
