// The managed identity endpoint as App Service offers it, and how Resource Manager reads the tokens it gives out.
// The tokens carry the claims of real ones and a signature of no value: only this simulator takes them.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from './contract.ts';
import { type Answer, errors } from './errors.ts';
import { subscriptionId, tenantId } from './seeds.ts';

export const identityPath = '/msi/token';

/** The user-assigned identity under which Plumbline runs. */
export const serviceIdentity: Caller & { appId: string } = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-0000000000b1',
  appId: '00000000-0000-4000-8000-0000000000b2',
};
/** The id of that identity. */
export const identityResource = `/subscriptions/${subscriptionId}/resourcegroups/plumbline/providers/Microsoft.ManagedIdentity/userAssignedIdentities/plumbline`;
/** Whether it is Plumbline, under its own identity. */
export function isService(caller: Caller): boolean {
  return caller.objectId === serviceIdentity.objectId;
}

/** Through which people sign in. */
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
export const tokenSeconds = 24 * 60 * 60;

/** `GET IDENTITY_ENDPOINT?resource=…&api-version=2019-08-01[&client_id=…]` with the header X-IDENTITY-HEADER. */
export function identityAnswer(
  method: string,
  url: URL,
  header: string | undefined,
  secret: string,
  now: Date,
): Answer {
  const resource = url.searchParams.get('resource');
  const clientId = url.searchParams.get('client_id');
  const refuse = (status: number, message: string): Answer => ({ status, body: { statusCode: status, message } });
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

/** A token as Entra ID makes it; `expires` in seconds since 1970. */
export function tokenFor(audience: string, caller: Caller, now: Date, expires: number): string {
  const issued = Math.floor(now.getTime() / 1000) - 5;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const claims = {
    aud: audience,
    iss: issuer,
    iat: issued,
    nbf: issued,
    exp: expires,
    aio: 'simulated',
    appid: caller.appId ?? azureCli,
    ...(caller.type === 'app'
      ? { appidacr: '2', idp: issuer, idtyp: 'app', ...(isService(caller) && { xms_mirid: identityResource }) }
      : { appidacr: '0', amr: ['pwd', 'mfa'], idtyp: 'user', name: caller.name, scp: 'user_impersonation' }),
    oid: caller.objectId,
    sub: caller.objectId,
    tid: tenantId,
    uti: randomUUID(),
    ver: '1.0',
  };
  return `${part({ typ: 'JWT', alg: 'RS256', kid: 'simulator' })}.${part(claims)}.${Buffer.from('no signature').toString('base64url')}`;
}

const claimsSchema = z.object({
  aud: z.string(),
  exp: z.number(),
  oid: z.string(),
  appid: z.string().optional(),
  idtyp: z.string().optional(),
  name: z.string().optional(),
});

/** The caller behind an Authorization header, or the 401 that Resource Manager answers. */
export function callerOf(authorization: string | undefined, audience: string, now: Date): Caller | Answer {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (!token)
    return errors.unauthenticated(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
  const claims = claimsSchema.safeParse(payloadOf(token));
  if (!claims.success) return errors.unauthenticated('InvalidAuthenticationToken', 'The access token is invalid.');
  const { aud, exp, oid, appid, idtyp, name } = claims.data;
  if (aud.replace(/\/$/, '') !== audience) {
    return errors.unauthenticated(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${aud}'. It should exactly match with one of the allowed audiences '${audience}','${audience}/'.`,
    );
  }
  if (exp * 1000 <= now.getTime()) {
    return errors.unauthenticated(
      'ExpiredAuthenticationToken',
      'The access token expiry UTC time is earlier than current UTC time.',
    );
  }
  return {
    type: idtyp === 'app' ? 'app' : 'user',
    objectId: oid,
    ...(appid && { appId: appid }),
    ...(name && { name }),
  };
}

function payloadOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return null;
  }
}
