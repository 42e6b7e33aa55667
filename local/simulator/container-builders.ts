// Builders of container apps and environments as they look in Azure. What a builder is not told is right.
import type { Caller, ResourceSeed } from './contract.ts';
import { type JsonObject, mergePatch } from './merge.ts';
import { rawContainerApp, rawEnvironment, rawIngress } from './raw-container.ts';
import { idOf, type Leaves, people, plantedSecrets, seed } from './seeds.ts';
import { authConfig, type EasyAuth, privateEndpoints } from './site-documents.ts';
import { systemAssigned } from './web-builders.ts';

export interface ContainerAppLeaves extends Leaves {
  environment?: string;
  /** Leaves of the ingress; null: none. */
  ingress?: JsonObject | null;
  /** Further variables of its container. */
  env?: JsonObject[];
  /** Built-in authentication; default `on` where everybody can reach it, `none` elsewhere. */
  auth?: EasyAuth;
  /** Leaves of `properties`, as a merge patch. */
  properties?: JsonObject;
}

export interface EnvironmentLeaves extends Leaves {
  /** Id of the subnet that it is in; absent: no network of the customer's. */
  subnet?: string;
  /** How the connections of its private endpoints stand; default: there are none. */
  privateEndpoints?: string[];
  /** Dapr components by name; each says to which apps it is open, and which of its values come from where. */
  dapr?: Record<string, { scopes: string[]; secretStoreComponent?: string; secrets?: string[] }>;
  /** Leaves of `properties`, as a merge patch. */
  properties?: JsonObject;
}

/** A container app with an external HTTPS ingress, one secret and a planted variable. */
export function containerApp(leaves: ContainerAppLeaves): ResourceSeed {
  const id = idOf('Microsoft.App/containerApps', leaves);
  const environmentId = idOf('Microsoft.App/managedEnvironments', {
    ...leaves,
    name: leaves.environment ?? 'production',
  });
  const revision = `${leaves.name}--0000001`;
  const domain = 'calmsea-00000001.westeurope.azurecontainerapps.io';
  const ingress =
    leaves.ingress === null
      ? null
      : {
          ...rawIngress,
          fqdn: `${leaves.name}.${leaves.ingress?.external === false ? 'internal.' : ''}${domain}`,
          ...leaves.ingress,
        };
  const containers = [
    {
      image: `contosoapps.azurecr.io/${leaves.name}:3.1.0`,
      imageType: 'ContainerImage',
      name: leaves.name,
      env: [
        { name: 'WELCOME_TEXT', value: plantedSecrets[0] },
        { name: 'DATABASE', secretRef: 'database' },
        ...(leaves.env ?? []),
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
  const auth = authConfig(id, leaves.auth ?? (open ? 'on' : 'none'));
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
  return seed(id, leaves, {
    resource: {
      id,
      name: leaves.name,
      type: 'Microsoft.App/containerApps',
      location: 'West Europe',
      tags: leaves.tags ?? {},
      ...(leaves.managedBy && { managedBy: leaves.managedBy }),
      systemData: systemData(leaves.author),
      properties: mergePatch(properties, leaves.properties ?? {}),
      identity: leaves.identity === undefined ? systemAssigned : leaves.identity,
    },
    ...(auth && { 'authConfigs/current': auth }),
  });
}

/** An environment that sends its logs to a workspace. */
export function environment(leaves: EnvironmentLeaves): ResourceSeed {
  const id = idOf('Microsoft.App/managedEnvironments', leaves);
  const own = {
    defaultDomain: 'calmsea-00000001.westeurope.azurecontainerapps.io',
    eventStreamEndpoint: `https://westeurope.azurecontainerapps.dev${id}/eventstream`,
  };
  const network = leaves.subnet && {
    vnetConfiguration: {
      internal: false,
      infrastructureSubnetId: leaves.subnet,
      dockerBridgeCidr: null,
      platformReservedCidr: null,
      platformReservedDnsIP: null,
    },
  };
  const components = Object.entries(leaves.dapr ?? {}).map(([name, leaf]) => daprComponent(id, name, leaf));
  return seed(id, leaves, {
    resource: {
      id,
      name: leaves.name,
      type: 'Microsoft.App/managedEnvironments',
      location: 'West Europe',
      tags: leaves.tags ?? {},
      systemData: systemData(leaves.author),
      properties: mergePatch({ ...rawEnvironment.properties, ...own, ...network }, leaves.properties ?? {}),
    },
    daprComponents: { value: components },
    ...(leaves.privateEndpoints && {
      privateEndpointConnections: privateEndpoints(id, 'Microsoft.App/managedEnvironments', leaves.privateEndpoints),
    }),
  });
}

/** GET gives the values of metadata, and of secrets their names. */
function daprComponent(environment: string, name: string, leaf: NonNullable<EnvironmentLeaves['dapr']>[string]) {
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
      secrets: (leaf.secrets ?? []).map((secret) => ({ name: secret })),
      secretStoreComponent: leaf.secretStoreComponent ?? null,
      metadata: [
        { name: 'url', value: `https://${name}.example/?key=${plantedSecrets[6]}`, secretRef: null },
        { name: 'masterKey', value: null, secretRef: 'master-key' },
      ],
      scopes: leaf.scopes,
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
