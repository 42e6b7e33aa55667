// The table of what can be read and written about a resource: one row per document. Routing, RBAC
// actions, events and control follow from a row.

import { acceptedBody, type PublishedType, projectToVersion, publishedType } from '../api-versions/published-types.ts';
import { ArmError, errors } from '../arm/errors.ts';
import type { Address, ResourceKind } from '../arm/resource-id.ts';
import { deleteLock, getLock, listLocks, putLock } from '../authorization/locks.ts';
import { assignmentsOf, roleDefinitionOf } from '../authorization/role-definitions.ts';
import { deleteContainerApp, patchContainerApp, patchEnvironment, putContainerApp } from '../container-app/writes.ts';
import type { DocumentRow, Effect, Place, WriteMethod } from '../estate/place.ts';
import { isObject, type JsonObject, mergePatch } from '../json/json.ts';
import { replicasOf, revisionOf, revisionsWithState, siteWithState } from '../monitor/app-states.ts';
import { categories, deleteSetting, getSetting, putSetting } from '../monitor/diagnostic-settings.ts';
import { metricsOf } from '../monitor/metrics.ts';
import {
  listSettings,
  publishingProfiles,
  putSettings,
  putSlotConfigNames,
  restart,
  setState,
  slotConfigNames,
} from '../web-app/hidden-settings.ts';
import { swapSlots } from '../web-app/swap.ts';
import { deleteSite, patchSite, putPolicy, putSite, putWhole, writeConfiguration } from '../web-app/writes.ts';
import { checkSiteName, listLocations, listProviders, providerOf } from './providers.ts';
import { listByType, listGroups, listResources, listSlots } from './resource-lists.ts';
import { patchTags, readTags } from './tags.ts';

const web: readonly ResourceKind[] = ['site', 'slot'];
const resources: readonly ResourceKind[] = [...web, 'plan', 'containerApp', 'environment', 'other'];
const monitored: readonly ResourceKind[] = [...resources, 'subscription'];
const groups: readonly ResourceKind[] = ['resourceGroup', 'subscription'];
const insights = 'providers/microsoft.insights';
const locks = 'providers/Microsoft.Authorization/locks';

export const documentTable: readonly DocumentRow[] = [
  {
    name: 'resource',
    kinds: web,
    suffix: '',
    read: siteWithState,
    writes: { PATCH: patchSite, PUT: putSite, DELETE: deleteSite },
  },
  {
    name: 'config/web',
    kinds: web,
    suffix: 'config/web',
    writes: { PATCH: writeConfiguration, PUT: writeConfiguration },
  },
  { name: 'config/authsettingsV2', kinds: web, suffix: 'config/authsettingsV2', writes: { PUT: putWhole } },
  {
    name: 'config/configreferences/appsettings',
    kinds: web,
    suffix: 'config/configreferences/appsettings',
    read: storedOrNone,
  },
  ...['ftp', 'scm'].map((name) => ({
    name: `basicPublishingCredentialsPolicies/${name}`,
    kinds: web,
    suffix: `basicPublishingCredentialsPolicies/${name}`,
    action: `basicPublishingCredentialsPolicies/${name}`,
    writes: { PUT: putPolicy },
  })),
  {
    name: 'privateEndpointConnections',
    kinds: [...web, 'environment'],
    suffix: 'privateEndpointConnections',
    read: storedOrNone,
  },
  ...['appsettings', 'connectionstrings'].flatMap((name): DocumentRow[] => {
    const settings = { name: `hidden/config/${name}`, kinds: web, hidden: true as const };
    return [
      { ...settings, suffix: `config/${name}`, writes: { PUT: putSettings } },
      { ...settings, suffix: `config/${name}/list`, writes: { POST: listSettings } },
    ];
  }),
  {
    name: 'hidden/config/slotConfigNames',
    kinds: ['site'],
    suffix: 'config/slotConfigNames',
    read: slotConfigNames,
    writes: { PUT: putSlotConfigNames },
  },
  ...Object.entries({
    publishxml: publishingProfiles,
    slotsswap: swapSlots,
    restart,
    start: setState('Running'),
    stop: setState('Stopped'),
  }).map(([name, write]): DocumentRow => ({ name, kinds: web, suffix: name, hidden: true, writes: { POST: write } })),
  { name: 'slots', kinds: ['site'], suffix: 'slots', read: listSlots },
  { name: 'backups', kinds: web, suffix: 'backups', read: storedOrNone },

  {
    name: 'resource',
    kinds: ['containerApp'],
    suffix: '',
    writes: { PATCH: patchContainerApp, PUT: putContainerApp, DELETE: deleteContainerApp },
  },
  { name: 'authConfigs/current', kinds: ['containerApp'], suffix: 'authConfigs/current', writes: { PUT: putWhole } },
  { name: 'revisions', kinds: ['containerApp'], suffix: 'revisions', read: revisionsWithState },
  { name: 'revisions', kinds: ['containerApp'], suffix: 'revisions/*', read: revisionOf },
  { name: 'replicas', kinds: ['containerApp'], suffix: 'revisions/*/replicas', read: replicasOf },
  { name: 'resource', kinds: ['environment'], suffix: '', writes: { PATCH: patchEnvironment } },
  { name: 'daprComponents', kinds: ['environment'], suffix: 'daprComponents', read: storedOrNone },

  { name: 'resource', kinds: ['plan', 'subnet', 'other', 'resourceGroup', 'subscription'], suffix: '' },
  { name: 'diagnosticSettings', kinds: monitored, suffix: `${insights}/diagnosticSettings`, read: storedOrNone },
  {
    name: 'diagnosticSettings',
    kinds: monitored,
    suffix: `${insights}/diagnosticSettings/*`,
    read: getSetting,
    writes: { PUT: putSetting, DELETE: deleteSetting },
  },
  {
    name: 'diagnosticSettingsCategories',
    kinds: monitored,
    suffix: `${insights}/diagnosticSettingsCategories`,
    read: categories,
  },
  { name: 'metrics', kinds: [...web, 'containerApp'], suffix: `${insights}/metrics`, read: metricsOf },
  {
    name: 'tags/default',
    kinds: [...resources, ...groups],
    suffix: 'providers/Microsoft.Resources/tags/default',
    announcedAsResource: true,
    read: readTags,
    writes: { PATCH: patchTags },
  },
  {
    name: 'roleAssignments',
    kinds: [...resources, ...groups],
    suffix: 'providers/Microsoft.Authorization/roleAssignments',
    read: assignmentsOf,
  },
  { name: 'locks', kinds: [...resources, ...groups], suffix: locks, read: listLocks },
  {
    name: 'locks',
    kinds: [...resources, ...groups],
    suffix: `${locks}/*`,
    read: getLock,
    writes: { PUT: putLock, DELETE: deleteLock },
  },
  {
    name: 'roleDefinitions',
    kinds: ['subscription'],
    suffix: 'providers/Microsoft.Authorization/roleDefinitions/*',
    read: roleDefinitionOf,
  },
  {
    name: 'policyAssignments',
    kinds: ['subscription'],
    suffix: 'providers/Microsoft.Authorization/policyAssignments',
    read: storedOrNone,
  },
  ...['AppServices', 'Containers', 'CloudPosture'].map((plan) => ({
    name: `pricings/${plan}`,
    kinds: ['subscription' as const],
    suffix: `providers/Microsoft.Security/pricings/${plan}`,
  })),
  { name: 'resources', kinds: groups, suffix: 'resources', read: listResources },
  { name: 'resourceGroups', kinds: ['subscription'], suffix: 'resourceGroups', read: listGroups },
  {
    name: 'checknameavailability',
    kinds: ['subscription'],
    suffix: 'providers/Microsoft.Web/checknameavailability',
    hidden: true,
    writes: { POST: checkSiteName },
  },
  { name: 'locations', kinds: ['subscription'], suffix: 'locations', read: listLocations },
  { name: 'providers', kinds: ['subscription'], suffix: 'providers', action: 'providers', read: listProviders },
  { name: 'providers', kinds: ['subscription'], suffix: 'providers/*', action: 'providers', read: providerOf },
  ...[
    'Microsoft.Web/sites',
    'Microsoft.Web/serverfarms',
    'Microsoft.Web/certificates',
    'Microsoft.App/containerApps',
    'Microsoft.App/managedEnvironments',
    'Microsoft.Insights/metricAlerts',
    'Microsoft.Insights/activityLogAlerts',
  ].map(
    (type): DocumentRow => ({
      name: `list of ${type}`,
      kinds: groups,
      suffix: `providers/${type}`,
      read: (place) => listByType(place, type),
    }),
  ),
];

/** The row that a path means, with its free segment. */
export function findRow(address: Address): { row: DocumentRow; captured: string } | null {
  for (const row of documentTable) {
    if (!row.kinds.includes(address.kind)) continue;
    const parts = row.suffix === '' ? [] : row.suffix.split('/');
    const fits = parts.every(
      (part, index) => part === '*' || part.toLowerCase() === address.rest[index]?.toLowerCase(),
    );
    if (fits && parts.length === address.rest.length) {
      const free = parts.indexOf('*');
      return { row, captured: free < 0 ? '' : (address.rest[free] ?? '') };
    }
  }
  return null;
}

/** The row of a document named as in snapshots, `diagnosticSettings/NAME` included. */
export function findRowByName(kind: ResourceKind, document: string): { row: DocumentRow; captured: string } | null {
  const [list, ...element] = document.split('/');
  for (const row of documentTable) {
    if (!row.kinds.includes(kind)) continue;
    if (row.name === document && !row.suffix.endsWith('*')) return { row, captured: '' };
    if (row.suffix.endsWith('/*') && row.name === list && element.length === 1)
      return { row, captured: element[0] ?? '' };
  }
  return null;
}

/** The body as ARM answers it now; undefined when there is none. */
export function readDocument(place: Place): unknown {
  const { row, resource } = place;
  return row.read ? row.read(place) : resource.documents.get(row.name);
}

/** The effect of a write. Throws an ArmError for what cannot be written. */
export function effectOf(place: Place, method: string, body: unknown): Effect {
  const { row } = place;
  const write = isWriteMethod(method) ? row.writes?.[method] : undefined;
  if (!write) throw new ArmError(errors.methodNotAllowed(method));
  if (method === 'POST') return write(place, body);
  if (method !== 'DELETE' && !isObject(body)) throw new ArmError(errors.invalidContent('a JSON object is expected'));
  return write(place, isObject(body) ? acceptedAt(place, method, body) : body);
}

function isWriteMethod(method: string): method is WriteMethod {
  return method === 'PUT' || method === 'PATCH' || method === 'DELETE' || method === 'POST';
}

/** The body as the api-version of the request shows it now; undefined when there is none. */
export function documentInVersion(place: Place): unknown {
  return bodyInVersion(place, readDocument(place));
}

/** A body of this place as the api-version of the request shows it. */
export function bodyInVersion(place: Place, body: unknown): unknown {
  return place.version === undefined ? body : projectToVersion(body, typeOf(place), place.version);
}

/** The published type of what is at a place. */
export function typeOf({ resource, row }: Pick<Place, 'resource' | 'row'>): PublishedType | null {
  return publishedType(resource.address.type, row.suffix);
}

function acceptedAt(place: Place, method: string, body: JsonObject): JsonObject {
  const { version, takesUnpublished } = place;
  return acceptedBody(body, typeOf(place), {
    method,
    current: readDocument(place),
    ...(version !== undefined && { version }),
    ...(takesUnpublished !== undefined && { takesUnpublished }),
  });
}

/** The effect of a change by a user on a document without a write of its own: merged, or removed. */
export function defaultEffect(place: Place, method: string, body: unknown): Effect {
  const { resource, row } = place;
  if (method === 'DELETE')
    return row.name === 'resource'
      ? { status: 200, removesResource: true }
      : { status: 200, documents: { [row.name]: undefined } };
  const given = isObject(body) ? acceptedAt(place, method, body) : body;
  return { status: 200, documents: { [row.name]: mergePatch(resource.documents.get(row.name), given) } };
}

function storedOrNone({ resource, row }: Place): unknown {
  const none = web.includes(resource.kind) ? { value: [], nextLink: null, id: null } : { value: [] };
  return resource.documents.get(row.name) ?? none;
}
