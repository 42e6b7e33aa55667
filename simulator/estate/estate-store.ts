// The resources there are, with their documents, by id without case.
import { type Address, resourceAddress } from '../arm/resource-id.ts';
import { storedDocuments } from './documents.ts';
import { type ResourceBlock, type StoredBlock, storeBlock } from './resource-block.ts';
import type { ResourceSeed } from './resource-seed.ts';
import type { ResourceChange, StoredResource } from './stored-resource.ts';
import { resourceGroup, subscription } from './subscriptions.ts';

export type { StoredResource } from './stored-resource.ts';

export interface EstateStore {
  find(id: string): StoredResource | undefined;
  add(seed: ResourceSeed): StoredResource;
  /** Adds many that are made when they are asked for. Throws when there is already one of their ids. */
  addBlock(block: ResourceBlock): void;
  remove(id: string): void;
  /** Resources whose id begins with the scope, by whole segments. */
  below(scope: string): StoredResource[];
  /** A page of them: those that fit, and where the next page begins. Takes time for the page, not for the estate. */
  page(scope: string, fits: (type: string) => boolean, start: PageStart, size: number): ResourcePage;
  /** All resources, without opening them. */
  names(): Iterable<{ id: string; type: string }>;
  /** Those that are stored, or have a changed document. */
  stored(): StoredResource[];
  /** Is told before each change, at a time in milliseconds since 1970. */
  watch(watcher: (change: ResourceChange, at: number) => void): void;
  /** Is told when a block was added. */
  watchBlocks(watcher: () => void): void;
}

/** The stored resources are the first source, each block is another. */
export interface PageStart {
  source: number;
  position: number;
}

export interface ResourcePage {
  resources: StoredResource[];
  next: PageStart | null;
}

/**
 * A store that begins with copies of the seeds. Their groups and subscriptions need none: they come with the first resource,
 * and stay. `now` in milliseconds.
 */
export function createEstateStore(seeds: readonly ResourceSeed[], now: () => number = Date.now): EstateStore {
  const resources = new Map<string, StoredResource>();
  const blocks: StoredBlock[] = [];
  const watchers: ((change: ResourceChange, at: number) => void)[] = [];
  const blockWatchers: (() => void)[] = [];

  function onChange(change: ResourceChange): void {
    for (const watcher of watchers) watcher(change, now());
  }

  function findIn(key: string): StoredResource | undefined {
    const stored = resources.get(key);
    if (stored) return stored;
    for (const block of blocks) {
      const found = block.find(key);
      if (found) return found;
    }
    return undefined;
  }

  function storedBelow(scope: string): StoredResource[] {
    return [...resources].filter(([key]) => key.startsWith(`${scope}/`)).map(([, resource]) => resource);
  }

  const store: EstateStore = {
    find: (id) => findIn(normalizeId(id)),
    add(seed) {
      const address = resourceAddress(seed.id);
      const { id } = seed;
      const resource: StoredResource = {
        id,
        kind: address.kind,
        address,
        documents: storedDocuments(structuredClone(seed.documents), (document, body) =>
          onChange({ id, document, body }),
        ),
        ...(seed.author && { author: seed.author }),
      };
      for (const above of seedsAbove(address)) if (!store.find(above.id)) store.add(above);
      const key = normalizeId(id);
      onChange({ id, before: findIn(key) ?? null, isRemoved: false });
      // One in the same place keeps it, so that the order of lists stays.
      for (const block of blocks) block.remove(key);
      resources.set(key, resource);
      return resource;
    },
    addBlock(block) {
      // All ids follow from the positions: where the first is free, all are.
      const first = block.at(0);
      if (first && store.find(first.id)) throw new Error(`There is already a resource ${first.id}.`);
      blocks.push(storeBlock(block, onChange));
      for (const watcher of blockWatchers) watcher();
    },
    remove(id) {
      for (const before of [...store.below(id), ...present(store.find(id))]) {
        onChange({ id: before.id, before, isRemoved: true });
        const key = normalizeId(before.id);
        resources.delete(key);
        for (const block of blocks) block.remove(key);
      }
    },
    below(scope) {
      const key = normalizeId(scope);
      const generated = blocks.flatMap((block) =>
        [...block.below(key)].flatMap(({ position }) => present(block.open(position))),
      );
      return [...storedBelow(key), ...generated];
    },
    page(scope, fits, start, size) {
      const key = normalizeId(scope);
      const found: StoredResource[] = [];
      let { source, position } = start;
      if (source === 0) {
        const stored = storedBelow(key).filter(({ address }) => fits(address.type));
        const end = position + size;
        found.push(...stored.slice(position, end));
        if (end < stored.length) return { resources: found, next: { source, position: end } };
        source = 1;
        position = 0;
      }
      for (; source <= blocks.length; source++, position = 0) {
        const block = blocks[source - 1];
        if (!block) break;
        for (const one of block.below(key, position)) {
          if (!fits(one.resource.type)) continue;
          if (found.length === size) return { resources: found, next: { source, position: one.position } };
          found.push(...present(block.open(one.position)));
        }
      }
      return { resources: found, next: null };
    },
    *names() {
      for (const { id, address } of resources.values()) yield { id, type: address.type };
      for (const block of blocks) for (const { resource } of block.below('/subscriptions')) yield resource;
    },
    stored: () => [...resources.values(), ...blocks.flatMap((block) => block.changed())],
    watch: (watcher) => void watchers.push(watcher),
    watchBlocks: (watcher) => void blockWatchers.push(watcher),
  };
  for (const seed of seeds) store.add(seed);
  return store;
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

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
