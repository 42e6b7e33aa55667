// The claims of a token, as events and the Activity Log show them: users by name, applications by ids only.

import { createHash } from 'node:crypto';
import type { JsonObject } from '../json/json.ts';
import { type Caller, tenantId } from './directory.ts';

const microsoftClaims = 'http://schemas.microsoft.com/identity/claims';

/** The prefix of the claims of a user. */
export const soapClaims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** The claims of the token of a request. */
export function claimsOf(caller: Caller, at: Date): JsonObject {
  const issued = Math.floor(at.getTime() / 1000) - 300;
  const both = {
    aud: 'https://management.core.windows.net/',
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: String(issued),
    nbf: String(issued),
    exp: String(issued + 3900),
    aio: 'simulated',
    [`${microsoftClaims}/objectidentifier`]: caller.objectId,
    [`${microsoftClaims}/tenantid`]: tenantId,
    uti: 'simulated',
    ver: '1.0',
  };
  if (caller.type === 'app') {
    return {
      ...both,
      appid: caller.appId ?? caller.objectId,
      appidacr: '2',
      [`${microsoftClaims}/identityprovider`]: `https://sts.windows.net/${tenantId}/`,
      [`${soapClaims}/nameidentifier`]: caller.objectId,
    };
  }
  const name = caller.name ?? 'Somebody';
  const [given = name, ...surnames] = name.split(' ');
  const principalName = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@contoso.example`;
  return {
    ...both,
    appid: caller.appId ?? 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c', // The Azure portal.
    appidacr: '2',
    ipaddr: '198.51.100.7',
    name,
    puid: createHash('sha256').update(caller.objectId).digest('hex').slice(0, 16).toUpperCase(),
    [`${microsoftClaims}/scope`]: 'user_impersonation',
    [`${microsoftClaims}/identityprovider`]: `https://sts.windows.net/${tenantId}/`,
    [`${soapClaims}/upn`]: principalName,
    [`${soapClaims}/name`]: principalName,
    [`${soapClaims}/nameidentifier`]: createHash('sha256').update(caller.objectId).digest('base64url'),
    [`${soapClaims}/givenname`]: given,
    [`${soapClaims}/surname`]: surnames.join(' '),
    'http://schemas.microsoft.com/claims/authnmethodsreferences': 'rsa,mfa',
  };
}
