// Builders of what stands around apps and is looked at for their sake: certificates, alerts, registries and networks.
import type { ResourceSeed } from './contract.ts';
import type { JsonObject } from './merge.ts';
import { idOf, type Leaves, other, seed } from './seeds.ts';

/** A certificate of App Service for the given hosts, by its thumbprint. */
export function certificate(leaves: Leaves & { hosts: string[]; thumbprint: string; expires: string }): ResourceSeed {
  const nulls = ['pfxBlob', 'siteName', 'selfLink', 'password', 'valid', 'toDelete', 'cerBlob', 'publicKeyHash'];
  return other('Microsoft.Web/certificates', {
    ...leaves,
    properties: {
      ...Object.fromEntries(nulls.map((name) => [name, null])),
      friendlyName: '',
      subjectName: leaves.hosts[0] ?? '',
      hostNames: leaves.hosts,
      issuer: 'Contoso Example CA',
      issueDate: '2024-12-02T00:00:00+00:00',
      expirationDate: leaves.expires,
      thumbprint: leaves.thumbprint,
      hostingEnvironmentProfile: null,
      keyVaultId: null,
      keyVaultSecretName: '',
      keyVaultSecretStatus: 'Initialized',
      resourceGroup: leaves.resourceGroup ?? 'shop',
      canonicalName: null,
      domainValidationMethod: null,
    },
  });
}

/** An alert on a metric of the given scopes. */
export function metricAlert(
  leaves: Leaves & { scopes: string[]; actionGroup: string; enabled?: boolean },
): ResourceSeed {
  const { scopes, actionGroup, enabled = true } = leaves;
  return other('Microsoft.Insights/metricAlerts', {
    ...leaves,
    location: 'global',
    properties: {
      description: '',
      severity: 2,
      enabled,
      scopes,
      evaluationFrequency: 'PT1M',
      windowSize: 'PT5M',
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
        allOf: [
          { name: 'errors', metricName: 'Http5xx', operator: 'GreaterThan', threshold: 10, timeAggregation: 'Total' },
        ],
      },
      autoMitigate: true,
      actions: [{ actionGroupId: actionGroup, webHookProperties: {} }],
    },
  });
}

/** An alert on the activity log of the given scopes; `actions` has another shape here. */
export function activityLogAlert(leaves: Leaves & { scopes: string[]; actionGroup: string }): ResourceSeed {
  return other('Microsoft.Insights/activityLogAlerts', {
    ...leaves,
    location: 'Global',
    properties: {
      scopes: leaves.scopes,
      condition: { allOf: [{ field: 'category', equals: 'ResourceHealth', containsAny: null, anyOf: null }] },
      actions: { actionGroups: [{ actionGroupId: leaves.actionGroup, webhookProperties: null }] },
      enabled: true,
      description: null,
    },
  });
}

/** A container registry; `replicas` are further places that it is replicated to. */
export function registry(
  leaves: Leaves & { sku?: 'Basic' | 'Standard' | 'Premium'; replicas?: string[] },
): ResourceSeed[] {
  const sku = leaves.sku ?? 'Premium';
  const type = 'Microsoft.ContainerRegistry/registries';
  const own = other(type, {
    ...leaves,
    sku: { name: sku, tier: sku },
    properties: { loginServer: `${leaves.name}.azurecr.io`, adminUserEnabled: false, provisioningState: 'Succeeded' },
  });
  const replicas = (leaves.replicas ?? []).map((location) => {
    const id = `${own.id}/replications/${location}`;
    const name = `${leaves.name}/${location}`;
    const properties = { provisioningState: 'Succeeded', regionEndpointEnabled: true, zoneRedundancy: 'Disabled' };
    return seed(id, { name }, { resource: { id, name, type: `${type}/replications`, location, tags: {}, properties } });
  });
  return [own, ...replicas];
}

/** A subnet of the network `of`, for an environment; security group and route table by their ids. */
export function subnet(
  leaves: Leaves & { of: string; networkSecurityGroup?: string; routeTable?: string },
): ResourceSeed {
  const { of, networkSecurityGroup, routeTable } = leaves;
  const id = `${idOf('Microsoft.Network/virtualNetworks', { ...leaves, name: of })}/subnets/${leaves.name}`;
  return seed(id, leaves, {
    resource: {
      name: leaves.name,
      id,
      etag: 'W/"00000000-0000-4000-8000-0000000000e1"',
      properties: {
        provisioningState: 'Succeeded',
        addressPrefix: '10.0.0.0/23',
        ...(networkSecurityGroup && { networkSecurityGroup: { id: networkSecurityGroup } }),
        ...(routeTable && { routeTable: { id: routeTable } }),
        serviceEndpoints: [],
        delegations: [
          {
            name: 'environment',
            id: `${id}/delegations/environment`,
            properties: { provisioningState: 'Succeeded', serviceName: 'Microsoft.App/environments' },
            type: 'Microsoft.Network/virtualNetworks/subnets/delegations',
          },
        ],
        privateEndpointNetworkPolicies: 'Disabled',
        privateLinkServiceNetworkPolicies: 'Enabled',
      },
      type: 'Microsoft.Network/virtualNetworks/subnets',
    },
  });
}

/** A route table that sends everything to a firewall, or to where `nextHopType` says. */
export function routeTable(leaves: Leaves & { nextHopType?: string }): ResourceSeed {
  const type = 'Microsoft.Network/routeTables';
  const properties: JsonObject = {
    provisioningState: 'Succeeded',
    addressPrefix: '0.0.0.0/0',
    nextHopType: leaves.nextHopType ?? 'VirtualAppliance',
    nextHopIpAddress: '10.1.0.4',
    hasBgpOverride: false,
  };
  const route = {
    name: 'everything',
    id: `${idOf(type, leaves)}/routes/everything`,
    properties,
    type: `${type}/routes`,
  };
  return other(type, {
    ...leaves,
    properties: { provisioningState: 'Succeeded', disableBgpRoutePropagation: false, routes: [route] },
  });
}
