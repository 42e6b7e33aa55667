/** The identity of Plumbline in Azure, from the claims of its own token: decoded, never verified, never logged. */
import type { TokenCredential } from '@azure/core-auth';
import * as z from 'zod';
import type { ServiceIdentity } from '../domain/resources/principal.ts';

const UNKNOWN_IDENTITY: ServiceIdentity = { objectId: null, appId: null };
const claims = z.object({ oid: z.guid().nullish().catch(null), appid: z.guid().nullish().catch(null) });

/**
 * Returns the identity in the token of `scope`; it is looked at again when the token has ended.
 * Rejects when there is no token: without one Plumbline cannot tell its own writes from those of others.
 */
export function createServiceIdentity(
  credential: TokenCredential,
  scope: string,
  now: () => Date,
): () => Promise<ServiceIdentity> {
  let known: { readonly until: number; readonly identity: ServiceIdentity } | undefined;
  return async () => {
    if (known && now().getTime() < known.until) return known.identity;
    const token = await credential.getToken(scope);
    if (token === null) throw new Error('no token for Azure Resource Manager could be had');
    known = { until: token.expiresOnTimestamp, identity: identityFromToken(token.token) };
    return known.identity;
  };
}

/** The object id and application id in a token, in lower case; null when it has none or is no JWT. */
export function identityFromToken(token: string): ServiceIdentity {
  const [, payload, ...rest] = token.split('.');
  if (payload === undefined || rest.length !== 1) return UNKNOWN_IDENTITY;
  const parsed = claims.safeParse(decodePayload(payload));
  if (!parsed.success) return UNKNOWN_IDENTITY;
  const { oid, appid } = parsed.data;
  return { objectId: oid?.toLowerCase() ?? null, appId: appid?.toLowerCase() ?? null };
}

function decodePayload(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return null;
  }
}
