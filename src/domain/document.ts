/** What the table of documents says of each: where it is, what reading and writing it takes, and what a write may do. */
import type { Json, JsonObject } from './json.ts';
import type { Resource, ResourceKind } from './resource.ts';

/** What a change of the document may do to its app, worst first. */
export const IMPACTS = ['traffic', 'new-revision', 'restart', 'cost', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];

/** The names of documents in snapshots, and in snapshot files. */
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

export interface DocumentDefinition {
  readonly name: DocumentName;
  readonly kinds: readonly ResourceKind[];
  readonly apiVersion: string;
  readonly readActions: readonly string[];
  /** sweep: read by the periodic sweep only, so that it never costs a read on an event. */
  readonly when: 'event' | 'sweep';
  /** What a 404 means: the resource is gone, the document must exist and its absence tells nothing, or there simply is none. */
  readonly missing: 'gone' | 'unknown' | 'none';
  /** Outside of the resource: many resources share it, so an instance reads it once in ten minutes, and again before a write. */
  readonly shared?: true;
  /** The document whose body says where this one is; without it the id alone does. */
  readonly from?: DocumentName;
  /** The path below the Resource Manager endpoint; null when there is no such document. `body` is that of `from`. */
  path(resource: Resource, body: JsonObject | null): string | null;
  /** What is asked for beside the api-version. */
  readonly query?: Readonly<Record<string, string>>;
  /** Places (places.ts) whose values may be secret: they are dropped before a snapshot exists. */
  readonly secrets?: readonly string[];
  /** Places (places.ts) that the platform changes by itself: times, ids, states, what it computes. */
  readonly volatile?: readonly string[];
  /** Places (places.ts) that a rollback may write, when they moved along with a fix. */
  readonly putBack?: { readonly within: readonly string[]; readonly except?: readonly string[] };
  /** How its leaves are written; the first whose `at` is above a leaf carries it. */
  readonly writes?: readonly WriteDefinition[];
}

export interface WriteDefinition {
  /** A JSON Pointer: the leaves at and below it are written so. */
  readonly at: '' | '/tags';
  readonly method: 'PATCH' | 'PUT';
  /** merge: only the named leaves travel; whole: read, change the leaf, write; elements: a list, each element PUT by its name. */
  readonly how: 'merge' | 'whole' | 'elements';
  readonly actions: readonly string[];
  /** Actions that ARM checks on other resources when it takes this write. */
  readonly linkedActions: readonly string[];
  /** Where it is sent, when that is not where the document is read, with the version and the form of its body there. */
  readonly elsewhere?: {
    readonly apiVersion: string;
    path(resource: Resource): string;
    body(leaves: Json): JsonObject;
  };
  /** The impact of changing the leaf at this JSON Pointer. */
  impact(path: string): Impact;
}
