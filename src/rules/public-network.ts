/** What `publicNetworkAccess` says, of a web app or an environment. */
import type { Json } from '../domain/json.ts';

/** unset: null or empty, which is the platform's default; other: a word that Plumbline does not know; strange: no word. */
export type NetworkAccess = 'enabled' | 'disabled' | 'unset' | 'other' | 'strange';

export function networkAccess(value: Json | undefined): NetworkAccess {
  if (value === null || value === undefined || value === '') return 'unset';
  if (typeof value !== 'string') return 'strange';
  const said = value.toLowerCase();
  return said === 'enabled' || said === 'disabled' ? said : 'other';
}
