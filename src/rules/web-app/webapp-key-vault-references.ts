/** An app whose reference to a vault does not resolve gets the reference itself where it expects a secret. */
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeList, nameOf, propertiesOf } from '../listed.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';

const REFERENCE = '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/database)';

export const rule = defineAdvice({
  id: 'webapp-key-vault-references',
  version: 1,
  title: 'Key Vault references resolve',
  why: 'Where a reference to a vault does not resolve, the app gets the text of the reference instead of its secret, and somebody will be tempted to write the secret there.',
  risk: 'What an app may read of a vault, and what it finds there, belongs to its owner: Plumbline neither reads nor moves secrets.',
  differs:
    'CIS and AzTS ask that secrets are in Key Vault at all. Which settings are secrets cannot be known without reading them, so Plumbline judges the references that there are.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'web-app',
  documents: ['config/configreferences/appsettings'],
  references: referencesOf({
    MCSB: ['IM-8'],
    'CIS Foundations 3.0': ['9.11'],
    AzTS: ['Azure_AppService_DP_Dont_Have_Plaintext_Secrets'],
  }),
  check(snapshot) {
    return judgeList(snapshot, 'config/configreferences/appsettings', (found) => {
      if (found.length === 0) return notApplicable('No app setting refers to a vault.');
      const judged = found.map((element) => ({ name: nameOf(element), status: statusOf(element) }));
      const broken = judged.filter(({ status }) => status !== null && !RESOLVED.includes(status.toLowerCase()));
      if (broken.length > 0) {
        const reason = `Not resolved: ${broken.map(({ name, status }) => `${name} (${status})`).join(', ')}.`;
        return { verdict: 'violation', reason, changes: [] };
      }
      const silent = judged.find(({ status }) => status === null);
      return silent
        ? unknown(`Whether the reference of ${silent.name} resolves was not said.`)
        : compliant('Every Key Vault reference resolves.');
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.Web/sites@2025-03-01',
      body: {
        properties: {
          keyVaultReferenceIdentity: new Expression('identityId'),
          siteConfig: { appSettings: [{ name: 'DATABASE', value: REFERENCE }] },
        },
      },
      azurerm: {
        resource: 'azurerm_linux_web_app',
        also: 'azurerm_windows_web_app',
        body: {
          key_vault_reference_identity_id: new Expression('azurerm_user_assigned_identity.app.id'),
          app_settings: { DATABASE: REFERENCE },
        },
      },
    }),
});

/** Initialized: asked for, and not answered yet. */
const RESOLVED = ['resolved', 'initialized'];

function statusOf(element: JsonObject): string | null {
  const { status } = propertiesOf(element);
  return typeof status === 'string' ? status : null;
}
