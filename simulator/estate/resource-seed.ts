// Seeds of resources, and what all builders of resources share.

import type { Caller } from '../identity/directory.ts';
import { subscriptionId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import { type Access, rawRoleAssignment } from '../roles/role-assignment.ts';
import { rawSetting } from './diagnostic-setting.ts';

/** One resource with the raw bodies ARM answers about it, by document name (see documents.ts). */
export interface ResourceSeed {
  id: string;
  documents: Record<string, unknown>;
  /** Its owner, in whose name `npm start` and `npm run drift` change it. */
  author?: Caller;
}

export interface EstateDefinition {
  resources: ResourceSeed[];
}

const base = `/subscriptions/${subscriptionId}/resourceGroups`;
export const workspaceId = `${base}/monitoring/providers/Microsoft.OperationalInsights/workspaces/central`;

/** Secret values that the estate holds where Azure holds them; found anywhere else, they have leaked. */
export const plantedSecrets = [
  'planted-env-value-4711',
  'planted-app-setting-4712',
  'planted-connection-string-4713',
  'planted-backup-storage-4714',
  'planted-backup-database-4715',
  'planted-backup-log-4716',
  'planted-dapr-metadata-4717',
  'planted-publishing-password-4718',
];

export interface ResourceOptions {
  name: string;
  /** Default `shop`. */
  resourceGroup?: string;
  /** Default: the sample subscription. */
  subscription?: string;
  tags?: Record<string, string>;
  identity?: unknown;
  managedBy?: string;
  author?: Caller;
  /** Diagnostic settings by name, with their `properties`. Web apps and environments default to `{}`: none. */
  diagnostics?: Record<string, JsonObject>;
  /** Roles held at exactly this scope. */
  access?: Access[];
  /** Further documents, or other bodies for those that the builder makes. */
  documents?: Record<string, unknown>;
}

/** What sends all logs of a resource to the workspace. */
export const allLogsTo = (workspace: string): JsonObject => ({
  workspaceId: workspace,
  logs: [{ categoryGroup: 'allLogs', enabled: true }],
});

/** Id of a resource in the sample subscription and in the group `shop`, where nothing else is said. */
export function idOf(type: string, options: { name: string; resourceGroup?: string; subscription?: string }): string {
  const group = `/subscriptions/${options.subscription ?? subscriptionId}/resourceGroups/${options.resourceGroup ?? 'shop'}`;
  return `${group}/providers/${type}/${options.name}`;
}

/** Any other resource, such as a workspace. */
export function genericResource(
  type: string,
  options: ResourceOptions & { location?: string; sku?: object; properties?: JsonObject },
): ResourceSeed {
  const id = idOf(type, options);
  return createSeed(id, options, {
    resource: {
      id,
      name: options.name,
      type,
      location: options.location ?? 'westeurope',
      tags: options.tags ?? {},
      ...(options.sku && { sku: options.sku }),
      properties: options.properties ?? {},
    },
  });
}

/** A seed of the documents of a builder; two seeds share nothing. */
export function createSeed(id: string, options: ResourceOptions, documents: Record<string, unknown>): ResourceSeed {
  const value = Object.entries(options.diagnostics ?? {}).map(([name, properties]) =>
    rawSetting({ id }, name, properties),
  );
  const access = options.access?.map((one, index) => rawRoleAssignment(id, one, index + 1));
  const roleAssignments = access && { roleAssignments: { value: access } };
  return structuredClone({
    id,
    documents: { ...documents, diagnosticSettings: { value }, ...roleAssignments, ...options.documents },
    ...(options.author && { author: options.author }),
  });
}
