/**
 * What is read of Resource Graph: the tables, and of their rows the leaves that rules read. A test records what every
 * rule reads of its examples and compares it with this table. Nothing else of a row is requested or kept.
 *
 * A leaf is a path pattern (path-patterns.ts) in the body that Resource Manager would answer.
 */
import type { DocumentName } from '../resources/documents.ts';
import type { ResourceKind } from '../resources/resource.ts';

/**
 * How values of a leaf are compared with those seen before (evidence.ts).
 * word: one of a few values, each of which must have been seen. text: ids, names and numbers, of which there are many.
 * whole: an object or a list that is told and compared as one value; its members have names that users choose.
 */
export type LeafForm = 'word' | 'text' | 'whole';

export const ROW_SOURCES = ['site', 'siteConfig', 'containerApp', 'environment', 'plan', 'resourceGroup'] as const;
export type RowSourceName = (typeof ROW_SOURCES)[number];

export interface RowSource {
  readonly table: 'resources' | 'appserviceresources' | 'resourcecontainers';
  /** In lower case, as in rows. */
  readonly types: readonly string[];
  /** A kind of resource and its document of which a row is a part. */
  readonly kind: ResourceKind;
  readonly document: DocumentName;
  /** What the id of a row has behind the id of its resource. */
  readonly suffix: '' | '/config/web';
  /** The leaves with their form. */
  readonly leaves: ReadonlyMap<string, LeafForm>;
  /** Leaves that rules read and no row tells. Rules that need them are judged on the documents of Resource Manager. */
  readonly untold: readonly string[];
}

/** Objects whose members are columns of their own. Other objects are requested as a whole, and only their leaves are kept. */
export const OPENED: ReadonlySet<string> = new Set([
  '/properties',
  '/properties/configuration',
  '/properties/template',
]);

/** The leaves that no rule reads: they show which rows belong together, and whether a resource is the same as before. */
export const BESIDE_RULES: ReadonlySet<string> = new Set([
  '/identity/principalId',
  '/managedBy',
  '/properties/provisioningState',
  '/properties/serverFarmId',
]);

const ROUTING = '/properties/outboundVnetRouting';

/** Objects whose members rules list only to write them again beside a change, so the list decides no verdict. */
export const LISTED_FOR_CHANGES: ReadonlySet<string> = new Set([ROUTING]);

const ENDPOINT_STATUS = '/properties/privateEndpointConnections/*/properties/privateLinkServiceConnectionState/status';
/** The keys are ids; the values are objects with ids. */
const ASSIGNED_IDENTITIES = '/identity/userAssignedIdentities';

const SOURCES: Readonly<Record<RowSourceName, RowSource>> = {
  site: {
    table: 'resources',
    types: ['microsoft.web/sites', 'microsoft.web/sites/slots'],
    kind: 'web-app',
    document: 'resource',
    suffix: '',
    leaves: leavesOf({
      word: [
        '/identity/type',
        '/kind',
        '/properties/clientAffinityEnabled',
        '/properties/clientCertEnabled',
        '/properties/clientCertMode',
        '/properties/endToEndEncryptionEnabled',
        '/properties/functionAppConfig/runtime/name',
        '/properties/hostNameSslStates/*/hostType',
        '/properties/hostNameSslStates/*/sslState',
        '/properties/httpsOnly',
        '/properties/hyperV',
        '/properties/isXenon',
        `${ROUTING}/allTraffic`,
        `${ROUTING}/applicationTraffic`,
        `${ROUTING}/backupRestoreTraffic`,
        `${ROUTING}/contentShareTraffic`,
        `${ROUTING}/imagePullTraffic`,
        ENDPOINT_STATUS,
        '/properties/publicNetworkAccess',
        '/properties/reserved',
        '/properties/siteProperties/properties/*/name',
        '/properties/sku',
        '/properties/sshEnabled',
        '/properties/vnetBackupRestoreEnabled',
        '/properties/vnetContentShareEnabled',
        '/properties/vnetImagePullEnabled',
        '/properties/vnetRouteAllEnabled',
      ],
      text: [
        '/identity/principalId',
        '/managedBy',
        '/properties/clientCertExclusionPaths',
        '/properties/defaultHostName',
        '/properties/functionAppConfig/runtime/version',
        '/properties/hostNameSslStates/*/name',
        '/properties/hostNameSslStates/*/thumbprint',
        '/properties/hostNames/*',
        '/properties/hostingEnvironmentProfile/id',
        '/properties/managedEnvironmentId',
        '/properties/serverFarmId',
        '/properties/siteProperties/properties/*/value',
        '/properties/virtualNetworkSubnetId',
      ],
      whole: [ASSIGNED_IDENTITIES, '/tags'],
    }),
    // It is there, with nearly all its values null, whatever the configuration is.
    untold: ['/properties/siteConfig'],
  },
  siteConfig: {
    table: 'appserviceresources',
    types: ['microsoft.web/sites/config', 'microsoft.web/sites/slots/config'],
    kind: 'web-app',
    document: 'config/web',
    suffix: '/config/web',
    leaves: leavesOf({
      word: [
        '/properties/acrUseManagedIdentityCreds',
        '/properties/alwaysOn',
        '/properties/autoHealEnabled',
        '/properties/cors/supportCredentials',
        '/properties/detailedErrorLoggingEnabled',
        '/properties/ftpsState',
        '/properties/http20Enabled',
        ...accessRules('ipSecurityRestrictions', ['/action', '/tag']),
        '/properties/ipSecurityRestrictionsDefaultAction',
        '/properties/minTlsCipherSuite',
        '/properties/minTlsVersion',
        '/properties/publicNetworkAccess',
        '/properties/remoteDebuggingEnabled',
        '/properties/requestTracingEnabled',
        ...accessRules('scmIpSecurityRestrictions', ['/action', '/tag']),
        '/properties/scmIpSecurityRestrictionsDefaultAction',
        '/properties/scmIpSecurityRestrictionsUseMain',
        '/properties/scmMinTlsVersion',
        '/properties/webSocketsEnabled',
      ],
      text: [
        '/properties/acrUserManagedIdentityID',
        '/properties/autoHealRules/triggers/privateBytesInKB',
        '/properties/cors/allowedOrigins/*',
        '/properties/healthCheckPath',
        ...accessRules('ipSecurityRestrictions', ['/ipAddress', '/name', '/priority', '/subnetMask']),
        ...accessRules('ipSecurityRestrictions', ['/vnetSubnetResourceId']),
        '/properties/javaVersion',
        '/properties/linuxFxVersion',
        '/properties/netFrameworkVersion',
        '/properties/nodeVersion',
        '/properties/phpVersion',
        '/properties/powerShellVersion',
        '/properties/pythonVersion',
        ...accessRules('scmIpSecurityRestrictions', ['/ipAddress', '/priority', '/subnetMask']),
        ...accessRules('scmIpSecurityRestrictions', ['/vnetSubnetResourceId']),
        '/properties/windowsFxVersion',
      ],
      whole: [
        '/properties/autoHealRules/actions/customAction',
        '/properties/autoHealRules/triggers/requests',
        '/properties/autoHealRules/triggers/slowRequests',
        '/properties/autoHealRules/triggers/slowRequestsWithPath',
        '/properties/autoHealRules/triggers/statusCodes',
        '/properties/autoHealRules/triggers/statusCodesRange',
        ...accessRules('ipSecurityRestrictions', ['/headers']),
        ...accessRules('scmIpSecurityRestrictions', ['/headers']),
      ],
    }),
    untold: [],
  },
  containerApp: {
    table: 'resources',
    types: ['microsoft.app/containerapps'],
    kind: 'container-app',
    document: 'resource',
    suffix: '',
    leaves: leavesOf({
      word: [
        '/identity/type',
        '/kind',
        '/properties/configuration/activeRevisionsMode',
        '/properties/configuration/dapr/enableApiLogging',
        '/properties/configuration/dapr/enabled',
        '/properties/configuration/ingress/allowInsecure',
        '/properties/configuration/ingress/clientCertificateMode',
        '/properties/configuration/ingress/corsPolicy/allowCredentials',
        '/properties/configuration/ingress/external',
        '/properties/configuration/ingress/ipSecurityRestrictions/*/action',
        '/properties/configuration/ingress/stickySessions/affinity',
        '/properties/configuration/ingress/traffic/*/latestRevision',
        '/properties/configuration/ingress/transport',
        '/properties/provisioningState',
        '/properties/template/containers/*/probes/*/type',
      ],
      text: [
        '/identity/principalId',
        '/managedBy',
        '/properties/configuration/ingress/corsPolicy/allowedOrigins/*',
        '/properties/configuration/ingress/ipSecurityRestrictions/*/ipAddressRange',
        '/properties/configuration/ingress/ipSecurityRestrictions/*/name',
        '/properties/configuration/ingress/traffic/*/label',
        '/properties/configuration/ingress/traffic/*/revisionName',
        '/properties/configuration/ingress/traffic/*/weight',
        '/properties/configuration/secrets/*/keyVaultUrl',
        '/properties/configuration/secrets/*/name',
        '/properties/environmentId',
        '/properties/latestReadyRevisionName',
        '/properties/latestRevisionName',
        '/properties/managedEnvironmentId',
        ...['containers', 'initContainers'].flatMap((list) => [
          `/properties/template/${list}/*/env/*/name`,
          `/properties/template/${list}/*/env/*/secretRef`,
          `/properties/template/${list}/*/image`,
        ]),
        '/properties/template/containers/*/name',
        '/properties/template/containers/*/resources/cpu',
        '/properties/template/containers/*/resources/memory',
        '/properties/template/scale/maxReplicas',
        '/properties/template/scale/minReplicas',
      ],
      whole: [
        '/extendedLocation',
        ASSIGNED_IDENTITIES,
        '/properties/configuration/ingress/additionalPortMappings',
        '/properties/configuration/registries',
        '/properties/template/containers/*/probes/*/httpGet',
        '/properties/template/containers/*/probes/*/tcpSocket',
        '/properties/template/scale/rules',
        '/tags',
      ],
    }),
    untold: [],
  },
  environment: {
    table: 'resources',
    types: ['microsoft.app/managedenvironments'],
    kind: 'environment',
    document: 'resource',
    suffix: '',
    leaves: leavesOf({
      word: [
        '/location',
        '/properties/appLogsConfiguration/destination',
        '/properties/environmentMode',
        '/properties/openTelemetryConfiguration/logsConfiguration/destinations/*',
        '/properties/openTelemetryConfiguration/tracesConfiguration/destinations/*',
        '/properties/peerAuthentication/mtls/enabled',
        '/properties/peerTrafficConfiguration/encryption/enabled',
        ENDPOINT_STATUS,
        '/properties/provisioningState',
        '/properties/publicNetworkAccess',
        '/properties/vnetConfiguration/internal',
        '/properties/zoneRedundant',
      ],
      text: ['/properties/vnetConfiguration/infrastructureSubnetId'],
      whole: ['/properties/workloadProfiles'],
    }),
    // Only preview versions have it, and rows are of the latest version that is none.
    untold: ['/properties/appInsightsConfiguration'],
  },
  plan: {
    table: 'resources',
    types: ['microsoft.web/serverfarms'],
    kind: 'plan',
    document: 'resource',
    suffix: '',
    leaves: leavesOf({
      word: ['/location', '/properties/zoneRedundant', '/sku/name', '/sku/size', '/sku/tier'],
      text: ['/sku/capacity'],
    }),
    untold: [],
  },
  resourceGroup: {
    table: 'resourcecontainers',
    types: ['microsoft.resources/subscriptions/resourcegroups'],
    kind: 'web-app',
    document: 'resourceGroup',
    suffix: '',
    leaves: leavesOf({ whole: ['/tags'] }),
    untold: [],
  },
};

/** A document that can be made from a row: of which source, and at which path of it when it is a list in the row. */
export interface RowDocument {
  readonly source: RowSourceName;
  /** The list of the row that is the value of this document; absent: the row is the document. */
  readonly list?: string;
}

const ENDPOINTS = '/properties/privateEndpointConnections';

/** By kind of resource, the documents that rows can hold. */
export const ROW_DOCUMENTS: Readonly<
  Record<ResourceKind, { readonly [name in DocumentName]?: RowDocument | undefined }>
> = {
  'web-app': {
    resource: { source: 'site' },
    'config/web': { source: 'siteConfig' },
    privateEndpointConnections: { source: 'site', list: ENDPOINTS },
    plan: { source: 'plan' },
    resourceGroup: { source: 'resourceGroup' },
  },
  'container-app': {
    resource: { source: 'containerApp' },
    environment: { source: 'environment' },
    resourceGroup: { source: 'resourceGroup' },
  },
  environment: {
    resource: { source: 'environment' },
    privateEndpointConnections: { source: 'environment', list: ENDPOINTS },
  },
  plan: { resource: { source: 'plan' } },
  subscription: {},
};

export function sourceOf(name: RowSourceName): RowSource {
  return SOURCES[name];
}

function accessRules(list: string, members: readonly string[]): string[] {
  return members.map((member) => `/properties/${list}/*${member}`);
}

/** Sorted, so that a column keeps its position. */
function leavesOf(byForm: { readonly [form in LeafForm]?: readonly string[] }): ReadonlyMap<string, LeafForm> {
  const all = (['word', 'text', 'whole'] as const).flatMap((form) =>
    (byForm[form] ?? []).map((leaf): [string, LeafForm] => [leaf, form]),
  );
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}
