// Builders of container apps and environments as they look in Azure. Options that are absent have compliant values.

import type { ResourceSeed } from '../estate/resource-seed.ts';
import { createSeed, idOf, plantedSecrets, type ResourceOptions } from '../estate/resource-seed.ts';
import type { Caller } from '../identity/directory.ts';
import { people } from '../identity/directory.ts';
import { type JsonObject, mergePatch } from '../json/json.ts';
import { systemAssigned } from '../web-app/builders.ts';
import { type EasyAuth, privateEndpoints } from '../web-app/site-documents.ts';
import { authConfig } from './auth-config.ts';
import { rawContainerApp, rawEnvironment, rawIngress } from './bodies.ts';

export interface ContainerAppOptions extends ResourceOptions {
  environment?: string;
  /** Properties of the ingress; null: none. */
  ingress?: JsonObject | null;
  /** Further variables of its container. */
  env?: JsonObject[];
  /** Built-in authentication; default `on` where it is reachable from the internet, `none` elsewhere. */
  auth?: EasyAuth;
  /** Members of `properties`, as a merge patch. */
  properties?: JsonObject;
}

export interface EnvironmentOptions extends ResourceOptions {
  /** Id of the subnet that it is in; absent: no network of the customer's. */
  subnet?: string;
  /** How the connections of its private endpoints stand; default: there are none. */
  privateEndpoints?: string[];
  /** Dapr components by name; each says to which apps it is open, and which of its values come from where. */
  dapr?: Record<string, { scopes: string[]; secretStoreComponent?: string; secrets?: string[] }>;
  /** Members of `properties`, as a merge patch. */
  properties?: JsonObject;
}

/** A container app with an external HTTPS ingress, one secret and a planted variable. */
export function containerApp(options: ContainerAppOptions): ResourceSeed {
  const id = idOf('Microsoft.App/containerApps', options);
  const environmentId = idOf('Microsoft.App/managedEnvironments', {
    ...options,
    name: options.environment ?? 'production',
  });
  const revision = `${options.name}--0000001`;
  const domain = 'calmsea-00000001.westeurope.azurecontainerapps.io';
  const ingress =
    options.ingress === null
      ? null
      : {
          ...rawIngress,
          fqdn: `${options.name}.${options.ingress?.external === false ? 'internal.' : ''}${domain}`,
          ...options.ingress,
        };
  const containers = [
    {
      image: `contosoapps.azurecr.io/${options.name}:3.1.0`,
      imageType: 'ContainerImage',
      name: options.name,
      env: [
        { name: 'WELCOME_TEXT', value: plantedSecrets[0] },
        { name: 'DATABASE', secretRef: 'database' },
        ...(options.env ?? []),
      ],
      resources: { cpu: 0.5, memory: '1Gi', ephemeralStorage: '2Gi' },
      probes: [
        {
          type: 'Liveness',
          failureThreshold: 3,
          periodSeconds: 10,
          httpGet: { path: '/health', port: 8080, scheme: 'HTTP' },
        },
      ],
    },
  ];
  const open = ingress !== null && ingress.external === true;
  const auth = authConfig(id, options.auth ?? (open ? 'on' : 'none'));
  const raw = rawContainerApp.properties;
  const properties = {
    ...raw,
    managedEnvironmentId: environmentId,
    environmentId,
    latestRevisionName: revision,
    latestReadyRevisionName: revision,
    latestRevisionFqdn: ingress ? `${revision}.${domain}` : '',
    configuration: { ...raw.configuration, ingress },
    template: { ...raw.template, containers },
    eventStreamEndpoint: `https://westeurope.azurecontainerapps.dev${id}/eventstream`,
  };
  return createSeed(id, options, {
    resource: {
      id,
      name: options.name,
      type: 'Microsoft.App/containerApps',
      location: 'West Europe',
      tags: options.tags ?? {},
      ...(options.managedBy && { managedBy: options.managedBy }),
      systemData: systemData(options.author),
      properties: mergePatch(properties, options.properties ?? {}),
      identity: options.identity === undefined ? systemAssigned : options.identity,
    },
    ...(auth && { 'authConfigs/current': auth }),
  });
}

/** An environment that sends its logs to a workspace. */
export function environment(options: EnvironmentOptions): ResourceSeed {
  const id = idOf('Microsoft.App/managedEnvironments', options);
  const own = {
    defaultDomain: 'calmsea-00000001.westeurope.azurecontainerapps.io',
    eventStreamEndpoint: `https://westeurope.azurecontainerapps.dev${id}/eventstream`,
  };
  const network = options.subnet && {
    vnetConfiguration: {
      internal: false,
      infrastructureSubnetId: options.subnet,
      dockerBridgeCidr: null,
      platformReservedCidr: null,
      platformReservedDnsIP: null,
    },
  };
  const components = Object.entries(options.dapr ?? {}).map(([name, component]) => daprComponent(id, name, component));
  return createSeed(id, options, {
    resource: {
      id,
      name: options.name,
      type: 'Microsoft.App/managedEnvironments',
      location: 'West Europe',
      tags: options.tags ?? {},
      systemData: systemData(options.author),
      properties: mergePatch({ ...rawEnvironment.properties, ...own, ...network }, options.properties ?? {}),
    },
    daprComponents: { value: components },
    ...(options.privateEndpoints && {
      privateEndpointConnections: privateEndpoints(id, 'Microsoft.App/managedEnvironments', options.privateEndpoints),
    }),
  });
}

/** GET gives the values of metadata, and of secrets their names. */
function daprComponent(environment: string, name: string, component: NonNullable<EnvironmentOptions['dapr']>[string]) {
  return {
    id: `${environment}/daprComponents/${name}`,
    name,
    type: 'Microsoft.App/managedEnvironments/daprComponents',
    systemData: systemData(),
    properties: {
      componentType: 'state.azure.cosmosdb',
      version: 'v1',
      ignoreErrors: false,
      initTimeout: '5s',
      secrets: (component.secrets ?? []).map((secret) => ({ name: secret })),
      secretStoreComponent: component.secretStoreComponent ?? null,
      metadata: [
        { name: 'url', value: `https://${name}.example/?key=${plantedSecrets[6]}`, secretRef: null },
        { name: 'masterKey', value: null, secretRef: 'master-key' },
      ],
      scopes: component.scopes,
    },
  };
}

function systemData(author: Caller = people.ada) {
  const by = author.type === 'user' ? author.name : author.appId;
  const type = author.type === 'user' ? 'User' : 'Application';
  const at = '2026-01-12T09:30:00.4166667';
  return {
    createdBy: by,
    createdByType: type,
    createdAt: at,
    lastModifiedBy: by,
    lastModifiedByType: type,
    lastModifiedAt: at,
  };
}
