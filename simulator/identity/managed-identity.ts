// The managed identity endpoint as App Service offers it.

import type { HttpResponse } from '../http/response.ts';
import { serviceIdentity } from './directory.ts';
import { tokenFor, tokenSeconds } from './tokens.ts';

export const identityPath = '/msi/token';

/** `GET IDENTITY_ENDPOINT?resource=…&api-version=2019-08-01[&client_id=…]` with the header X-IDENTITY-HEADER. */
export function handleIdentityRequest(
  method: string,
  url: URL,
  header: string | undefined,
  secret: string,
  now: Date,
): HttpResponse {
  const resource = url.searchParams.get('resource');
  const clientId = url.searchParams.get('client_id');
  const refuse = (status: number, message: string): HttpResponse => ({ status, body: { statusCode: status, message } });
  if (method !== 'GET') return refuse(405, 'Method not allowed.');
  if (header !== secret) return refuse(403, 'The X-IDENTITY-HEADER header is missing or does not match.');
  if (url.searchParams.get('api-version') !== '2019-08-01') return refuse(400, 'The api-version must be 2019-08-01.');
  if (!resource) return refuse(400, 'The resource is missing.');
  if (clientId && clientId.toLowerCase() !== serviceIdentity.appId) {
    return refuse(
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  }
  const expires = Math.floor(now.getTime() / 1000) + tokenSeconds;
  return {
    status: 200,
    body: {
      access_token: tokenFor(resource, serviceIdentity, now, expires),
      expires_on: String(expires),
      resource,
      token_type: 'Bearer',
      client_id: serviceIdentity.appId.toUpperCase(),
    },
  };
}
