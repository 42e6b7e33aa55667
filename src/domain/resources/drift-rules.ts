/**
 * What may differ in a document after a write to something else. `volatile`: paths that the platform changes itself,
 * so a change of them means nothing. Paths that users configure are not among them. `restorable`: paths that a
 * rollback may write when they are side effects of a fix. Paths that are read-only, have values that Azure does not
 * return, or have other effects are excluded. The pages docs/audit-log.md and docs/rollback.md show both lists.
 */
import type { DocumentName } from './document-names.ts';
import type { ResourceKind } from './resource.ts';

export interface DriftRules {
  /** Path patterns (path-patterns.ts) that the platform changes itself: times, ids, states, computed values. */
  readonly volatile?: readonly string[];
  /** Path patterns that a rollback may write when they are side effects of a fix. */
  readonly restorable?: { readonly within: readonly string[]; readonly except?: readonly string[] };
}

/**
 * For every resource: name and location only change in their spelling. Author and time of the last write always
 * change.
 */
const ENVELOPE = ['/id', '/name', '/type', '/location', '/etag', '/systemData'];

/** Azure sets these ids by the type of the identity, which is compared. */
const IDENTITY = ['/identity/principalId', '/identity/tenantId'];

/** The approval of a connection is compared, its provisioning state is not. */
const CONNECTIONS = '/properties/privateEndpointConnections/*/properties/provisioningState';

/**
 * The read-only members of SiteProperties in @azure/arm-appservice 19 that are times, states or computed, and similar
 * ones that GET returns without being in the model (availability states, addresses, names of the scale unit). Copies:
 * `siteConfig` and `siteProperties` show part of config/web, which is compared itself; `tags` shows `/tags`. Read-only
 * members that show whether and by which names the app can be reached are compared: state, hostNames,
 * enabledHostNames. `restorable` has members of SitePatchResourceProperties, the published model of a PATCH, without
 * the plan, the operating system, bindings of host names, and members that only a new app takes.
 */
const SITE: DriftRules = {
  volatile: [
    ...ENVELOPE,
    ...IDENTITY,
    CONNECTIONS,
    ...[
      'lastModifiedTimeUtc',
      'usageState',
      'availabilityState',
      'contentAvailabilityState',
      'runtimeAvailabilityState',
      'storageRecoveryDefaultState',
      'migrationState',
      'slotSwapStatus',
      'targetSwapSlot',
      'inProgressOperationId',
      'inFlightFeatures',
      'suspendedTill',
      'outboundIpAddresses',
      'possibleOutboundIpAddresses',
      'inboundIpAddress',
      'possibleInboundIpAddresses',
      'outboundIpv6Addresses',
      'possibleOutboundIpv6Addresses',
      'inboundIpv6Address',
      'possibleInboundIpv6Addresses',
      'privateLinkIdentifiers',
      'homeStamp',
      'webSpace',
      'selfLink',
      'repositorySiteName',
      'ftpUsername',
      'ftpsHostName',
      'deploymentId',
      'buildVersion',
      'targetBuildVersion',
      'eligibleLogCategories',
      'functionExecutionUnitsCache',
      'maxNumberOfWorkers',
      'isDefaultContainer',
      'legacyServiceEndpointTrafficEvaluation',
      'sku',
      'kind',
      'tags',
      'siteConfig',
      'siteProperties',
    ].map((member) => `/properties/${member}`),
    '/properties/hostNameSslStates/*/toUpdate',
  ],
  restorable: {
    within: [
      '/tags',
      ...[
        'enabled',
        'dnsConfiguration',
        'scmSiteAlsoStopped',
        'clientAffinityEnabled',
        'clientAffinityProxyEnabled',
        'clientCertEnabled',
        'clientCertMode',
        'clientCertExclusionPaths',
        'hostNamesDisabled',
        'dailyMemoryTimeQuota',
        'httpsOnly',
        'redundancyMode',
        'publicNetworkAccess',
        'storageAccountRequired',
        'keyVaultReferenceIdentity',
        'virtualNetworkSubnetId',
      ].map((member) => `/properties/${member}`),
    ],
  },
};

/**
 * Of SiteConfig in @azure/arm-appservice 19: the state of a mount and the machine key are read-only. The ids of
 * identities follow the identity of the site, and the log categories its diagnostic settings. Not restorable: members
 * with secrets, which Azure does not return, and members that App Service takes only from the site (azure-cli issue
 * 27474).
 */
const SITE_CONFIG: DriftRules = {
  volatile: [
    ...ENVELOPE,
    ...[
      'azureMonitorLogCategories',
      'managedServiceIdentityId',
      'xManagedServiceIdentityId',
      'machineKey',
      'azureStorageAccounts/*/state',
    ].map((member) => `/properties/${member}`),
  ],
  restorable: {
    within: ['/properties'],
    except: [
      'publicNetworkAccess',
      'appSettings',
      'connectionStrings',
      'metadata',
      'azureStorageAccounts',
      'publishingUsername',
      'publishingPassword',
      'push',
      'virtualApplications',
    ].map((member) => `/properties/${member}`),
  },
};

/** No member changes by the platform. */
const PUBLISHING_POLICY: DriftRules = { volatile: ENVELOPE, restorable: { within: ['/properties/allow'] } };

/**
 * No member of sign-in changes by the platform. ARM replaces the document as a whole and it names secrets, so nothing
 * is restorable.
 */
const SIGN_IN: DriftRules = { volatile: ENVELOPE };

/** The members beside the properties of a diagnostic setting repeat its name. */
const DIAGNOSTIC_SETTINGS: DriftRules = {
  volatile: [...ENVELOPE, ...[...ENVELOPE, '/kind', '/tags', '/identity'].map((member) => `/value/*${member}`)],
  restorable: { within: ['/value/*/properties'] },
};

/**
 * The read-only members of ContainerApp in @azure/arm-appcontainers 4 that are states, names of revisions or computed.
 * `runningStatus` is compared: it shows whether the app runs. Restorable: `configuration` without secrets. A change of
 * the template would make a new revision, and its environment variables may be secret.
 */
const CONTAINER_APP: DriftRules = {
  volatile: [
    ...ENVELOPE,
    ...IDENTITY,
    ...[
      'provisioningState',
      'latestRevisionName',
      'latestReadyRevisionName',
      'latestRevisionFqdn',
      'outboundIpAddresses',
      'eventStreamEndpoint',
      'configuration/ingress/fqdn',
      'template/containers/*/resources/ephemeralStorage',
      'template/initContainers/*/resources/ephemeralStorage',
    ].map((member) => `/properties/${member}`),
  ],
  restorable: {
    within: ['/tags', '/properties/configuration'],
    except: ['/properties/configuration/secrets', '/properties/configuration/service'],
  },
};

/**
 * The read-only members of ManagedEnvironment in @azure/arm-appcontainers 4 that are states, versions of components,
 * or follow a certificate. Address and default domain are read-only and compared, because they never change by
 * themselves. Restorable: the switches. Destinations of logs and telemetry need keys that Azure does not return.
 */
const MANAGED_ENVIRONMENT: DriftRules = {
  volatile: [
    ...ENVELOPE,
    ...IDENTITY,
    CONNECTIONS,
    ...[
      'provisioningState',
      'deploymentErrors',
      'eventStreamEndpoint',
      'kedaConfiguration/version',
      'daprConfiguration/version',
      'customDomainConfiguration/expirationDate',
      'customDomainConfiguration/thumbprint',
      'customDomainConfiguration/subjectName',
    ].map((member) => `/properties/${member}`),
  ],
  restorable: {
    within: ['publicNetworkAccess', 'peerAuthentication', 'peerTrafficConfiguration'].map(
      (member) => `/properties/${member}`,
    ),
  },
};

const DRIFT_RULES: Readonly<Partial<Record<ResourceKind, { readonly [name in DocumentName]?: DriftRules }>>> = {
  'web-app': {
    resource: SITE,
    'config/web': SITE_CONFIG,
    'config/authsettingsV2': SIGN_IN,
    'basicPublishingCredentialsPolicies/ftp': PUBLISHING_POLICY,
    'basicPublishingCredentialsPolicies/scm': PUBLISHING_POLICY,
    diagnosticSettings: DIAGNOSTIC_SETTINGS,
  },
  'container-app': { resource: CONTAINER_APP, 'authConfigs/current': SIGN_IN },
  environment: { resource: MANAGED_ENVIRONMENT, diagnosticSettings: DIAGNOSTIC_SETTINGS },
};

/** The lists for a document; empty when it is never written. */
export function driftRulesOf([kind]: readonly ResourceKind[], name: DocumentName): DriftRules {
  return (kind && DRIFT_RULES[kind]?.[name]) ?? {};
}
