// The managed identity endpoint as App Service offers it.

import type { HttpResponse } from '../http/response.ts';
import { type Caller, people, pipeline } from './directory.ts';
import { tokenFor, tokenSeconds } from './tokens.ts';

export const identityPath = '/msi/token';

/** The versions of the endpoint that its clients use: @azure/identity the newer one, the Azure CLI 2.45 the older one. */
const VERSIONS: Record<string, { header: string; clientId: string }> = {
  '2019-08-01': { header: 'x-identity-header', clientId: 'client_id' },
  '2017-09-01': { header: 'secret', clientId: 'clientid' },
};

/**
 * `GET IDENTITY_ENDPOINT?resource=…&api-version=2019-08-01[&client_id=…]` with the header X-IDENTITY-HEADER. `holders` says by that
 * header whose token it is without a client id. In place of a client id the object id of a person, or their first name as in the
 * directory, gives a token of that person. Only the holder of Plumbline's own header gets tokens of its identity.
 */
export function handleIdentityRequest(
  method: string,
  url: URL,
  header: (name: string) => string | undefined,
  holders: ReadonlyMap<string, Caller>,
  now: Date,
): HttpResponse {
  const refuse = (status: number, message: string): HttpResponse => ({ status, body: { statusCode: status, message } });
  const version = VERSIONS[url.searchParams.get('api-version') ?? ''];
  if (method !== 'GET') return refuse(405, 'Method not allowed.');
  const holder = holders.get(header(version?.header ?? 'x-identity-header') ?? '');
  if (!holder) return refuse(403, 'The X-IDENTITY-HEADER header is missing or does not match.');
  if (!version) return refuse(400, 'The api-version must be 2019-08-01.');
  const resource = url.searchParams.get('resource');
  if (!resource) return refuse(400, 'The resource is missing.');
  const caller = callerWith(url.searchParams.get(version.clientId)?.toLowerCase(), holder);
  if (!caller) {
    return refuse(
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  }
  const expires = Math.floor(now.getTime() / 1000) + tokenSeconds;
  return {
    status: 200,
    body: {
      access_token: tokenFor(resource, caller, now, expires),
      expires_on: String(expires),
      resource,
      token_type: 'Bearer',
      client_id: (caller.appId ?? caller.objectId).toUpperCase(),
    },
  };
}

function callerWith(clientId: string | undefined, holder: Caller): Caller | undefined {
  if (!clientId || clientId === holder.appId) return holder;
  const [, caller] =
    Object.entries({ ...people, pipeline }).find(([name, { objectId }]) => [name, objectId].includes(clientId)) ?? [];
  return caller;
}
