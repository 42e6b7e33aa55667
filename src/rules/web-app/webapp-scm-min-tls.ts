/** The SCM site takes deployments and credentials, so its line must be as safe as the app's. */
import { defineRule } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { bicepOf, siteConfigSource, terraformOf } from '../source-lines.ts';
import { asksForMoreTls, judgeTlsVersion, tlsParameters } from '../tls-version.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

export const rule = defineRule({
  id: 'webapp-scm-min-tls',
  version: 1,
  title: 'Minimum TLS version of the SCM (Kudu) site is 1.2 or higher',
  risk: 'Only deployment and Kudu clients use this site; very old build agents may no longer connect.',
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
    return judgeWebConfig(snapshot, (properties) => judgeTlsVersion(properties, 'scmMinTlsVersion', parameters));
  },
  source([change]) {
    const version = change?.to ?? '1.2';
    return siteConfigSource(
      `scmMinTlsVersion: ${bicepOf(version)}`,
      `scm_minimum_tls_version = ${terraformOf(version)}`,
    );
  },
});
