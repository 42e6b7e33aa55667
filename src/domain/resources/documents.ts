/**
 * The table of documents: every ARM body that rules read. Reader, writer, roles, simulator and snapshot schema follow
 * from it. The requests of a plan are sent in the order of this table.
 */
import {
  ALERTS,
  APP,
  DIAGNOSTICS,
  NETWORK,
  POLICY,
  PRICINGS,
  RESOURCES,
  REVISIONS,
  ROLE_ASSIGNMENTS,
  SUBSCRIPTIONS,
  WEB,
} from './api-versions.ts';
import { DOCUMENT_NAMES, type DocumentName } from './document-names.ts';
import { type DriftRules, driftRulesOf } from './drift-rules.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { armIdOf, type Resource, type ResourceKind } from './resource.ts';
import { secretPatternsOf } from './secret-patterns.ts';

export { DOCUMENT_NAMES, type DocumentName };

/** The impact of a change on its app, worst first. */
export const IMPACTS = ['traffic', 'new-revision', 'restart', 'cost', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];

export interface DocumentDefinition extends DriftRules {
  readonly name: DocumentName;
  readonly kinds: readonly ResourceKind[];
  readonly apiVersion: string;
  readonly readActions: readonly string[];
  /** sweep: only the periodic sweep reads the document, so an event never costs this read. */
  readonly readOn: 'event' | 'sweep';
  /** The meaning of a 404: the resource was deleted, an unknown state (the document should exist), or no document. */
  readonly onMissing: 'gone' | 'unknown' | 'none';
  /** A document that many resources share: an instance reads it once in ten minutes, and again before a write. */
  readonly shared?: true;
  /** The document with the location of this one; without it the resource id is enough. */
  readonly locatedBy?: DocumentName;
  /** The path below the Resource Manager endpoint; null without a document. `body` is that of `locatedBy`. */
  path(resource: Resource, body: JsonObject | null): string | null;
  /** Query parameters beside the api-version. */
  readonly query?: Readonly<Record<string, string>>;
  /** Path patterns (path-patterns.ts) with values that may be secret. They are removed before a snapshot exists. */
  readonly secrets?: readonly string[];
  /** How values are written. The first definition with `at` above a value applies. */
  readonly writes?: readonly WriteDefinition[];
}

export interface WriteDefinition {
  /** A JSON Pointer: this definition applies to values at and below it. */
  readonly at: '' | '/tags';
  readonly method: 'PATCH' | 'PUT';
  /** merge: send the changed values. whole: read, change the value, write all. elements: PUT each element by name. */
  readonly how: 'merge' | 'whole' | 'elements';
  readonly actions: readonly string[];
  /** Actions that ARM checks on other resources for this write. */
  readonly linkedActions: readonly string[];
  /** Where the write is sent, when it is not the path of the document, with the API version and the body there. */
  readonly sentTo?: {
    readonly apiVersion: string;
    path(resource: Resource): string;
    body(leaves: Json): JsonObject;
  };
  /** The impact of changing the value at this JSON Pointer. */
  impact(path: string): Impact;
}

const SUBNET_JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action';
const RESOURCE_GROUP_READ = ['Microsoft.Resources/subscriptions/resourceGroups/read'];
const DIAGNOSTIC_SETTINGS = 'Microsoft.Insights/diagnosticSettings';
const POLICY_ASSIGNMENTS = 'Microsoft.Authorization/policyAssignments';
const APPS: readonly ResourceKind[] = ['web-app', 'container-app'];
const IDENTITY_ASSIGN = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action';

const TAGS: WriteDefinition = {
  at: '/tags',
  method: 'PATCH',
  how: 'merge',
  actions: ['Microsoft.Resources/tags/write'],
  linkedActions: [],
  sentTo: {
    apiVersion: RESOURCES,
    path: ({ id }) => `${id}/providers/Microsoft.Resources/tags/default`,
    body: (leaves) => ({ operation: 'Merge', properties: leaves }),
  },
  impact: () => 'none',
};

const DEFINITIONS: readonly DocumentDefinition[] = [
  resourceDocument('web-app', WEB, 'Microsoft.Web/sites', [
    TAGS,
    {
      ...mergeWrite('Microsoft.Web/sites/write', (path) =>
        /^\/properties\/(publicNetworkAccess|clientCert|outboundVnetRouting)/i.test(path) ? 'traffic' : 'restart',
      ),
      // App Service checks the network join on every site update, even when the update is not about the network.
      linkedActions: [SUBNET_JOIN, IDENTITY_ASSIGN],
    },
  ]),
  resourceDocument('container-app', APP, 'Microsoft.App/containerApps', [
    TAGS,
    {
      ...mergeWrite('Microsoft.App/containerApps/write', (path) =>
        path.startsWith('/properties/configuration/') ? 'traffic' : 'restart',
      ),
      linkedActions: ['Microsoft.App/managedEnvironments/join/action', IDENTITY_ASSIGN],
    },
  ]),
  resourceDocument('environment', APP, 'Microsoft.App/managedEnvironments', [
    mergeWrite('Microsoft.App/managedEnvironments/write', (path) =>
      path.startsWith('/properties/appLogsConfiguration') ? 'cost' : 'traffic',
    ),
  ]),
  resourceDocument('plan', WEB, 'Microsoft.Web/serverfarms'),
  resourceDocument('subscription', SUBSCRIPTIONS, 'Microsoft.Resources/subscriptions'),
  {
    ...childDocument('web-app', 'config/web', WEB, ['Microsoft.Web/sites/config/read']),
    writes: [
      {
        ...mergeWrite('Microsoft.Web/sites/config/write', (path) =>
          /^\/properties\/(cors|ipSecurity|scmIpSecurity)/i.test(path) ? 'traffic' : 'restart',
        ),
        linkedActions: [SUBNET_JOIN],
      },
    ],
  },
  {
    ...childDocument('web-app', 'config/authsettingsV2', WEB, ['Microsoft.Web/sites/config/read']),
    writes: [
      {
        ...mergeWrite('Microsoft.Web/sites/config/write', (path) =>
          path.startsWith('/properties/login') ? 'restart' : 'traffic',
        ),
        method: 'PUT',
        how: 'whole',
      },
    ],
  },
  publishingPolicy('ftp'),
  publishingPolicy('scm'),
  {
    ...childDocument('container-app', 'authConfigs/current', APP, ['Microsoft.App/containerApps/authConfigs/read']),
    onMissing: 'none',
    writes: [
      { ...mergeWrite('Microsoft.App/containerApps/authConfigs/write', () => 'traffic'), method: 'PUT', how: 'whole' },
    ],
  },
  // The platform adds settings for log categories to web apps, which restarts them.
  diagnosticSettings('web-app', 'restart'),
  diagnosticSettings('environment', 'cost'),
  childDocument('web-app', 'privateEndpointConnections', WEB, ['Microsoft.Web/sites/privateEndpointConnections/read']),
  childDocument('environment', 'privateEndpointConnections', APP, [
    'Microsoft.App/managedEnvironments/privateEndpointConnections/read',
  ]),
  childDocument('environment', 'daprComponents', APP, ['Microsoft.App/managedEnvironments/daprComponents/read']),

  // Documents of other resources that matter for the app.
  {
    ...sharedDocument(['web-app'], 'plan', WEB, ['Microsoft.Web/serverfarms/read']),
    ...referencedBy('resource', ({ serverFarmId }) => armIdOf(serverFarmId)),
  },
  {
    ...sharedDocument(['container-app'], 'environment', APP, ['Microsoft.App/managedEnvironments/read']),
    ...referencedBy('resource', (app) => armIdOf(app.environmentId) ?? armIdOf(app.managedEnvironmentId)),
  },
  {
    ...sharedDocument(['web-app', 'container-app'], 'resourceGroup', RESOURCES, RESOURCE_GROUP_READ),
    path: ({ id }) => id.split('/').slice(0, 5).join('/'),
  },

  // Documents that only the sweep reads.
  sweepOnly(
    // It shows whether references resolve, and no values. It is not documented which of the actions Azure checks.
    childDocument('web-app', 'config/configreferences/appsettings', WEB, [
      'Microsoft.Web/sites/config/read',
      'Microsoft.Web/sites/config/appsettings/read',
    ]),
  ),
  {
    ...sweepOnly(childDocument('web-app', 'slots', WEB, ['Microsoft.Web/sites/slots/read'])),
    path: ({ id, type }) => (type === 'Microsoft.Web/sites' ? `${id}/slots` : null),
  },
  sweepOnly(childDocument('web-app', 'backups', WEB, ['Microsoft.Web/sites/backups/read'])),
  sweepOnly(childDocument('container-app', 'revisions', REVISIONS, ['Microsoft.App/containerApps/revisions/read'])),
  roleAssignments('web-app'),
  roleAssignments('container-app'),
  sweepOnly({
    ...sharedDocument(['environment'], 'subnet', NETWORK, ['Microsoft.Network/virtualNetworks/subnets/read']),
    ...referencedBy('resource', ({ vnetConfiguration: network }) =>
      armIdOf(isObject(network) ? network.infrastructureSubnetId : null),
    ),
  }),
  sweepOnly({
    ...sharedDocument(['environment'], 'routeTable', NETWORK, ['Microsoft.Network/routeTables/read']),
    ...referencedBy('subnet', ({ routeTable }) => armIdOf(isObject(routeTable) ? routeTable.id : null)),
  }),
  subscriptionList(['environment'], 'environment/apps', APP, 'Microsoft.App/containerApps'),
  inventory('container-app', 'registry', [
    'Microsoft.ContainerRegistry/registries',
    'Microsoft.ContainerRegistry/registries/replications',
  ]),
  subscriptionList(['web-app'], 'subscription/certificates', WEB, 'Microsoft.Web/certificates'),
  subscriptionList(APPS, 'subscription/metricAlerts', ALERTS, 'Microsoft.Insights/metricAlerts'),
  subscriptionList(APPS, 'subscription/activityLogAlerts', ALERTS, 'Microsoft.Insights/activityLogAlerts'),
  {
    ...subscriptionList(['subscription'], 'subscription/policyAssignments', POLICY, POLICY_ASSIGNMENTS),
    query: { $filter: 'atScope()' },
  },
  subscriptionList(['subscription'], 'subscription/diagnosticSettings', DIAGNOSTICS, DIAGNOSTIC_SETTINGS),
  inventory('subscription', 'subscription/apps', ['Microsoft.Web/sites', 'Microsoft.App/containerApps']),
  pricing('AppServices'),
  pricing('Containers'),
  pricing('CloudPosture'),
];

export const DOCUMENTS: readonly DocumentDefinition[] = DEFINITIONS.map((row) => {
  const secrets = secretPatternsOf(row.kinds, row.name);
  return { ...row, ...(secrets ? { secrets } : {}), ...driftRulesOf(row.kinds, row.name) };
});

/** The definition of a document for a kind of resource; null when that kind has none. */
export function documentOf(kind: ResourceKind, name: string): DocumentDefinition | null {
  return DOCUMENTS.find((row) => row.name === name && row.kinds.includes(kind)) ?? null;
}

/** How the value at this JSON Pointer is written; null when it cannot be. */
export function writeDefinitionOf(definition: DocumentDefinition | null, path: string): WriteDefinition | null {
  return definition?.writes?.find(({ at }) => path === at || path.startsWith(`${at}/`)) ?? null;
}

/** The worst impact of these changes on a resource of this kind. */
export function impactOf(kind: ResourceKind, changes: readonly { document: string; path: string }[]): Impact {
  const ranks = changes.map(({ document, path }) =>
    IMPACTS.indexOf(writeDefinitionOf(documentOf(kind, document), path)?.impact(path) ?? 'none'),
  );
  return IMPACTS[Math.min(IMPACTS.length - 1, ...ranks)] ?? 'none';
}

export function isDocumentName(name: string): name is DocumentName {
  return DOCUMENT_NAMES.some((known) => known === name);
}

function pricing(plan: 'AppServices' | 'Containers' | 'CloudPosture'): DocumentDefinition {
  return sweepOnly({
    ...sharedDocument(['subscription'], `subscription/pricings/${plan}`, PRICINGS, [
      'Microsoft.Security/pricings/read',
    ]),
    path: ({ subscriptionId }) => `/subscriptions/${subscriptionId}/providers/Microsoft.Security/pricings/${plan}`,
  });
}

/** Assignments at exactly this scope and inherited ones. Each has its scope. */
function roleAssignments(kind: ResourceKind): DocumentDefinition {
  return {
    ...sweepOnly(
      childDocument(kind, 'roleAssignments', ROLE_ASSIGNMENTS, ['Microsoft.Authorization/roleAssignments/read']),
    ),
    path: ({ id }) => `${id}/providers/Microsoft.Authorization/roleAssignments`,
    query: { $filter: 'atScope()' },
  };
}

function publishingPolicy(which: 'ftp' | 'scm'): DocumentDefinition {
  const type = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies';
  return {
    // It is not documented which of them Azure checks; both exist.
    ...childDocument('web-app', `basicPublishingCredentialsPolicies/${which}`, WEB, [
      `${type}/read`,
      `${type}/${which}/read`,
    ]),
    writes: [
      {
        ...mergeWrite(`${type}/write`, () => 'none'),
        method: 'PUT',
        actions: [`${type}/write`, `${type}/${which}/write`],
      },
    ],
  };
}

function diagnosticSettings(kind: ResourceKind, impact: Impact): DocumentDefinition {
  return {
    ...childDocument(kind, 'diagnosticSettings', DIAGNOSTICS, [`${DIAGNOSTIC_SETTINGS}/read`]),
    path: ({ id }) => `${id}/providers/${DIAGNOSTIC_SETTINGS}`,
    writes: [
      {
        at: '',
        method: 'PUT',
        how: 'elements',
        actions: [`${DIAGNOSTIC_SETTINGS}/write`, `${DIAGNOSTIC_SETTINGS}/delete`],
        linkedActions: ['Microsoft.OperationalInsights/workspaces/sharedKeys/action'],
        impact: () => impact,
      },
    ],
  };
}

function resourceDocument(
  kind: ResourceKind,
  apiVersion: string,
  type: string,
  writes?: readonly WriteDefinition[],
): DocumentDefinition {
  return {
    name: 'resource',
    kinds: [kind],
    apiVersion,
    readActions: [`${type}/read`],
    readOn: 'event',
    onMissing: 'gone',
    path: ({ id }) => id,
    ...(writes ? { writes } : {}),
  };
}

/** A child of the resource. Its name is its path. */
function childDocument(
  kind: ResourceKind,
  name: DocumentName,
  apiVersion: string,
  readActions: readonly string[],
): DocumentDefinition {
  const path = ({ id }: Resource) => `${id}/${name}`;
  return { name, kinds: [kind], apiVersion, readActions, readOn: 'event', onMissing: 'unknown', path };
}

function sharedDocument(
  kinds: readonly ResourceKind[],
  name: DocumentName,
  apiVersion: string,
  readActions: readonly string[],
): Omit<DocumentDefinition, 'path'> {
  return { name, kinds, apiVersion, readActions, readOn: 'event', onMissing: 'unknown', shared: true };
}

/** Where a resource is that the properties of another document reference. */
function referencedBy(
  document: DocumentName,
  idIn: (properties: JsonObject) => string | null,
): Pick<DocumentDefinition, 'locatedBy' | 'path'> {
  return { locatedBy: document, path: (_, body) => idIn(isObject(body?.properties) ? body.properties : {}) };
}

function sweepOnly(definition: DocumentDefinition): DocumentDefinition {
  return { ...definition, readOn: 'sweep' };
}

/** All resources of a type in the subscription, with their properties. */
function subscriptionList(
  kinds: readonly ResourceKind[],
  name: DocumentName,
  apiVersion: string,
  type: string,
): DocumentDefinition {
  const path = ({ subscriptionId }: Resource) => `/subscriptions/${subscriptionId}/providers/${type}`;
  return sweepOnly({ ...sharedDocument(kinds, name, apiVersion, [`${type}/read`]), path });
}

/** Resources of some types in the subscription, with name, location, SKU and tags: one list for all types. */
function inventory(kind: ResourceKind, name: DocumentName, types: readonly string[]): DocumentDefinition {
  return sweepOnly({
    ...sharedDocument([kind], name, RESOURCES, ['Microsoft.Resources/subscriptions/resources/read']),
    path: ({ subscriptionId }) => `/subscriptions/${subscriptionId}/resources`,
    query: { $filter: types.map((type) => `resourceType eq '${type}'`).join(' or ') },
  });
}

function mergeWrite(action: string, impact: WriteDefinition['impact']): WriteDefinition {
  return { at: '', method: 'PATCH', how: 'merge', actions: [action], linkedActions: [], impact };
}
