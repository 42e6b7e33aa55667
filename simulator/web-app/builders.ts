// Builders of web apps, slots, function apps and plans as they look in Azure. Options that are absent have
// compliant values: a test names only what it is about.
import type { ResourceSeed } from '../estate/resource-seed.ts';
import { createSeed, idOf, plantedSecrets, type ResourceOptions } from '../estate/resource-seed.ts';
import { tenantId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import { rawConfigWeb, rawPlan, rawSite } from './bodies.ts';
import { authSettings, backups, type EasyAuth, keyVaultReferences, privateEndpoints } from './site-documents.ts';

export interface WebAppOptions extends ResourceOptions {
  /** `app`, `app,linux`, `functionapp,linux`, ...; default `app,linux`. */
  kind?: string;
  plan?: string;
  /** Members of the site's `properties`. */
  site?: JsonObject;
  /** Members of config/web's `properties`. */
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

/** A web app on Linux, right in everything but what the options say. */
export function webApp(options: WebAppOptions): ResourceSeed {
  return site(idOf('Microsoft.Web/sites', options), 'Microsoft.Web/sites', options.name, options);
}

/** A slot of the app `of`; give both the same group and subscription. */
export function slot(options: WebAppOptions & { of: string }): ResourceSeed {
  const id = `${idOf('Microsoft.Web/sites', { ...options, name: options.of })}/slots/${options.name}`;
  return site(id, 'Microsoft.Web/sites/slots', `${options.of}/${options.name}`, options);
}

/** A function app on Linux. */
export function functionApp(options: WebAppOptions): ResourceSeed {
  return webApp({ kind: 'functionapp,linux', ...options });
}

function site(id: string, type: string, name: string, options: WebAppOptions): ResourceSeed {
  const kind = options.kind ?? 'app,linux';
  const linux = kind.includes('linux');
  const dashed = name.replace('/', '-').toLowerCase();
  const host = `${dashed}.azurewebsites.net`;
  const scm = `${dashed}.scm.azurewebsites.net`;
  const { domains = {} } = options;
  const frame = { location: 'West Europe', tags: options.tags ?? {} };
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
      ...options,
      name: options.plan ?? (linux ? 'plan-linux' : 'plan-windows'),
    }),
    reserved: linux,
    kind,
    httpsOnly: true,
    repositorySiteName: name,
    resourceGroup: options.resourceGroup ?? 'shop',
    defaultHostName: host,
    ftpUsername: `${dashed}\\$${dashed}`,
    tags: options.tags ?? null,
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
  return createSeed(id, options, {
    resource: {
      id,
      name,
      type,
      kind,
      ...frame,
      ...(options.managedBy && { managedBy: options.managedBy }),
      identity: options.identity === undefined ? systemAssigned : options.identity,
      properties: { ...properties, ...options.site },
    },
    'config/web': {
      ...child('config', 'web', { ...web, ...options.web }),
      id: `${id}/config/web`,
      type: `${type}/config`,
    },
    'config/authsettingsV2': child('config', 'authsettingsV2', authSettings(options.auth ?? 'on')),
    'basicPublishingCredentialsPolicies/ftp': child('basicPublishingCredentialsPolicies', 'ftp', {
      allow: options.ftpBasicAuth ?? false,
    }),
    'basicPublishingCredentialsPolicies/scm': child('basicPublishingCredentialsPolicies', 'scm', {
      allow: options.scmBasicAuth ?? false,
    }),
    ...(options.references && {
      'config/configreferences/appsettings': keyVaultReferences(id, type, options.references),
    }),
    ...(options.privateEndpoints && {
      privateEndpointConnections: privateEndpoints(id, type, options.privateEndpoints),
    }),
    ...(options.backups && { backups: backups(id, type, options.backups) }),
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
export function plan(
  options: ResourceOptions & { kind?: string; sku?: string; properties?: JsonObject },
): ResourceSeed {
  const id = idOf('Microsoft.Web/serverfarms', options);
  const kind = options.kind ?? 'linux';
  const sku = options.sku ?? 'P1v3';
  return createSeed(id, options, {
    resource: {
      id,
      name: options.name,
      type: 'Microsoft.Web/serverfarms',
      kind,
      location: 'West Europe',
      tags: options.tags ?? {},
      properties: {
        ...rawPlan.properties,
        kind,
        reserved: kind === 'linux',
        resourceGroup: options.resourceGroup ?? 'shop',
        ...options.properties,
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
