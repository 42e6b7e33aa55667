// The resources there are, with their documents, by id without case.
import { type Address, type ResourceKind, resourceAddress } from '../arm/resource-id.ts';
import type { Caller } from '../identity/directory.ts';
import type { ResourceSeed } from './resource-seed.ts';
import { resourceGroup, subscription } from './subscriptions.ts';

export interface StoredResource {
  id: string;
  kind: ResourceKind;
  address: Address;
  documents: Map<string, unknown>;
  author?: Caller;
  /** Id of the operation that is running on it. */
  operationId?: string;
}

export interface EstateStore {
  find(id: string): StoredResource | undefined;
  add(seed: ResourceSeed): StoredResource;
  remove(id: string): void;
  /** Resources whose id begins with the scope, by whole segments. */
  below(scope: string): StoredResource[];
}

/** A store that begins with copies of the seeds. Their groups and subscriptions need none: they come with the first resource, and stay. */
export function createEstateStore(seeds: readonly ResourceSeed[]): EstateStore {
  const resources = new Map<string, StoredResource>();

  const store: EstateStore = {
    find: (id) => resources.get(normalizeId(id)),
    add(seed) {
      const address = resourceAddress(seed.id);
      const resource: StoredResource = {
        id: seed.id,
        kind: address.kind,
        address,
        documents: new Map(Object.entries(structuredClone(seed.documents))),
        ...(seed.author && { author: seed.author }),
      };
      for (const above of seedsAbove(address)) if (!store.find(above.id)) store.add(above);
      resources.set(normalizeId(seed.id), resource);
      return resource;
    },
    remove(id) {
      resources.delete(normalizeId(id));
      for (const child of store.below(id)) resources.delete(normalizeId(child.id));
    },
    below: (scope) =>
      [...resources.values()].filter((resource) => normalizeId(resource.id).startsWith(`${normalizeId(scope)}/`)),
  };
  for (const seed of seeds) store.add(seed);
  return store;
}

function seedsAbove({ kind, subscriptionId, resourceGroup: group }: Address): ResourceSeed[] {
  if (kind === 'subscription') return [];
  const above = subscription({ subscription: subscriptionId });
  return kind === 'resourceGroup' ? [above] : [above, resourceGroup({ subscription: subscriptionId, name: group })];
}

/** The same for all spellings of an id. */
export function normalizeId(id: string): string {
  return `/${id
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')}`;
}
