/** Whether the public network reaches a web app or an environment: what `publicNetworkAccess` says. */
import type { Json } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { bodyOf, type Snapshot } from '../domain/snapshot.ts';

/** unset: null or empty, which is the platform's default; other: a word that Plumbline does not know; strange: no word. */
export type NetworkAccess = 'enabled' | 'disabled' | 'unset' | 'other' | 'strange';

export function networkAccess(value: Json | undefined): NetworkAccess {
  if (value === null || value === undefined || value === '') return 'unset';
  if (typeof value !== 'string') return 'strange';
  const said = value.toLowerCase();
  return said === 'enabled' || said === 'disabled' ? said : 'other';
}

/** Whether the site is off the public network, by its own word or by that of its configuration. */
export function isOffPublicNetwork(snapshot: Snapshot): boolean {
  return (['resource', 'config/web'] as const).some((name) => {
    const properties = bodyOf(snapshot, name)?.properties;
    return isObject(properties) && networkAccess(properties.publicNetworkAccess) === 'disabled';
  });
}
