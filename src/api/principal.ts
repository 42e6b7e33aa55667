/**
 * Who calls: the principal that Easy Auth puts into `x-ms-client-principal`. The header is believed only while the platform
 * says that Easy Auth is on, because otherwise any caller can send it. `HttpRequest.user` is never used: it throws for
 * applications, which have no name.
 */
import * as z from 'zod';
import { nameOf } from '../domain/event.ts';
import { fits } from '../domain/limits.ts';
import { Refusal } from '../domain/refusal.ts';

export const ROLES = ['Plumbline.Reader', 'Plumbline.Approver', 'Plumbline.Operator'] as const;
export type Role = (typeof ROLES)[number];

export interface Principal {
  /** Lower case. */
  readonly objectId: string;
  readonly name: string;
  /** An application is not a person. */
  readonly application: boolean;
  readonly roles: readonly Role[];
  /** Object ids (lower case) of the groups that the token names; empty when they were too many for it to name. */
  readonly groups: readonly string[];
}

interface Headers {
  get(name: string): string | null;
}

const clientPrincipal = z.object({
  auth_typ: z.literal('aad'),
  role_typ: z.string().nullish(),
  name_typ: z.string().nullish(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});
type Claims = z.infer<typeof clientPrincipal>['claims'];

// Claim types as Easy Auth delivers them: short, or mapped to the long form (configure-authentication-user-identities).
const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const OBJECT_ID = ['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid'];
const ROLE = ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'];
const SUBJECT = ['sub', `${SOAP}/nameidentifier`];
const NAME = ['preferred_username', `${SOAP}/upn`, 'upn', `${SOAP}/emailaddress`, 'name', `${SOAP}/name`];

/** Weight: it is a GUID, and stands in rows and in the log. */
const LONGEST_OBJECT_ID = 128;

/** The caller. Throws Refusal `auth-off` or `unauthenticated`. */
export function principalOf(headers: Headers, authEnabled: boolean): Principal {
  if (!authEnabled) {
    throw new Refusal(
      'auth-off',
      'App Service authentication is off (WEBSITE_AUTH_ENABLED is not set), so nobody can be told from anybody else.',
    );
  }
  const header = headers.get('x-ms-client-principal');
  if (!header) throw new Refusal('unauthenticated', 'Sign in with Microsoft Entra ID and repeat the request.');
  const parsed = clientPrincipal.safeParse(decoded(header));
  if (!parsed.success) throw unusable('it is not one of Microsoft Entra ID');
  const { claims, role_typ, name_typ } = parsed.data;
  const objectIds = new Set(valuesOf(claims, OBJECT_ID).map((id) => id.toLowerCase()));
  const [objectId] = objectIds;
  if (!objectId || !fits(objectId, LONGEST_OBJECT_ID)) throw unusable('it has no object id');
  if (objectIds.size > 1) throw unusable('it has more than one object id');
  const given = valuesOf(claims, role_typ ? [...ROLE, role_typ] : ROLE);
  return {
    objectId,
    name: nameOf(valuesOf(claims, name_typ ? [...NAME, name_typ] : NAME)[0] ?? objectId),
    application:
      valuesOf(claims, ['idtyp']).some((type) => type.toLowerCase() === 'app') ||
      valuesOf(claims, SUBJECT).some((subject) => subject.toLowerCase() === objectId),
    roles: ROLES.filter((role) => given.includes(role)),
    groups: groupsIn(claims),
  };
}

/** With too many groups Entra names a place to ask for them instead (the overage claims); nobody asks, so none is known. */
function groupsIn(claims: Claims): string[] {
  const elsewhere = claims.some(
    ({ typ, val }) => (typ === '_claim_names' && val.includes('groups')) || (typ === 'hasgroups' && val !== 'false'),
  );
  return elsewhere ? [] : valuesOf(claims, ['groups']).map((id) => id.toLowerCase());
}

/** Throws Refusal `forbidden` unless the caller has the role; every role may do what Reader may. */
export function requireRole({ roles }: Principal, role: Role): void {
  const fits = role === 'Plumbline.Reader' ? roles.length > 0 : roles.includes(role);
  if (!fits) throw new Refusal('forbidden', `This needs the role ${role}, which your account has not been given.`);
}

/** The values of the claims of these types, in the order of the types. */
function valuesOf(claims: Claims, types: readonly string[]): string[] {
  return types.flatMap((type) => claims.filter(({ typ, val }) => typ === type && val !== '').map(({ val }) => val));
}

/** Two headers arrive as one joined by a comma, which is no base64: they are refused, never chosen from. */
function decoded(header: string): unknown {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(header)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'base64')));
  } catch {
    return undefined;
  }
}

function unusable(why: string): Refusal {
  return new Refusal('unauthenticated', `The principal that sign-in delivered cannot be used: ${why}.`);
}
