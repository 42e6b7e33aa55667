import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeList, nameOf, propertiesOf } from '../checks/documents/resource-lists.ts';
import { webAppOf } from '../declare/declarations.ts';
import { declared, Expression } from '../declare/printers.ts';

const REFERENCE = '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/database)';

export const rule = defineAdvice({
  id: 'webapp-key-vault-references',
  title: 'Key Vault references resolve',
  why: 'When a reference to a vault does not resolve, the app gets the text of the reference instead of the secret. A common workaround is to write the secret there.',
  risk: 'The owner has to grant access to the vault and store the secrets there: Plumbline neither reads nor moves secrets.',
  differs:
    'CIS and AzTS ask that secrets are in Key Vault at all. Without reading the settings it is not known which of them are secrets, so Plumbline checks only the existing references.',
  severity: 'medium',
  documents: ['config/configreferences/appsettings'],
  references: {
    MCSB: ['IM-8'],
    'CIS Foundations 3.0': ['9.11'],
    AzTS: ['Azure_AppService_DP_Dont_Have_Plaintext_Secrets'],
  },
  check: (snapshot) =>
    judgeList(snapshot, 'config/configreferences/appsettings', (found) => {
      if (found.length === 0) return notApplicable('No app setting refers to a vault.');
      const judged = found.map((element) => ({ name: nameOf(element), status: statusOf(element) }));
      const broken = judged.filter(({ status }) => status !== null && !RESOLVED.includes(status.toLowerCase()));
      if (broken.length > 0) {
        return violation(`Not resolved: ${broken.map(({ name, status }) => `${name} (${status})`).join(', ')}.`);
      }
      const silent = judged.find(({ status }) => status === null);
      return silent
        ? unknown(`Whether the reference of ${silent.name} resolves was not said.`)
        : compliant('Every Key Vault reference resolves.');
    }),
  source: () =>
    declared({
      type: 'Microsoft.Web/sites@2025-03-01',
      body: {
        properties: {
          keyVaultReferenceIdentity: new Expression('identityId'),
          siteConfig: { appSettings: [{ name: 'DATABASE', value: REFERENCE }] },
        },
      },
      azurerm: webAppOf({
        key_vault_reference_identity_id: new Expression('azurerm_user_assigned_identity.app.id'),
        app_settings: { DATABASE: REFERENCE },
      }),
    }),
});

/** `initialized`: not resolved yet, and not failed. */
const RESOLVED = ['resolved', 'initialized'];

function statusOf(element: JsonObject): string | null {
  const { status } = propertiesOf(element);
  return typeof status === 'string' ? status : null;
}
