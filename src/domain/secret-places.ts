/**
 * Places (places.ts) whose values are secret or may be. Names of secrets and settings stay: rules judge by them.
 *
 * Sources: what Azure.Bicep.Types.Az 0.2.972 marks as sensitive, and what the models of @azure/arm-appservice 19.0.0 and
 * @azure/arm-appcontainers 4.0.0 describe as secret, as write-only because it may be, or as an address with a signature.
 * Beyond these: what people use for secrets although Azure calls it plain (values of environment variables and headers,
 * what an alert sends to a webhook), and the user name for publishing, which is half of a credential that no rule reads.
 */

import type { DocumentDefinition, DocumentName } from './document.ts';
import type { ResourceKind } from './resource.ts';

/** The rows of the table of documents, each with the places in it. */
export function withSecretPlaces(rows: readonly DocumentDefinition[]): DocumentDefinition[] {
  return rows.map((row) => {
    const secrets =
      row.name === 'resource' ? row.kinds.flatMap((kind) => IN_RESOURCES[kind] ?? []) : IN_DOCUMENTS[row.name];
    return secrets === undefined ? row : { ...row, secrets };
  });
}

/** Settings of a site, as its own document has them, and as `siteConfig` in others. */
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

/** What runs: of a container app, and of each of its revisions. */
const TEMPLATE: readonly string[] = [
  ...['containers', 'initContainers'].flatMap((containers) => [
    `/${containers}/*/env/*/value`,
    `/${containers}/*/probes/*/httpGet/httpHeaders/*/value`,
  ]),
  // KEDA has secrets in `auth`, by name; some scalers take them here, too.
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

/** A signed address, connection strings, and a text that may quote either. */
const BACKUP = below('/properties', ['/storageAccountUrl', '/databases', '/log']);

const CERTIFICATE = below('/properties', ['/password', '/pfxBlob']);

/** What people have an alert send to a webhook. */
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

function inList(places: readonly string[]): string[] {
  return below('/value/*', places);
}

function below(root: string, places: readonly string[]): string[] {
  return places.map((place) => `${root}${place}`);
}
