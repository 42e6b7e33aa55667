/**
 * THE table of documents: every ARM body that rules read. The reader, the writer, the roles, the simulator and the snapshot
 * schema follow from it. Order matters: a plan's requests are sent in the order of this table.
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
import {
  DOCUMENT_NAMES,
  type DocumentDefinition,
  type DocumentName,
  IMPACTS,
  type Impact,
  type WriteDefinition,
} from './document.ts';
import { below, idIn, inventory, itself, listed, merged, onSweep, outside, placed } from './document-rows.ts';
import { isObject } from './json.ts';
import { movingOf } from './moving.ts';
import type { ResourceKind } from './resource.ts';
import { withSecretPlaces } from './secret-places.ts';

export * from './document.ts';

const SUBNET_JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action';
const RESOURCE_GROUP_READ = ['Microsoft.Resources/subscriptions/resourceGroups/read'];
const POLICY_ASSIGNMENTS = 'Microsoft.Authorization/policyAssignments';
const APPS: readonly ResourceKind[] = ['web-app', 'container-app'];
const IDENTITY_ASSIGN = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action';

const TAGS: WriteDefinition = {
  at: '/tags',
  method: 'PATCH',
  how: 'merge',
  actions: ['Microsoft.Resources/tags/write'],
  linkedActions: [],
  elsewhere: {
    apiVersion: RESOURCES,
    path: ({ id }) => `${id}/providers/Microsoft.Resources/tags/default`,
    body: (leaves) => ({ operation: 'Merge', properties: leaves }),
  },
  impact: () => 'none',
};

const ROWS: readonly DocumentDefinition[] = [
  itself('web-app', WEB, 'Microsoft.Web/sites', [
    TAGS,
    {
      ...merged('Microsoft.Web/sites/write', (path) =>
        /^\/properties\/(publicNetworkAccess|clientCert|outboundVnetRouting)/i.test(path) ? 'traffic' : 'restart',
      ),
      // App Service checks the network join again on every site update, whatever the update is about.
      linkedActions: [SUBNET_JOIN, IDENTITY_ASSIGN],
    },
  ]),
  itself('container-app', APP, 'Microsoft.App/containerApps', [
    TAGS,
    {
      ...merged('Microsoft.App/containerApps/write', (path) =>
        path.startsWith('/properties/configuration/') ? 'traffic' : 'restart',
      ),
      linkedActions: ['Microsoft.App/managedEnvironments/join/action', IDENTITY_ASSIGN],
    },
  ]),
  itself('environment', APP, 'Microsoft.App/managedEnvironments', [
    merged('Microsoft.App/managedEnvironments/write', (path) =>
      path.startsWith('/properties/appLogsConfiguration') ? 'cost' : 'traffic',
    ),
  ]),
  itself('plan', WEB, 'Microsoft.Web/serverfarms'),
  itself('subscription', SUBSCRIPTIONS, 'Microsoft.Resources/subscriptions'),
  {
    ...below('web-app', 'config/web', WEB, ['Microsoft.Web/sites/config/read']),
    writes: [
      {
        ...merged('Microsoft.Web/sites/config/write', (path) =>
          /^\/properties\/(cors|ipSecurity|scmIpSecurity)/i.test(path) ? 'traffic' : 'restart',
        ),
        linkedActions: [SUBNET_JOIN],
      },
    ],
  },
  {
    ...below('web-app', 'config/authsettingsV2', WEB, ['Microsoft.Web/sites/config/read']),
    writes: [
      {
        ...merged('Microsoft.Web/sites/config/write', (path) =>
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
    ...below('container-app', 'authConfigs/current', APP, ['Microsoft.App/containerApps/authConfigs/read']),
    missing: 'none',
    writes: [
      { ...merged('Microsoft.App/containerApps/authConfigs/write', () => 'traffic'), method: 'PUT', how: 'whole' },
    ],
  },
  // The platform injects settings for log categories into web apps, which restarts them.
  diagnosticSettings('web-app', 'restart'),
  diagnosticSettings('environment', 'cost'),
  below('web-app', 'privateEndpointConnections', WEB, ['Microsoft.Web/sites/privateEndpointConnections/read']),
  below('environment', 'privateEndpointConnections', APP, [
    'Microsoft.App/managedEnvironments/privateEndpointConnections/read',
  ]),
  below('environment', 'daprComponents', APP, ['Microsoft.App/managedEnvironments/daprComponents/read']),

  // What belongs to others, and is looked at for the app's sake.
  placed('web-app', 'plan', WEB, 'Microsoft.Web/serverfarms/read', 'resource', ({ serverFarmId }) =>
    idIn(serverFarmId),
  ),
  placed(
    'container-app',
    'environment',
    APP,
    'Microsoft.App/managedEnvironments/read',
    'resource',
    ({ environmentId, managedEnvironmentId }) => idIn(environmentId) ?? idIn(managedEnvironmentId),
  ),
  {
    ...outside(['web-app', 'container-app'], 'resourceGroup', RESOURCES, RESOURCE_GROUP_READ),
    path: ({ id }) => id.split('/').slice(0, 5).join('/'),
  },

  // What only the sweep reads.
  onSweep(
    // It shows whether references resolve, and no values. Which of the actions Azure checks is not documented.
    below('web-app', 'config/configreferences/appsettings', WEB, [
      'Microsoft.Web/sites/config/read',
      'Microsoft.Web/sites/config/appsettings/read',
    ]),
  ),
  {
    ...onSweep(below('web-app', 'slots', WEB, ['Microsoft.Web/sites/slots/read'])),
    path: ({ id, type }) => (type === 'Microsoft.Web/sites' ? `${id}/slots` : null),
  },
  onSweep(below('web-app', 'backups', WEB, ['Microsoft.Web/sites/backups/read'])),
  onSweep(below('container-app', 'revisions', REVISIONS, ['Microsoft.App/containerApps/revisions/read'])),
  roleAssignments('web-app'),
  roleAssignments('container-app'),
  onSweep(
    placed(
      'environment',
      'subnet',
      NETWORK,
      'Microsoft.Network/virtualNetworks/subnets/read',
      'resource',
      ({ vnetConfiguration }) => idIn(isObject(vnetConfiguration) ? vnetConfiguration.infrastructureSubnetId : null),
    ),
  ),
  onSweep(
    placed('environment', 'routeTable', NETWORK, 'Microsoft.Network/routeTables/read', 'subnet', ({ routeTable }) =>
      idIn(isObject(routeTable) ? routeTable.id : null),
    ),
  ),
  listed(['environment'], 'environment/apps', APP, 'Microsoft.App/containerApps'),
  inventory('container-app', 'registry', [
    'Microsoft.ContainerRegistry/registries',
    'Microsoft.ContainerRegistry/registries/replications',
  ]),
  listed(['web-app'], 'subscription/certificates', WEB, 'Microsoft.Web/certificates'),
  listed(APPS, 'subscription/metricAlerts', ALERTS, 'Microsoft.Insights/metricAlerts'),
  listed(APPS, 'subscription/activityLogAlerts', ALERTS, 'Microsoft.Insights/activityLogAlerts'),
  {
    ...listed(['subscription'], 'subscription/policyAssignments', POLICY, POLICY_ASSIGNMENTS),
    query: { $filter: 'atScope()' },
  },
  listed(['subscription'], 'subscription/diagnosticSettings', DIAGNOSTICS, 'Microsoft.Insights/diagnosticSettings'),
  inventory('subscription', 'subscription/apps', ['Microsoft.Web/sites', 'Microsoft.App/containerApps']),
  pricing('AppServices'),
  pricing('Containers'),
  pricing('CloudPosture'),
];

export const DOCUMENTS: readonly DocumentDefinition[] = withSecretPlaces(ROWS).map((row) => ({
  ...row,
  ...movingOf(row),
}));

/** The row for a document of a kind of resource, or null when that kind has none. */
export function documentOf(kind: ResourceKind, name: string): DocumentDefinition | null {
  return DOCUMENTS.find((row) => row.name === name && row.kinds.includes(kind)) ?? null;
}

/** How the leaf at this JSON Pointer is written; null when it cannot be. */
export function writeOf(definition: DocumentDefinition | null, path: string): WriteDefinition | null {
  return definition?.writes?.find(({ at }) => path === at || path.startsWith(`${at}/`)) ?? null;
}

/** The worst impact of changing these leaves of a resource of this kind. */
export function impactOf(kind: ResourceKind, changes: readonly { document: string; path: string }[]): Impact {
  const ranks = changes.map(({ document, path }) =>
    IMPACTS.indexOf(writeOf(documentOf(kind, document), path)?.impact(path) ?? 'none'),
  );
  return IMPACTS[Math.min(IMPACTS.length - 1, ...ranks)] ?? 'none';
}

export function isDocumentName(name: string): name is DocumentName {
  return DOCUMENT_NAMES.some((known) => known === name);
}

function pricing(plan: 'AppServices' | 'Containers' | 'CloudPosture'): DocumentDefinition {
  return onSweep({
    ...outside(['subscription'], `subscription/pricings/${plan}`, PRICINGS, ['Microsoft.Security/pricings/read']),
    path: ({ subscriptionId }) => `/subscriptions/${subscriptionId}/providers/Microsoft.Security/pricings/${plan}`,
  });
}

/** Those at exactly this scope and those inherited; which is which, each says. */
function roleAssignments(kind: ResourceKind): DocumentDefinition {
  return {
    ...onSweep(below(kind, 'roleAssignments', ROLE_ASSIGNMENTS, ['Microsoft.Authorization/roleAssignments/read'])),
    path: ({ id }) => `${id}/providers/Microsoft.Authorization/roleAssignments`,
    query: { $filter: 'atScope()' },
  };
}

function publishingPolicy(which: 'ftp' | 'scm'): DocumentDefinition {
  const type = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies';
  return {
    // Which of them Azure checks is not documented; both exist.
    ...below('web-app', `basicPublishingCredentialsPolicies/${which}`, WEB, [`${type}/read`, `${type}/${which}/read`]),
    writes: [
      {
        ...merged(`${type}/write`, () => 'none'),
        method: 'PUT',
        actions: [`${type}/write`, `${type}/${which}/write`],
      },
    ],
  };
}

function diagnosticSettings(kind: ResourceKind, impact: Impact): DocumentDefinition {
  const type = 'Microsoft.Insights/diagnosticSettings';
  return {
    ...below(kind, 'diagnosticSettings', DIAGNOSTICS, [`${type}/read`]),
    path: ({ id }) => `${id}/providers/${type}`,
    writes: [
      {
        at: '',
        method: 'PUT',
        how: 'elements',
        actions: [`${type}/write`, `${type}/delete`],
        linkedActions: ['Microsoft.OperationalInsights/workspaces/sharedKeys/action'],
        impact: () => impact,
      },
    ],
  };
}
