/**
 * THE table of documents: every ARM body that rules read, by its snapshot name. The reader, the writer, the roles, the
 * simulator and the snapshot schema follow from it. Order matters: a plan's requests are sent in the order of this table.
 */
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Resource, ResourceKind } from './resource.ts';

/** What a change of the document may do to its app, worst first. */
export const IMPACTS = ['traffic', 'new-revision', 'restart', 'cost', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];

export interface WriteDefinition {
  readonly method: 'PATCH' | 'PUT';
  /** merge: only the named leaves travel; whole: read, change the leaf, write; elements: a list, each element PUT by its name. */
  readonly how: 'merge' | 'whole' | 'elements';
  readonly actions: readonly string[];
  /** Actions that ARM checks on other resources when it takes this write. */
  readonly linkedActions: readonly string[];
  /** The impact of changing the leaf at this JSON Pointer. */
  impact(path: string): Impact;
}

export interface DocumentDefinition {
  readonly name: DocumentName;
  readonly kinds: readonly ResourceKind[];
  readonly apiVersion: string;
  readonly readActions: readonly string[];
  /** sweep: outside the changed resource, so it never costs a read on an event. */
  readonly when: 'event' | 'sweep';
  /** What a 404 means: the resource is gone, the document must exist and its absence tells nothing, or there simply is none. */
  readonly missing: 'gone' | 'unknown' | 'none';
  /** The path below the Resource Manager endpoint; null when the resource has no such document. */
  path(resource: Resource, resourceBody: JsonObject | null): string | null;
  readonly write?: WriteDefinition;
}

export const DOCUMENT_NAMES = [
  'resource',
  'config/web',
  'config/authsettingsV2',
  'config/configreferences/appsettings',
  'basicPublishingCredentialsPolicies/ftp',
  'basicPublishingCredentialsPolicies/scm',
  'diagnosticSettings',
  'privateEndpointConnections',
  'slots',
  'backups',
  'authConfigs/current',
  'revisions',
  'daprComponents',
  'roleAssignments',
  'plan',
  'environment',
  'environment/diagnosticSettings',
  'environment/apps',
  'resourceGroup',
  'subnet',
  'routeTable',
  'registry',
  'subscription/certificates',
  'subscription/metricAlerts',
  'subscription/activityLogAlerts',
  'subscription/policyAssignments',
  'subscription/diagnosticSettings',
  'subscription/apps',
  'subscription/pricings/AppServices',
  'subscription/pricings/Containers',
  'subscription/pricings/CloudPosture',
] as const;
export type DocumentName = (typeof DOCUMENT_NAMES)[number];

const WEB = '2025-05-01';
const APP = '2025-07-01';
const INSIGHTS = '2021-05-01-preview';
const SUBNET_JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action';

/** The documents that rules read today; a name without a row is known in snapshot files only. */
export const DOCUMENTS: readonly DocumentDefinition[] = [
  {
    name: 'resource',
    kinds: ['web-app'],
    apiVersion: WEB,
    readActions: ['Microsoft.Web/sites/read'],
    when: 'event',
    missing: 'gone',
    path: (resource) => resource.id,
    write: {
      method: 'PATCH',
      how: 'merge',
      actions: ['Microsoft.Web/sites/write'],
      // App Service checks the network join again on every site update, whatever the update is about.
      linkedActions: [SUBNET_JOIN, 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'],
      impact: (path) => (/^\/properties\/(publicNetworkAccess|clientCert)/i.test(path) ? 'traffic' : 'restart'),
    },
  },
  {
    name: 'resource',
    kinds: ['container-app'],
    apiVersion: APP,
    readActions: ['Microsoft.App/containerApps/read'],
    when: 'event',
    missing: 'gone',
    path: (resource) => resource.id,
    write: {
      method: 'PATCH',
      how: 'merge',
      actions: ['Microsoft.App/containerApps/write'],
      linkedActions: ['Microsoft.App/managedEnvironments/join/action'],
      impact: (path) => (path.startsWith('/properties/configuration/') ? 'traffic' : 'restart'),
    },
  },
  {
    name: 'resource',
    kinds: ['environment'],
    apiVersion: APP,
    readActions: ['Microsoft.App/managedEnvironments/read'],
    when: 'event',
    missing: 'gone',
    path: (resource) => resource.id,
    write: {
      method: 'PATCH',
      how: 'merge',
      actions: ['Microsoft.App/managedEnvironments/write'],
      linkedActions: [],
      impact: (path) => (path.startsWith('/properties/appLogsConfiguration') ? 'cost' : 'traffic'),
    },
  },
  {
    name: 'config/web',
    kinds: ['web-app'],
    apiVersion: WEB,
    readActions: ['Microsoft.Web/sites/config/read'],
    when: 'event',
    missing: 'unknown',
    path: (resource) => `${resource.id}/config/web`,
    write: {
      method: 'PATCH',
      how: 'merge',
      actions: ['Microsoft.Web/sites/config/write'],
      linkedActions: [SUBNET_JOIN],
      impact: (path) => (/^\/properties\/(cors|ipSecurity|scmIpSecurity)/i.test(path) ? 'traffic' : 'restart'),
    },
  },
  publishingPolicy('ftp'),
  publishingPolicy('scm'),
  // The platform injects settings for log categories into web apps, which restarts them.
  diagnosticSettings('web-app', 'restart'),
  diagnosticSettings('environment', 'cost'),
];

/** The row for a document of a kind of resource, or null when that kind has none. */
export function documentOf(kind: ResourceKind, name: string): DocumentDefinition | null {
  return DOCUMENTS.find((row) => row.name === name && row.kinds.includes(kind)) ?? null;
}

/** The worst impact of changing these leaves of a resource of this kind. */
export function impactOf(kind: ResourceKind, changes: readonly { document: string; path: string }[]): Impact {
  const ranks = changes.map(({ document, path }) =>
    IMPACTS.indexOf(documentOf(kind, document)?.write?.impact(path) ?? 'none'),
  );
  return IMPACTS[Math.min(IMPACTS.length - 1, ...ranks)] ?? 'none';
}

export function isDocumentName(name: string): name is DocumentName {
  return DOCUMENT_NAMES.some((known) => known === name);
}

/**
 * Drops the values that Plumbline must never hold, before a snapshot exists: environment variables of containers, values
 * of Dapr components, a backup's storage URL, databases and log.
 */
export function withoutSecrets(body: Json): Json {
  if (Array.isArray(body)) return body.map(withoutSecrets);
  if (!isObject(body)) return body;
  const kept = Object.entries(body).map(([key, value]): [string, Json] => [
    key,
    SECRET_LISTS.has(key) && Array.isArray(value) ? value.map(withoutValue) : withoutSecrets(value),
  ]);
  return Object.fromEntries(kept.filter(([key]) => !SECRET_LEAVES.has(key)));
}

const SECRET_LISTS = new Set(['env', 'secrets', 'metadata']);
const SECRET_LEAVES = new Set([
  'storageAccountUrl',
  'databases',
  'log',
  'appSettings',
  'connectionStrings',
  'publishingPassword',
  'sharedKey',
]);

function withoutValue(element: Json): Json {
  return isObject(element) ? Object.fromEntries(Object.entries(element).filter(([key]) => key !== 'value')) : element;
}

function publishingPolicy(which: 'ftp' | 'scm'): DocumentDefinition {
  return {
    name: `basicPublishingCredentialsPolicies/${which}`,
    kinds: ['web-app'],
    apiVersion: WEB,
    // Which of them Azure checks is not documented; both exist.
    readActions: [
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies/read',
      `Microsoft.Web/sites/basicPublishingCredentialsPolicies/${which}/read`,
    ],
    when: 'event',
    missing: 'unknown',
    path: (resource) => `${resource.id}/basicPublishingCredentialsPolicies/${which}`,
    write: {
      method: 'PUT',
      how: 'merge',
      actions: [
        'Microsoft.Web/sites/basicPublishingCredentialsPolicies/write',
        `Microsoft.Web/sites/basicPublishingCredentialsPolicies/${which}/write`,
      ],
      linkedActions: [],
      impact: () => 'none',
    },
  };
}

function diagnosticSettings(kind: ResourceKind, impact: Impact): DocumentDefinition {
  return {
    name: 'diagnosticSettings',
    kinds: [kind],
    apiVersion: INSIGHTS,
    readActions: ['Microsoft.Insights/diagnosticSettings/read'],
    when: 'event',
    missing: 'unknown',
    path: (resource) => `${resource.id}/providers/Microsoft.Insights/diagnosticSettings`,
    write: {
      method: 'PUT',
      how: 'elements',
      actions: ['Microsoft.Insights/diagnosticSettings/write', 'Microsoft.Insights/diagnosticSettings/delete'],
      linkedActions: ['Microsoft.OperationalInsights/workspaces/sharedKeys/action'],
      impact: () => impact,
    },
  };
}
