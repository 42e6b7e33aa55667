/** A secret that is kept in the app is known to whoever deploys it, and is renewed only by the next deployment. */
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeConfiguration } from '../app-configuration.ts';
import { nameOf } from '../containers.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';

const SECRETS = '/properties/configuration/secrets';
const URL = 'https://contoso.vault.azure.net/secrets/db';
const REFERENCE: Setting = {
  document: 'resource',
  path: SECRETS,
  to: [{ name: 'db', keyVaultUrl: URL, identity: 'system' }],
};

export const rule = defineAdvice({
  id: 'containerapp-secrets-key-vault',
  version: 1,
  title: 'Secrets are Key Vault references',
  why: 'A secret kept in Key Vault has one place where access to it is granted and logged, and where it is renewed; a copy in the app has none.',
  risk: 'The values have to be moved to a vault by their owner, and the app needs an identity that may read them there.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ MCSB: ['IM-8'], AzTS: ['Azure_ContainerApps_DP_Avoid_Plaintext_Secrets'] }),
  check(snapshot) {
    return judgeConfiguration(snapshot, (configuration) => {
      const secrets = objectsIn(configuration.secrets);
      if (!secrets) return unknown('The secrets are no list of secrets.');
      if (!secrets.every(({ keyVaultUrl }) => typeof (keyVaultUrl ?? '') === 'string')) {
        return unknown('The address of a secret is no text.');
      }
      const kept = secrets.filter(({ keyVaultUrl }) => (keyVaultUrl ?? '') === '');
      if (secrets.length === 0) return compliant('The app has no secrets.');
      if (kept.length === 0) return compliant('Every secret is a Key Vault reference.');
      return {
        verdict: 'violation',
        reason: `Secrets are kept in the app and not in Key Vault: ${kept.map(nameOf).join(', ')}.`,
        changes: [],
      };
    });
  },
  source: () =>
    containerAppSource([REFERENCE], {
      secret: new Block({ name: 'db', key_vault_secret_id: URL, identity: 'System' }),
    }),
});
