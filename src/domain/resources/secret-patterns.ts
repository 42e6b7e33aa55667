/**
 * Path patterns (path-patterns.ts) with values that are or may be secret. Names of secrets and settings are kept,
 * because rules check them.
 *
 * Sources: members that Azure.Bicep.Types.Az 0.2.972 marks as sensitive, and members that the models of
 * @azure/arm-appservice 19.0.0 and @azure/arm-appcontainers 4.0.0 describe as secret, as write-only for that reason,
 * or as a signed address. Beyond these: members that users put secrets into although Azure treats them as plain
 * (values of environment variables and headers, webhook properties of alerts), and the user name for publishing, which
 * is half of a credential that no rule reads.
 */

import type { DocumentName } from './document-names.ts';
import type { ResourceKind } from './resource.ts';

/** The secret patterns of a document; undefined when it has none. */
export function secretPatternsOf(kinds: readonly ResourceKind[], name: DocumentName): readonly string[] | undefined {
  return name === 'resource' ? kinds.flatMap((kind) => IN_RESOURCES[kind] ?? []) : IN_DOCUMENTS[name];
}

/** Settings of a site, as in its own document and as `siteConfig` in others. */
const SITE_CONFIGURATION: readonly string[] = [
  '/appSettings',
  '/connectionStrings',
  '/metadata',
  '/machineKey',
  '/azureStorageAccounts/*/accessKey',
  '/publishingUsername',
  '/publishingPassword',
];

const SITE = below('/properties', [
  ...below('/siteConfig', SITE_CONFIGURATION),
  '/cloningInfo/appSettingsOverrides',
  // Not in the models, but in the bodies that Azure sends.
  '/siteProperties/appSettings',
  '/siteProperties/metadata',
  '/sslCertificates',
  '/csrs',
  '/ftpUsername',
  '/publishingUsername',
  '/publishingPassword',
]);

/** The template of a container app and of each of its revisions. */
const TEMPLATE: readonly string[] = [
  ...['containers', 'initContainers'].flatMap((containers) => [
    `/${containers}/*/env/*/value`,
    `/${containers}/*/probes/*/httpGet/httpHeaders/*/value`,
  ]),
  // KEDA has secrets in `auth`, by name. Some scalers also take them here.
  '/scale/rules/*/custom/metadata/*',
];

const REVISION = below('/properties/template', TEMPLATE);

const CONTAINER_APP: readonly string[] = [...REVISION, '/properties/configuration/secrets/*/value'];

const ENVIRONMENT = below('/properties', [
  '/daprAIInstrumentationKey',
  '/daprAIConnectionString',
  '/appLogsConfiguration/logAnalyticsConfiguration/sharedKey',
  '/appInsightsConfiguration/connectionString',
  '/openTelemetryConfiguration/destinationsConfiguration/dataDogConfiguration/key',
  '/openTelemetryConfiguration/destinationsConfiguration/otlpConfigurations/*/headers/*/value',
  '/customDomainConfiguration/certificateValue',
  '/customDomainConfiguration/certificatePassword',
]);

const DAPR_COMPONENT = below('/properties', ['/metadata/*/value', '/secrets/*/value']);

/** A signed address, connection strings, and a text that may contain either. */
const BACKUP = below('/properties', ['/storageAccountUrl', '/databases', '/log']);

const CERTIFICATE = below('/properties', ['/password', '/pfxBlob']);

/** The properties that an alert sends to a webhook. */
const METRIC_ALERT = below('/properties', ['/actions/*/webHookProperties', '/actionProperties', '/customProperties']);
const ACTIVITY_LOG_ALERT = below('/properties/actions/actionGroups/*', ['/webhookProperties', '/actionProperties']);

const IN_RESOURCES: { readonly [kind in ResourceKind]?: readonly string[] } = {
  'web-app': SITE,
  'container-app': CONTAINER_APP,
  environment: ENVIRONMENT,
};

const IN_DOCUMENTS: { readonly [name in DocumentName]?: readonly string[] } = {
  'config/web': below('/properties', SITE_CONFIGURATION),
  slots: inList(SITE),
  backups: inList(BACKUP),
  revisions: inList(REVISION),
  environment: ENVIRONMENT,
  'environment/apps': inList(CONTAINER_APP),
  daprComponents: inList(DAPR_COMPONENT),
  'subscription/certificates': inList(CERTIFICATE),
  'subscription/metricAlerts': inList(METRIC_ALERT),
  'subscription/activityLogAlerts': inList(ACTIVITY_LOG_ALERT),
};

function inList(patterns: readonly string[]): string[] {
  return below('/value/*', patterns);
}

function below(root: string, patterns: readonly string[]): string[] {
  return patterns.map((pattern) => `${root}${pattern}`);
}
