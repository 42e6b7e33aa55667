// Builders of resources that rules about apps read: certificates, alerts, registries and networks.
import type { ResourceSeed } from '../estate/resource-seed.ts';
import { createSeed, genericResource, idOf, type ResourceOptions } from '../estate/resource-seed.ts';
import type { JsonObject } from '../json/json.ts';

/** A certificate of App Service for the given hosts, by its thumbprint. */
export function certificate(
  options: ResourceOptions & { hosts: string[]; thumbprint: string; expires: string },
): ResourceSeed {
  const nulls = ['pfxBlob', 'siteName', 'selfLink', 'password', 'valid', 'toDelete', 'cerBlob', 'publicKeyHash'];
  return genericResource('Microsoft.Web/certificates', {
    ...options,
    properties: {
      ...Object.fromEntries(nulls.map((name) => [name, null])),
      friendlyName: '',
      subjectName: options.hosts[0] ?? '',
      hostNames: options.hosts,
      issuer: 'Contoso Example CA',
      issueDate: '2024-12-02T00:00:00+00:00',
      expirationDate: options.expires,
      thumbprint: options.thumbprint,
      hostingEnvironmentProfile: null,
      keyVaultId: null,
      keyVaultSecretName: '',
      keyVaultSecretStatus: 'Initialized',
      resourceGroup: options.resourceGroup ?? 'shop',
      canonicalName: null,
      domainValidationMethod: null,
    },
  });
}

/** An alert on a metric of the given scopes. */
export function metricAlert(
  options: ResourceOptions & { scopes: string[]; actionGroup: string; enabled?: boolean },
): ResourceSeed {
  const { scopes, actionGroup, enabled = true } = options;
  return genericResource('Microsoft.Insights/metricAlerts', {
    ...options,
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
export function activityLogAlert(options: ResourceOptions & { scopes: string[]; actionGroup: string }): ResourceSeed {
  return genericResource('Microsoft.Insights/activityLogAlerts', {
    ...options,
    location: 'Global',
    properties: {
      scopes: options.scopes,
      condition: { allOf: [{ field: 'category', equals: 'ResourceHealth', containsAny: null, anyOf: null }] },
      actions: { actionGroups: [{ actionGroupId: options.actionGroup, webhookProperties: null }] },
      enabled: true,
      description: null,
    },
  });
}

/** A container registry; `replicas` are further places that it is replicated to. */
export function registry(
  options: ResourceOptions & { sku?: 'Basic' | 'Standard' | 'Premium'; replicas?: string[] },
): ResourceSeed[] {
  const sku = options.sku ?? 'Premium';
  const type = 'Microsoft.ContainerRegistry/registries';
  const own = genericResource(type, {
    ...options,
    sku: { name: sku, tier: sku },
    properties: { loginServer: `${options.name}.azurecr.io`, adminUserEnabled: false, provisioningState: 'Succeeded' },
  });
  const replicas = (options.replicas ?? []).map((location) => {
    const id = `${own.id}/replications/${location}`;
    const name = `${options.name}/${location}`;
    const properties = { provisioningState: 'Succeeded', regionEndpointEnabled: true, zoneRedundancy: 'Disabled' };
    return createSeed(
      id,
      { name },
      { resource: { id, name, type: `${type}/replications`, location, tags: {}, properties } },
    );
  });
  return [own, ...replicas];
}

/** A subnet of the network `of`, for an environment; security group and route table by their ids. */
export function subnet(
  options: ResourceOptions & { of: string; networkSecurityGroup?: string; routeTable?: string },
): ResourceSeed {
  const { of, networkSecurityGroup, routeTable } = options;
  const id = `${idOf('Microsoft.Network/virtualNetworks', { ...options, name: of })}/subnets/${options.name}`;
  return createSeed(id, options, {
    resource: {
      name: options.name,
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
export function routeTable(options: ResourceOptions & { nextHopType?: string }): ResourceSeed {
  const type = 'Microsoft.Network/routeTables';
  const properties: JsonObject = {
    provisioningState: 'Succeeded',
    addressPrefix: '0.0.0.0/0',
    nextHopType: options.nextHopType ?? 'VirtualAppliance',
    nextHopIpAddress: '10.1.0.4',
    hasBgpOverride: false,
  };
  const route = {
    name: 'everything',
    id: `${idOf(type, options)}/routes/everything`,
    properties,
    type: `${type}/routes`,
  };
  return genericResource(type, {
    ...options,
    properties: { provisioningState: 'Succeeded', disableBgpRoutePropagation: false, routes: [route] },
  });
}
