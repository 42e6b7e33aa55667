// Builders of web apps, slots, function apps and plans as they look in Azure. What a builder is not told is right: a test
// names only what it is about.
import type { ResourceSeed } from './contract.ts';
import type { JsonObject } from './merge.ts';
import { rawConfigWeb, rawPlan, rawSite } from './raw-web.ts';
import { idOf, type Leaves, plantedSecrets, seed, tenantId } from './seeds.ts';
import { authSettings, backups, type EasyAuth, keyVaultReferences, privateEndpoints } from './site-documents.ts';

export interface WebAppLeaves extends Leaves {
  /** `app`, `app,linux`, `functionapp,linux`, ...; default `app,linux`. */
  kind?: string;
  plan?: string;
  /** Leaves of the site's `properties`. */
  site?: JsonObject;
  /** Leaves of config/web's `properties`. */
  web?: JsonObject;
  /** `allow` of the publishing policies; default false. */
  ftpBasicAuth?: boolean;
  scmBasicAuth?: boolean;
  /** Easy Auth; default `on`. */
  auth?: EasyAuth;
  /** Custom domains with the thumbprint of their certificate; null: no TLS binding. */
  domains?: Record<string, string | null>;
  /** How the references of app settings to Key Vault stand, such as `Resolved` or `SecretNotFound`, by setting. */
  references?: Record<string, string>;
  /** Backups that have ended, newest first. */
  backups?: { at: string; status: string }[];
  /** How the connections of its private endpoints stand; default: there are none. */
  privateEndpoints?: string[];
}

/** A web app on Linux, right in everything but what the leaves say. */
export function webApp(leaves: WebAppLeaves): ResourceSeed {
  return site(idOf('Microsoft.Web/sites', leaves), 'Microsoft.Web/sites', leaves.name, leaves);
}

/** A slot of the app `of`; give both the same group and subscription. */
export function slot(leaves: WebAppLeaves & { of: string }): ResourceSeed {
  const id = `${idOf('Microsoft.Web/sites', { ...leaves, name: leaves.of })}/slots/${leaves.name}`;
  return site(id, 'Microsoft.Web/sites/slots', `${leaves.of}/${leaves.name}`, leaves);
}

/** A function app on Linux. */
export function functionApp(leaves: WebAppLeaves): ResourceSeed {
  return webApp({ kind: 'functionapp,linux', ...leaves });
}

function site(id: string, type: string, name: string, leaves: WebAppLeaves): ResourceSeed {
  const kind = leaves.kind ?? 'app,linux';
  const linux = kind.includes('linux');
  const dashed = name.replace('/', '-').toLowerCase();
  const host = `${dashed}.azurewebsites.net`;
  const scm = `${dashed}.scm.azurewebsites.net`;
  const { domains = {} } = leaves;
  const frame = { location: 'West Europe', tags: leaves.tags ?? {} };
  const child = (childType: string, childName: string, properties: unknown) => ({
    id: `${id}/${childType}/${childName}`,
    name: childName,
    type: `${type}/${childType}`,
    location: 'West Europe',
    properties,
  });
  const properties = {
    ...rawSite.properties,
    name: name.split('/').at(-1),
    hostNames: [host, ...Object.keys(domains)],
    enabledHostNames: [host, ...Object.keys(domains), scm],
    hostNameSslStates: [
      hostName(host, null),
      ...Object.entries(domains).map(([name, thumbprint]) => hostName(name, thumbprint)),
      { ...hostName(scm, null), hostType: 'Repository' },
    ],
    serverFarmId: idOf('Microsoft.Web/serverfarms', {
      ...leaves,
      name: leaves.plan ?? (linux ? 'plan-linux' : 'plan-windows'),
    }),
    reserved: linux,
    kind,
    httpsOnly: true,
    repositorySiteName: name,
    resourceGroup: leaves.resourceGroup ?? 'shop',
    defaultHostName: host,
    ftpUsername: `${dashed}\\$${dashed}`,
    tags: leaves.tags ?? null,
  };
  const linuxFxVersion = kind.includes('container')
    ? `DOCKER|contosoapps.azurecr.io/${dashed}:1.4.2`
    : linux
      ? kind.includes('functionapp')
        ? 'Node|24'
        : 'NODE|24-lts'
      : '';
  const web = {
    ...rawConfigWeb.properties,
    // On Windows v4.0 says nothing: other runtimes leave it so.
    ...(!linux && { netFrameworkVersion: 'v10.0' }),
    linuxFxVersion,
    publishingUsername: `$${dashed}`,
  };
  return seed(id, leaves, {
    resource: {
      id,
      name,
      type,
      kind,
      ...frame,
      ...(leaves.managedBy && { managedBy: leaves.managedBy }),
      identity: leaves.identity === undefined ? systemAssigned : leaves.identity,
      properties: { ...properties, ...leaves.site },
    },
    'config/web': {
      ...child('config', 'web', { ...web, ...leaves.web }),
      id: `${id}/config/web`,
      type: `${type}/config`,
    },
    'config/authsettingsV2': child('config', 'authsettingsV2', authSettings(leaves.auth ?? 'on')),
    'basicPublishingCredentialsPolicies/ftp': child('basicPublishingCredentialsPolicies', 'ftp', {
      allow: leaves.ftpBasicAuth ?? false,
    }),
    'basicPublishingCredentialsPolicies/scm': child('basicPublishingCredentialsPolicies', 'scm', {
      allow: leaves.scmBasicAuth ?? false,
    }),
    ...(leaves.references && {
      'config/configreferences/appsettings': keyVaultReferences(id, type, leaves.references),
    }),
    ...(leaves.privateEndpoints && {
      privateEndpointConnections: privateEndpoints(id, type, leaves.privateEndpoints),
    }),
    ...(leaves.backups && { backups: backups(id, type, leaves.backups) }),
    // What POST config/*/list would give away; no GET shows it, and every such POST is refused.
    'hidden/config/appsettings': { DATABASE_PASSWORD: plantedSecrets[1] },
    'hidden/config/connectionstrings': { Main: plantedSecrets[2] },
  });
}

function hostName(name: string, thumbprint: string | null): JsonObject {
  return {
    name,
    sslState: thumbprint === null ? 'Disabled' : 'SniEnabled',
    ipBasedSslResult: null,
    virtualIP: null,
    thumbprint,
    toUpdate: null,
    hostType: 'Standard',
  };
}

export const systemAssigned = { principalId: '00000000-0000-4000-8000-0000000000a1', tenantId, type: 'SystemAssigned' };

/** An App Service plan with two instances. */
export function plan(leaves: Leaves & { kind?: string; sku?: string; properties?: JsonObject }): ResourceSeed {
  const id = idOf('Microsoft.Web/serverfarms', leaves);
  const kind = leaves.kind ?? 'linux';
  const sku = leaves.sku ?? 'P1v3';
  return seed(id, leaves, {
    resource: {
      id,
      name: leaves.name,
      type: 'Microsoft.Web/serverfarms',
      kind,
      location: 'West Europe',
      tags: leaves.tags ?? {},
      properties: {
        ...rawPlan.properties,
        kind,
        reserved: kind === 'linux',
        resourceGroup: leaves.resourceGroup ?? 'shop',
        ...leaves.properties,
      },
      sku: {
        name: sku,
        tier: sku.startsWith('P') ? 'PremiumV3' : 'Standard',
        size: sku,
        family: sku.slice(0, 1),
        capacity: 2,
      },
    },
  });
}
