// A resource that a write creates.

import { type ResourceKind, resourceAddress } from '../arm/resource-id.ts';
import { containerApp, environment } from '../container-app/builders.ts';
import { genericResource, type ResourceSeed } from '../estate/resource-seed.ts';
import type { Caller } from '../identity/directory.ts';
import { mergePatch } from '../json/json.ts';
import { plan, slot, webApp } from '../web-app/builders.ts';

/** What a PUT finds when there was nothing: a web app with the defaults of a new one, any other kind as built. */
export function newResource(id: string, author: Caller): ResourceSeed {
  const { kind, name, resourceGroup, subscriptionId: subscription } = resourceAddress(id);
  const options = { name, resourceGroup, subscription, author, ...ofNewWebApps };
  if (kind === 'site') return { ...webApp(options), id };
  if (kind === 'slot') return { ...slot({ ...options, of: id.split('/').at(-3) ?? '' }), id };
  return createdResource(id, {}, author);
}

const ofNewWebApps = {
  identity: null,
  auth: 'none' as const,
  site: { httpsOnly: false },
  web: { alwaysOn: false, http20Enabled: false, healthCheckPath: null },
  ftpBasicAuth: true,
  scmBasicAuth: true,
};

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
