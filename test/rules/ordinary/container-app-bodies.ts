/** Ordinary container apps, environments and a subscription, with every member that Resource Manager answers for them. */
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import type { SnapshotFile } from './verdicts.ts';

const SUBSCRIPTION = '/subscriptions/11111111-2222-3333-4444-555555555555';
const GROUP = `${SUBSCRIPTION}/resourceGroups/shop-rg`;
const APP = `${GROUP}/providers/Microsoft.App/containerApps/cart`;
const ENVIRONMENT = `${GROUP}/providers/Microsoft.App/managedEnvironments/shop-env`;
const SUBNET = `${GROUP}/providers/Microsoft.Network/virtualNetworks/shop-net/subnets/apps`;
const DOMAIN = 'politesea-1a2b3c4d.westeurope.azurecontainerapps.io';
const WRITTEN = {
  createdBy: 'shop@contoso.example',
  createdByType: 'User',
  createdAt: '2026-05-04T09:12:33.2094117',
  lastModifiedBy: 'shop@contoso.example',
  lastModifiedByType: 'User',
  lastModifiedAt: '2026-05-04T09:12:33.2094117',
};
const NOTHING: JsonObject = { value: [] };

/** An ingress for which only the port was configured. */
export function ordinaryIngress(members: JsonObject): JsonObject {
  return {
    fqdn: `cart.${DOMAIN}`,
    external: true,
    targetPort: 80,
    exposedPort: 0,
    transport: 'Auto',
    traffic: [{ weight: 100, latestRevision: true }],
    customDomains: null,
    allowInsecure: false,
    ipSecurityRestrictions: null,
    corsPolicy: null,
    clientCertificateMode: null,
    stickySessions: null,
    additionalPortMappings: null,
    targetPortHttpScheme: null,
    ...members,
  };
}

/** A container app with this ingress; `members` replaces the members beside its properties, `scale` the scale. */
export function ordinaryApp(ingress: Json, members: JsonObject = {}, scale: JsonObject = {}): SnapshotFile {
  const resource: JsonObject = {
    id: APP,
    name: 'cart',
    type: 'Microsoft.App/containerApps',
    location: 'West Europe',
    systemData: WRITTEN,
    identity: { type: 'None' },
    ...members,
    properties: {
      provisioningState: 'Succeeded',
      runningStatus: 'Running',
      managedEnvironmentId: ENVIRONMENT,
      environmentId: ENVIRONMENT,
      workloadProfileName: 'Consumption',
      patchingMode: 'Automatic',
      outboundIpAddresses: ['20.31.208.4'],
      latestRevisionName: 'cart--4d2kq1z',
      latestReadyRevisionName: 'cart--4d2kq1z',
      latestRevisionFqdn: ingress === null ? '' : `cart--4d2kq1z.${DOMAIN}`,
      customDomainVerificationId: '5D8A',
      configuration: {
        secrets: null,
        activeRevisionsMode: 'Single',
        targetLabel: '',
        ingress,
        registries: null,
        identitySettings: [],
        dapr: null,
        runtime: null,
        maxInactiveRevisions: 100,
        service: null,
      },
      template: {
        revisionSuffix: '',
        terminationGracePeriodSeconds: null,
        containers: [
          {
            image: 'mcr.microsoft.com/k8se/quickstart:1.0',
            imageType: 'ContainerImage',
            name: 'cart',
            resources: { cpu: 0.5, memory: '1Gi', ephemeralStorage: '2Gi' },
          },
        ],
        initContainers: null,
        scale: { minReplicas: null, maxReplicas: 10, cooldownPeriod: 300, pollingInterval: 30, rules: null, ...scale },
        volumes: null,
        serviceBinds: null,
      },
      eventStreamEndpoint: 'https://westeurope.azurecontainerapps.dev/subscriptions/x/eventstream',
      delegatedIdentities: [],
    },
  };
  return {
    id: APP,
    documents: {
      resource,
      environment: ordinaryEnvironment().documents.resource ?? null,
      'authConfigs/current': null,
      resourceGroup: {
        id: GROUP,
        name: 'shop-rg',
        location: 'westeurope',
        properties: { provisioningState: 'Succeeded' },
      },
      revisions: {
        value: [
          {
            id: `${APP}/revisions/cart--4d2kq1z`,
            name: 'cart--4d2kq1z',
            type: 'Microsoft.App/containerApps/revisions',
            properties: {
              active: true,
              replicas: 1,
              trafficWeight: 100,
              healthState: 'Healthy',
              runningState: 'Running',
            },
          },
        ],
      },
      roleAssignments: NOTHING,
      registry: NOTHING,
      'subscription/metricAlerts': NOTHING,
      'subscription/activityLogAlerts': NOTHING,
    },
  };
}

/** The network of an environment in a custom subnet. */
export const IN_SUBNET: JsonObject = {
  internal: true,
  infrastructureSubnetId: SUBNET,
  dockerBridgeCidr: null,
  platformReservedCidr: null,
  platformReservedDnsIP: null,
};

/** An environment for which only the logs were configured; `properties` replaces its own. */
export function ordinaryEnvironment(properties: JsonObject = {}): SnapshotFile {
  return {
    id: ENVIRONMENT,
    documents: {
      resource: {
        id: ENVIRONMENT,
        name: 'shop-env',
        type: 'Microsoft.App/managedEnvironments',
        location: 'West Europe',
        systemData: WRITTEN,
        properties: {
          provisioningState: 'Succeeded',
          daprAIInstrumentationKey: null,
          daprAIConnectionString: null,
          vnetConfiguration: null,
          defaultDomain: DOMAIN,
          staticIp: '20.76.11.4',
          appLogsConfiguration: {
            destination: 'log-analytics',
            logAnalyticsConfiguration: { customerId: '99999999-0000-0000-0000-000000000000', sharedKey: null },
          },
          openTelemetryConfiguration: null,
          zoneRedundant: false,
          kedaConfiguration: { version: '2.17.2' },
          daprConfiguration: { version: '1.13.6-msft.6' },
          eventStreamEndpoint: 'https://westeurope.azurecontainerapps.dev/subscriptions/x/eventstream',
          customDomainConfiguration: { customDomainVerificationId: '5D8A', dnsSuffix: null, certificateValue: null },
          workloadProfiles: [{ workloadProfileType: 'Consumption', name: 'Consumption' }],
          appInsightsConfiguration: null,
          infrastructureResourceGroup: null,
          peerAuthentication: { mtls: { enabled: false } },
          peerTrafficConfiguration: { encryption: { enabled: false } },
          publicNetworkAccess: 'Enabled',
          privateEndpointConnections: null,
          ...properties,
        },
      },
      diagnosticSettings: NOTHING,
      privateEndpointConnections: NOTHING,
      daprComponents: NOTHING,
      'environment/apps': { value: [ordinaryAppListed()] },
      ...(properties.vnetConfiguration === undefined
        ? {}
        : {
            subnet: {
              id: SUBNET,
              name: 'apps',
              type: 'Microsoft.Network/virtualNetworks/subnets',
              properties: {
                provisioningState: 'Succeeded',
                addressPrefix: '10.0.0.0/23',
                delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.App/environments' } }],
                privateEndpointNetworkPolicies: 'Disabled',
              },
            },
          }),
    },
  };
}

/** A subscription without any configuration. */
export function ordinarySubscription(): SnapshotFile {
  const pricing = (name: string): JsonObject => ({
    id: `${SUBSCRIPTION}/providers/Microsoft.Security/pricings/${name}`,
    name,
    type: 'Microsoft.Security/pricings',
    properties: { pricingTier: 'Free', freeTrialRemainingTime: 'P30D', resourcesCoverageStatus: 'NotCovered' },
  });
  return {
    id: SUBSCRIPTION,
    documents: {
      resource: {
        id: SUBSCRIPTION,
        subscriptionId: SUBSCRIPTION.split('/')[2] ?? '',
        displayName: 'Shop',
        state: 'Enabled',
      },
      'subscription/pricings/AppServices': pricing('AppServices'),
      'subscription/pricings/Containers': pricing('Containers'),
      'subscription/pricings/CloudPosture': pricing('CloudPosture'),
      'subscription/policyAssignments': NOTHING,
      'subscription/diagnosticSettings': NOTHING,
      'subscription/apps': { value: [ordinaryAppListed()] },
    },
  };
}

function ordinaryAppListed(): JsonObject {
  return {
    id: APP,
    name: 'cart',
    type: 'Microsoft.App/containerApps',
    location: 'westeurope',
    properties: { environmentId: ENVIRONMENT },
  };
}
