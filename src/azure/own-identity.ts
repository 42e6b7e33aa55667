/** Who Plumbline is to Azure, read from the claims of its own token: decoded, never verified, never logged. */
import type { TokenCredential } from '@azure/core-auth';
import * as z from 'zod';

export interface OwnIdentity {
  readonly objectId: string | null;
  readonly appId: string | null;
}

const NOBODY: OwnIdentity = { objectId: null, appId: null };
const claims = z.object({ oid: z.guid().nullish().catch(null), appid: z.guid().nullish().catch(null) });

/**
 * Answers from the token of `scope`, and again from it until a new token comes.
 * Rejects when there is no token: without one Plumbline cannot tell its own writes from those of others.
 */
export function createOwnIdentity(credential: TokenCredential, scope: string): () => Promise<OwnIdentity> {
  let known: { readonly token: string; readonly identity: OwnIdentity } | undefined;
  return async () => {
    const token = (await credential.getToken(scope))?.token;
    if (token === undefined) throw new Error('no token for Azure Resource Manager could be had');
    if (known?.token !== token) known = { token, identity: identityIn(token) };
    return known.identity;
  };
}

/** The object id and application id that a token names, in lower case; nulls where it does not, or is no JWT. */
export function identityIn(token: string): OwnIdentity {
  const [, payload, ...rest] = token.split('.');
  if (payload === undefined || rest.length !== 1) return NOBODY;
  const parsed = claims.safeParse(decoded(payload));
  if (!parsed.success) return NOBODY;
  const { oid, appid } = parsed.data;
  return { objectId: oid?.toLowerCase() ?? null, appId: appid?.toLowerCase() ?? null };
}

function decoded(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return null;
  }
}
