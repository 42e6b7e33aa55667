/** The SCM site takes deployments and credentials, so its line must be as safe as the app's. */
import { defineRule } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource, valueSet } from '../sources.ts';
import { asksForMoreTls, judgeTlsVersion, tlsParameters } from '../tls-version.ts';
import { WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const MINIMUM: Setting = { document: 'config/web', path: '/properties/scmMinTlsVersion', to: '1.2' };

export const rule = defineRule({
  id: 'webapp-scm-min-tls',
  version: 1,
  title: 'Minimum TLS version of the SCM (Kudu) site is 1.2 or higher',
  why: 'The SCM (Kudu) site takes deployments and their credentials, and has a least TLS version of its own that is easily forgotten.',
  fix: 'Sets `scmMinTlsVersion` of the configuration to the minimum, never below what is there.',
  risk: 'Only deployment and Kudu clients use this site; very old build agents may no longer connect.',
  differs: "Most scanners judge the app's own TLS version only.",
  severity: 'medium',
  tier: 'safe',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: tlsParameters,
  stricter: asksForMoreTls,
  references: referencesOf({ MCSB: ['DP-3'] }),
  check(snapshot, parameters) {
    return judgeTlsVersion(snapshot, 'scmMinTlsVersion', parameters);
  },
  source: (changes) =>
    siteConfigSource(settingsOf(changes, MINIMUM), { scm_minimum_tls_version: valueSet(changes, MINIMUM) }),
});
