/**
 * What may be different in a document after a write that is about something else. `volatile`: places that the platform
 * changes by itself, so that a move of them says nothing; nothing that people configure is among them. `putBack`: places
 * that a rollback may write when they moved along; what it leaves out is read-only, holds what Azure never shows, or does
 * more than to restore a value. The pages docs/audit-log.md and docs/rollback.md show both lists.
 */
import type { DocumentDefinition, DocumentName } from './document.ts';
import type { ResourceKind } from './resource.ts';

type Moving = Pick<DocumentDefinition, 'volatile' | 'putBack'>;

/** Every resource: what names it and where it is never moves but in its spelling; who wrote it last, and when, always does. */
const HEAD = ['/id', '/name', '/type', '/location', '/etag', '/systemData'];

/** The ids that Azure gives an identity follow its type, which is compared. */
const IDENTITY = ['/identity/principalId', '/identity/tenantId'];

/** The approval of a connection is compared, not the state of carrying it out. */
const CONNECTIONS = '/properties/privateEndpointConnections/*/properties/provisioningState';

/**
 * The read-only members of SiteProperties in @azure/arm-appservice 19 that are times, states or computed, and those of the
 * same kind that GET shows without being in the model (states of availability, addresses, names of the scale unit). Copies:
 * `siteConfig` and `siteProperties` show part of config/web, which is compared itself; `tags` shows `/tags`. Read-only
 * members that say whether and under which names the app can be reached are compared: state, hostNames, enabledHostNames.
 * `putBack` are members of SitePatchResourceProperties, the published model of a PATCH, without the plan, the operating
 * system, bindings of host names, and what only a new app takes.
 */
const SITE: Moving = {
  volatile: [
    ...HEAD,
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
  putBack: {
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
 * Of SiteConfig in @azure/arm-appservice 19: the state of a mount and the machine key are read-only; the ids of identities
 * follow the identity of the site, and the log categories its diagnostic settings. Not put back: what holds secrets, which
 * Azure does not show, and what App Service takes only from the site (azure-cli issue 27474).
 */
const SITE_CONFIG: Moving = {
  volatile: [
    ...HEAD,
    ...[
      'azureMonitorLogCategories',
      'managedServiceIdentityId',
      'xManagedServiceIdentityId',
      'machineKey',
      'azureStorageAccounts/*/state',
    ].map((member) => `/properties/${member}`),
  ],
  putBack: {
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

/** They have no member that the platform moves. */
const PUBLISHING_POLICY: Moving = { volatile: HEAD, putBack: { within: ['/properties/allow'] } };

/** Sign-in has no member that the platform moves. ARM takes it only whole, and it names secrets: nothing of it is put back. */
const SIGN_IN: Moving = { volatile: HEAD };

/** What stands beside the properties of a diagnostic setting repeats its name. */
const DIAGNOSTIC_SETTINGS: Moving = {
  volatile: [...HEAD, ...[...HEAD, '/kind', '/tags', '/identity'].map((member) => `/value/*${member}`)],
  putBack: { within: ['/value/*/properties'] },
};

/**
 * The read-only members of ContainerApp in @azure/arm-appcontainers 4 that are states, names of revisions or computed.
 * `runningStatus` is compared: whether the app still runs. Put back is what `configuration` holds, without secrets; a
 * template would make a new revision, and Azure shows its environment variables that may be secret.
 */
const CONTAINER_APP: Moving = {
  volatile: [
    ...HEAD,
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
  putBack: {
    within: ['/tags', '/properties/configuration'],
    except: ['/properties/configuration/secrets', '/properties/configuration/service'],
  },
};

/**
 * The read-only members of ManagedEnvironment in @azure/arm-appcontainers 4 that are states, versions of components or
 * follow a certificate. Its address and default domain are read-only, too, and compared: they never move by themselves.
 * Put back are the switches; destinations of logs and telemetry need keys that Azure does not show.
 */
const MANAGED_ENVIRONMENT: Moving = {
  volatile: [
    ...HEAD,
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
  putBack: {
    within: ['publicNetworkAccess', 'peerAuthentication', 'peerTrafficConfiguration'].map(
      (member) => `/properties/${member}`,
    ),
  },
};

const MOVING: Readonly<Partial<Record<ResourceKind, { readonly [name in DocumentName]?: Moving }>>> = {
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

/** The lists of a row of the table of documents; none for what is never written. */
export function movingOf({ kinds: [kind], name }: DocumentDefinition): Moving {
  return (kind && MOVING[kind]?.[name]) ?? {};
}
