/** When App Service requests a client certificate: in the handshake, or later in the connection (renegotiation). */
import type { JsonObject } from '../../../domain/resources/json.ts';
import { lowerCase, truthOf } from '../documents/leaves.ts';

/**
 * Whether these settings need renegotiation, which HTTP/2 and TLS 1.3 do not have: App Service reads the request before it
 * knows whether a certificate is needed.
 * https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth
 */
export function renegotiates(site: JsonObject): boolean {
  // Azure ignores the mode while certificates are off (arm-appservice 19.0.0, `clientCertMode`).
  if (truthOf(site.clientCertEnabled) === false) return false;
  return lowerCase(site.clientCertMode) === 'optionalinteractiveuser' || excludesPaths(site);
}

export function excludesPaths({ clientCertExclusionPaths }: JsonObject): boolean {
  return (clientCertExclusionPaths ?? '') !== '';
}
