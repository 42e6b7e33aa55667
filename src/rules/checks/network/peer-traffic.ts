/** Traffic between the apps of an environment: two switches, of which mutual TLS requires encryption. */
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import type { Setting } from '../../declare/declarations.ts';

export const MTLS: Setting = { document: 'resource', path: '/properties/peerAuthentication/mtls/enabled', to: true };
export const ENCRYPTION: Setting = {
  document: 'resource',
  path: '/properties/peerTrafficConfiguration/encryption/enabled',
  to: true,
};

/** null is off; undefined is a value that is not understood. */
type Switch = boolean | null | undefined;

/** The switches in the properties of an environment. */
export function peerTraffic(properties: JsonObject): { readonly mtls: Switch; readonly encryption: Switch } {
  return {
    mtls: switchIn(properties.peerAuthentication, 'mtls'),
    encryption: switchIn(properties.peerTrafficConfiguration, 'encryption'),
  };
}

function switchIn(section: Json | undefined, name: string): Switch {
  const outer = section ?? {};
  const inner = isObject(outer) ? (outer[name] ?? {}) : null;
  const value = isObject(inner) ? (inner.enabled ?? null) : undefined;
  return value === null || typeof value === 'boolean' ? value : undefined;
}
