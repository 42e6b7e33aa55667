// Documents below a site as App Service shows them: Easy Auth, references to Key Vault, and backups with what they give away.

import { idOf, plantedSecrets } from '../estate/resource-seed.ts';
import { tenantId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import { rawAuthSettings } from './bodies.ts';

/** on: a provider is registered; off: it is registered, but sign-in is not required; none: nothing is configured. */
export type EasyAuth = 'on' | 'off' | 'none';

const clientId = '00000000-0000-4000-8000-0000000000d1';
const issuer = `https://sts.windows.net/${tenantId}/v2.0`;

/** The registration of the identity provider; it names the setting that has the secret. */
export function registration(clientSecretSettingName: string): JsonObject {
  return { openIdIssuer: issuer, clientId, clientSecretSettingName };
}

/** Properties of config/authsettingsV2. GET names the setting with the secret and never shows the secret. */
export function authSettings(auth: EasyAuth): JsonObject {
  const { properties: raw } = rawAuthSettings;
  if (auth === 'none') return raw;
  return {
    ...raw,
    platform: { enabled: auth === 'on', runtimeVersion: '~1' },
    globalValidation: {
      requireAuthentication: true,
      unauthenticatedClientAction: 'RedirectToLoginPage',
      redirectToProvider: 'azureactivedirectory',
    },
    identityProviders: {
      azureActiveDirectory: {
        enabled: true,
        registration: registration('MICROSOFT_PROVIDER_AUTHENTICATION_SECRET'),
        login: { disableWWWAuthenticate: false },
        validation: { jwtClaimChecks: {}, allowedAudiences: [`api://${clientId}`] },
      },
    },
    login: { ...raw.login, tokenStore: { enabled: true, tokenRefreshExtensionHours: 72.0 } },
  };
}

/** Settings that refer to a Key Vault, by name, with the status of the reference; without their values. */
export function keyVaultReferences(site: string, type: string, references: Record<string, string>): JsonObject {
  const value = Object.entries(references).map(([name, status]) => {
    const secretName = name.toLowerCase().replaceAll('_', '-');
    return {
      id: `${site}/config/configreferences/appsettings/${name}`,
      name,
      type: `${type}/config/configreferences`,
      location: 'West Europe',
      properties: {
        reference: `@Microsoft.KeyVault(SecretUri=https://contoso-shop.vault.azure.net/secrets/${secretName}/)`,
        status,
        vaultName: 'contoso-shop',
        secretName,
        secretVersion: '',
        identityType: { type: 'SystemAssigned', principalId: null, tenantId: null, userAssignedIdentities: null },
        details:
          status === 'Resolved'
            ? 'Reference has been successfully resolved.'
            : 'Key Vault reference was not able to be resolved.',
        source: 'KeyVault',
        activeVersion: '',
      },
    };
  });
  return { value, nextLink: null, id: null };
}

/** Connections of private endpoints by how they stand, such as `Approved` or `Pending`. */
export function privateEndpoints(resource: string, type: string, states: readonly string[]): JsonObject {
  const value = states.map((status, index) => {
    const name = `endpoint-${index + 1}`;
    return {
      id: `${resource}/privateEndpointConnections/${name}`,
      name,
      type: `${type}/privateEndpointConnections`,
      properties: {
        provisioningState: 'Succeeded',
        privateEndpoint: { id: idOf('Microsoft.Network/privateEndpoints', { name, resourceGroup: 'network' }) },
        groupIds: null,
        privateLinkServiceConnectionState: { status, description: '', actionsRequired: 'None' },
        ipAddresses: ['10.0.2.4'],
      },
    };
  });
  return { value };
}

/** Backups by the time they ended. What GET gives away of the storage and the databases is planted. */
export function backups(site: string, type: string, ended: readonly { at: string; status: string }[]): JsonObject {
  const [, , , storage, database, log] = plantedSecrets;
  const value = ended.map(({ at, status }, index) => ({
    id: `${site}/backups/${index + 1}`,
    name: String(index + 1),
    type: `${type}/backups`,
    location: 'West Europe',
    properties: {
      id: index + 1,
      storageAccountUrl: `https://contosobackups.blob.core.windows.net/backups?sv=2024-11-04&sr=c&sp=rwl&sig=${storage}`,
      blobName: `backup-${index + 1}.zip`,
      name: `backup-${index + 1}.zip`,
      status,
      sizeInBytes: 0,
      created: at,
      log: `Could not connect with ${log}`,
      databases: [
        {
          databaseType: 'SqlAzure',
          name: 'shop',
          connectionStringName: 'Main',
          connectionString: `Server=contoso.database.windows.net;Password=${database}`,
        },
      ],
      scheduled: true,
      lastRestoreTimeStamp: null,
      finishedTimeStamp: at,
      correlationId: '00000000-0000-4000-8000-0000000000f1',
      websiteSizeInBytes: null,
    },
  }));
  return { value, nextLink: null, id: null };
}
