// A resource that a write creates.

import { type ResourceKind, resourceAddress } from '../arm/resource-id.ts';
import { containerApp, environment } from '../container-app/builders.ts';
import { genericResource, type ResourceSeed } from '../estate/resource-seed.ts';
import type { Caller } from '../identity/directory.ts';
import { mergePatch } from '../json/json.ts';
import { plan, slot, webApp } from '../web-app/builders.ts';

/** A new resource: as built for its kind, with the given body merged in. */
export function createdResource(id: string, body: unknown, author: Caller): ResourceSeed {
  const { kind, name, type, resourceGroup, subscriptionId: subscription } = resourceAddress(id);
  const options = { name, resourceGroup, subscription, author };
  const builders: Partial<Record<ResourceKind, () => ResourceSeed>> = {
    site: () => webApp(options),
    slot: () => slot({ ...options, of: id.split('/').at(-3) ?? '' }),
    plan: () => plan(options),
    containerApp: () => containerApp(options),
    environment: () => environment(options),
  };
  const seed = builders[kind]?.() ?? genericResource(type, options);
  return { ...seed, id, documents: { ...seed.documents, resource: mergePatch(seed.documents.resource, body) } };
}
