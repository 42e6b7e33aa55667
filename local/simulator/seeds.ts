// Who and where the sample estate is, and what all builders of resources share.
import type { Caller, ResourceSeed } from './contract.ts';
import { rawSetting } from './diagnostic-settings.ts';
import type { JsonObject } from './merge.ts';
import { type Access, rawRoleAssignment } from './role-assignments.ts';

export const subscriptionId = '00000000-0000-4000-8000-000000000001';
/** Home of all callers. */
export const tenantId = '00000000-0000-4000-8000-0000000000ff';
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
];

const user = (name: string, number: string): Caller => ({
  type: 'user',
  name,
  objectId: `00000000-0000-4000-8000-0000000001${number}`,
});

export const people = {
  ada: user('Ada Lovelace', '01'),
  grace: user('Grace Hopper', '02'),
  katherine: user('Katherine Johnson', '03'),
};
/** The service principal with which a delivery pipeline deploys. */
export const pipeline: Caller = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-000000000201',
  appId: '00000000-0000-4000-8000-000000000202',
};

export interface Leaves {
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
export function idOf(type: string, leaves: { name: string; resourceGroup?: string; subscription?: string }): string {
  const group = `/subscriptions/${leaves.subscription ?? subscriptionId}/resourceGroups/${leaves.resourceGroup ?? 'shop'}`;
  return `${group}/providers/${type}/${leaves.name}`;
}

/** Any other resource, such as a workspace. */
export function other(
  type: string,
  leaves: Leaves & { location?: string; sku?: object; properties?: JsonObject },
): ResourceSeed {
  const id = idOf(type, leaves);
  return seed(id, leaves, {
    resource: {
      id,
      name: leaves.name,
      type,
      location: leaves.location ?? 'westeurope',
      tags: leaves.tags ?? {},
      ...(leaves.sku && { sku: leaves.sku }),
      properties: leaves.properties ?? {},
    },
  });
}

/** Makes a seed of what a builder has put together; nothing is shared between two seeds. */
export function seed(id: string, leaves: Leaves, documents: Record<string, unknown>): ResourceSeed {
  const value = Object.entries(leaves.diagnostics ?? {}).map(([name, properties]) =>
    rawSetting({ id }, name, properties),
  );
  const access = leaves.access?.map((one, index) => rawRoleAssignment(id, one, index + 1));
  const roleAssignments = access && { roleAssignments: { value: access } };
  return structuredClone({
    id,
    documents: { ...documents, diagnosticSettings: { value }, ...roleAssignments, ...leaves.documents },
    ...(leaves.author && { author: leaves.author }),
  });
}
