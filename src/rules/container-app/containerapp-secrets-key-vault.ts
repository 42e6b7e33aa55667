import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeConfiguration } from '../checks/container-apps/app-configuration.ts';
import { nameOf } from '../checks/container-apps/containers.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { containerAppSource, type Setting } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const SECRETS = '/properties/configuration/secrets';
const URL = 'https://contoso.vault.azure.net/secrets/db';
const REFERENCE: Setting = {
  document: 'resource',
  path: SECRETS,
  to: [{ name: 'db', keyVaultUrl: URL, identity: 'system' }],
};

export const rule = defineAdvice({
  id: 'containerapp-secrets-key-vault',
  title: 'Secrets are Key Vault references',
  why: 'Key Vault is one place to grant, log and renew access to a secret. A copy in the app has no such place.',
  risk: 'The owner has to move the values to a vault, and the app needs an identity that may read them there.',
  severity: 'medium',
  references: { MCSB: ['IM-8'], AzTS: ['Azure_ContainerApps_DP_Avoid_Plaintext_Secrets'] },
  check: (snapshot) =>
    judgeConfiguration(snapshot, (configuration) => {
      const secrets = objectsIn(configuration.secrets);
      if (!secrets) return unknown('The secrets are no list of secrets.');
      if (!secrets.every(({ keyVaultUrl }) => typeof (keyVaultUrl ?? '') === 'string')) {
        return unknown('The address of a secret is no text.');
      }
      const kept = secrets.filter(({ keyVaultUrl }) => (keyVaultUrl ?? '') === '');
      if (secrets.length === 0) return compliant('The app has no secrets.');
      if (kept.length === 0) return compliant('Every secret is a Key Vault reference.');
      return violation(`Secrets are kept in the app and not in Key Vault: ${kept.map(nameOf).join(', ')}.`);
    }),
  source: () =>
    containerAppSource([REFERENCE], {
      secret: new Block({ name: 'db', key_vault_secret_id: URL, identity: 'System' }),
    }),
});
