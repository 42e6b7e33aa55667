// The table of what can be read and written about a resource: one row per document. Whoever needs another document adds
// a row; routing, RBAC actions, events and control follow from it.
import type { Address, ResourceKind } from './address.ts';
import { deleteContainerApp, patchContainerApp, patchEnvironment, putContainerApp } from './container-app.ts';
import { categories, deleteSetting, getSetting, putSetting } from './diagnostic-settings.ts';
import { errors, Refusal } from './errors.ts';
import type { EstateStore, StoredResource } from './estate-store.ts';
import { inventoryOf, listOf, slotsOf } from './inventory.ts';
import { isObject, type JsonObject, mergePatch } from './merge.ts';
import { type PublishedType, publishedType, shown, taken } from './published.ts';
import { revisionsOf } from './revisions.ts';
import { assignmentsOf, roleDefinitionOf } from './role-definitions.ts';
import { patchTags, readTags } from './tags.ts';
import { deleteSite, patchSite, putPolicy, putSite, putWhole, writeConfiguration } from './web-app.ts';

export type WriteMethod = 'PUT' | 'PATCH' | 'DELETE';

/** Where a request points: a resource, and the free segment of the document's path, such as a setting's name. */
export interface Place {
  estate: EstateStore;
  resource: StoredResource;
  row: DocumentRow;
  captured: string;
  /** The `$filter` of the request. */
  filter?: string;
  /** What the role of Plumbline's identity allows at this place; absent for what comes from the controls. */
  serviceActions?: () => string[];
  /** The api-version of the request; absent for what comes from the controls, which know all versions. */
  version?: string;
  /** See SimulatorOptions. */
  takesUnpublished?: boolean;
}

/** What a write would do; nothing is stored before it is committed. */
export interface Effect {
  status: number;
  /** New bodies by document name. */
  documents?: Record<string, unknown>;
  removesResource?: true;
  /** Takes time: 202 or 201, and the documents change when it ends. */
  operation?: true;
  /** What is answered; the new body of the document when absent. */
  answer?: unknown;
}

export type Write = (place: Place, body: unknown) => Effect;

export interface DocumentRow {
  /** The name in snapshots; an element of it in the end of `suffix` is called `NAME/{element}`. */
  name: string;
  kinds: readonly ResourceKind[];
  /** Path after the resource id; `*` is one free segment. */
  suffix: string;
  /** Types below the resource's in the RBAC action, where they do not follow from the suffix. */
  action?: string;
  /** Its events are about the resource, not about the document (unverified). */
  announcedAsResource?: true;
  /** Undefined is 404. Default: the stored body. */
  read?: (place: Place) => unknown;
  writes?: Partial<Record<WriteMethod, Write>>;
}

const web: readonly ResourceKind[] = ['site', 'slot'];
const resources: readonly ResourceKind[] = [...web, 'plan', 'containerApp', 'environment', 'other'];
const monitored: readonly ResourceKind[] = [...resources, 'subscription'];
const groups: readonly ResourceKind[] = ['resourceGroup', 'subscription'];
const insights = 'providers/microsoft.insights';

export const documentTable: readonly DocumentRow[] = [
  { name: 'resource', kinds: web, suffix: '', writes: { PATCH: patchSite, PUT: putSite, DELETE: deleteSite } },
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
  { name: 'slots', kinds: ['site'], suffix: 'slots', read: slotsOf },
  { name: 'backups', kinds: web, suffix: 'backups', read: storedOrNone },

  {
    name: 'resource',
    kinds: ['containerApp'],
    suffix: '',
    writes: { PATCH: patchContainerApp, PUT: putContainerApp, DELETE: deleteContainerApp },
  },
  { name: 'authConfigs/current', kinds: ['containerApp'], suffix: 'authConfigs/current', writes: { PUT: putWhole } },
  { name: 'revisions', kinds: ['containerApp'], suffix: 'revisions', read: revisionsOf },
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
  { name: 'resources', kinds: groups, suffix: 'resources', read: inventoryOf },
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
      read: (place) => listOf(place, type),
    }),
  ),
];

/** The row that a path means, with its free segment. */
export function rowOf(address: Address): { row: DocumentRow; captured: string } | null {
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
export function rowNamed(kind: ResourceKind, document: string): { row: DocumentRow; captured: string } | null {
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

/** Refuses what cannot be written, otherwise says what the write would do. */
export function effectOf(place: Place, method: string, body: unknown): Effect {
  const { row } = place;
  const write = method === 'PUT' || method === 'PATCH' || method === 'DELETE' ? row.writes?.[method] : undefined;
  if (!write) throw new Refusal(errors.methodNotAllowed(method));
  if (method !== 'DELETE' && !isObject(body)) throw new Refusal(errors.invalidContent('a JSON object is expected'));
  return write(place, isObject(body) ? takenBy(place, method, body) : body);
}

/** The body as the api-version of the request shows it now; undefined when there is none. */
export function answeredDocument(place: Place): unknown {
  return asAnswered(place, readDocument(place));
}

/** A body of this place as the api-version of the request shows it. */
export function asAnswered(place: Place, body: unknown): unknown {
  return place.version === undefined ? body : shown(body, typeOf(place), place.version);
}

/** The published type of what is at a place. */
export function typeOf({ resource, row }: Pick<Place, 'resource' | 'row'>): PublishedType | null {
  return publishedType(resource.address.type, row.suffix);
}

function takenBy(place: Place, method: string, body: JsonObject): JsonObject {
  const { version, takesUnpublished } = place;
  return taken(body, typeOf(place), {
    method,
    current: readDocument(place),
    ...(version !== undefined && { version }),
    ...(takesUnpublished !== undefined && { takesUnpublished }),
  });
}

/** What a person does to a document that has no write of its own: merged, or gone. */
export function plainEffect(place: Place, method: string, body: unknown): Effect {
  const { resource, row } = place;
  if (method === 'DELETE')
    return row.name === 'resource'
      ? { status: 200, removesResource: true }
      : { status: 200, documents: { [row.name]: undefined } };
  const given = isObject(body) ? takenBy(place, method, body) : body;
  return { status: 200, documents: { [row.name]: mergePatch(resource.documents.get(row.name), given) } };
}

function storedOrNone({ resource, row }: Place): unknown {
  const none = web.includes(resource.kind) ? { value: [], nextLink: null, id: null } : { value: [] };
  return resource.documents.get(row.name) ?? none;
}
