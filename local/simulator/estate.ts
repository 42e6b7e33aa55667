// All that builds estates: builders of resources, the people in them, and a sample.
import { type ResourceKind, resourceAddress } from './address.ts';
import { containerApp, environment } from './container-builders.ts';
import type { Caller, ResourceSeed } from './contract.ts';
import { mergePatch } from './merge.ts';
import { other } from './seeds.ts';
import { plan, slot, webApp } from './web-builders.ts';

export { type ContainerAppLeaves, containerApp, type EnvironmentLeaves, environment } from './container-builders.ts';
export { sampleEstate } from './sample-estate.ts';
export {
  allLogsTo,
  idOf,
  other,
  people,
  pipeline,
  plantedSecrets,
  subscriptionId,
  tenantId,
  workspaceId,
} from './seeds.ts';
export { activityLogTo, resourceGroup, type SubscriptionLeaves, subscription } from './subscription-builders.ts';
export {
  activityLogAlert,
  certificate,
  metricAlert,
  registry,
  routeTable,
  subnet,
} from './surroundings.ts';
export { functionApp, plan, slot, type WebAppLeaves, webApp } from './web-builders.ts';

/** A resource that somebody has just created: as built for its kind, with their body merged in. */
export function createdResource(id: string, body: unknown, author: Caller): ResourceSeed {
  const { kind, name, type, resourceGroup, subscriptionId: subscription } = resourceAddress(id);
  const leaves = { name, resourceGroup, subscription, author };
  const builders: Partial<Record<ResourceKind, () => ResourceSeed>> = {
    site: () => webApp(leaves),
    slot: () => slot({ ...leaves, of: id.split('/').at(-3) ?? '' }),
    plan: () => plan(leaves),
    containerApp: () => containerApp(leaves),
    environment: () => environment(leaves),
  };
  const seed = builders[kind]?.() ?? other(type, leaves);
  return { ...seed, id, documents: { ...seed.documents, resource: mergePatch(seed.documents.resource, body) } };
}
