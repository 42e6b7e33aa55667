// Tokens for Resource Manager, and how Resource Manager reads them. They carry the claims of real ones and no valid
// signature: only this simulator accepts them.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { errors } from '../arm/errors.ts';
import type { HttpResponse } from '../http/response.ts';
import { type Caller, identityResource, isServiceIdentity, tenantId } from './directory.ts';

/** The application with which users sign in: the Azure CLI. */
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

export const tokenSeconds = 24 * 60 * 60;

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
      ? { appidacr: '2', idp: issuer, idtyp: 'app', ...(isServiceIdentity(caller) && { xms_mirid: identityResource }) }
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
export function callerOf(authorization: string | undefined, audience: string, now: Date): Caller | HttpResponse {
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
