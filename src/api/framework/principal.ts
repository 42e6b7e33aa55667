/**
 * The caller: the principal that Easy Auth puts into `x-ms-client-principal`. The header is trusted only while Easy Auth is on,
 * because otherwise any caller can send it. `HttpRequest.user` is never used: it throws for applications, which have no name.
 */
import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { truncateName } from '../../domain/resources/event.ts';
import { fitsSize } from '../../domain/resources/limits.ts';
import type { Caller } from '../../domain/resources/principal.ts';

export const ROLES = ['Plumbline.Reader', 'Plumbline.Approver', 'Plumbline.Operator'] as const;
export type Role = (typeof ROLES)[number];

/** The object id is in lower case. */
export interface Principal extends Required<Caller> {
  readonly roles: readonly Role[];
  /** The object ids (lower case) of the groups in the token; empty when there are too many for the token. */
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

/** Serialized size. An object id is a GUID, and is stored in rows and in the log. */
const MAX_OBJECT_ID_SIZE = 128;

/** The caller. Throws Refusal `auth-off` or `unauthenticated`. */
export function parsePrincipal(headers: Headers, authEnabled: boolean): Principal {
  if (!authEnabled) {
    throw new Refusal(
      'auth-off',
      'App Service authentication is off (WEBSITE_AUTH_ENABLED is not set), so nobody can be told from anybody else.',
    );
  }
  const header = headers.get('x-ms-client-principal');
  if (!header) throw new Refusal('unauthenticated', 'Sign in with Microsoft Entra ID and repeat the request.');
  const parsed = clientPrincipal.safeParse(decodeHeader(header));
  if (!parsed.success) throw invalidPrincipal('it is not one of Microsoft Entra ID');
  const { claims, role_typ, name_typ } = parsed.data;
  const objectIds = new Set(valuesOf(claims, OBJECT_ID).map((id) => id.toLowerCase()));
  const [objectId] = objectIds;
  if (!objectId || !fitsSize(objectId, MAX_OBJECT_ID_SIZE)) throw invalidPrincipal('it has no object id');
  if (objectIds.size > 1) throw invalidPrincipal('it has more than one object id');
  const isApplication =
    valuesOf(claims, ['idtyp']).some((type) => type.toLowerCase() === 'app') ||
    valuesOf(claims, SUBJECT).some((subject) => subject.toLowerCase() === objectId);
  const given = valuesOf(claims, role_typ ? [...ROLE, role_typ] : ROLE);
  return {
    objectId,
    name: truncateName(valuesOf(claims, name_typ ? [...NAME, name_typ] : NAME)[0] ?? objectId),
    type: isApplication ? 'app' : 'user',
    roles: ROLES.filter((role) => given.includes(role)),
    groups: groupsOf(claims),
  };
}

/** The caller as it is recorded, without roles and groups. */
export function actorOf({ type, objectId, name }: Principal): Required<Caller> {
  return { type, objectId, name };
}

/** With too many groups the token has overage claims instead, with a URL for the groups. Plumbline does not query it, so no group is known. */
function groupsOf(claims: Claims): string[] {
  const elsewhere = claims.some(
    ({ typ, val }) => (typ === '_claim_names' && val.includes('groups')) || (typ === 'hasgroups' && val !== 'false'),
  );
  return elsewhere ? [] : valuesOf(claims, ['groups']).map((id) => id.toLowerCase());
}

/** Throws Refusal `forbidden` unless the caller has the role. */
export function requireRole(principal: Principal, role: Role): void {
  const refusal = roleRefusal(principal, role);
  if (refusal) throw refusal;
}

/** Null when the caller has the role. Every role includes Reader. */
function roleRefusal({ roles }: Principal, role: Role): Refusal | null {
  const fits = role === 'Plumbline.Reader' ? roles.length > 0 : roles.includes(role);
  return fits ? null : new Refusal('forbidden', `This needs the role ${role}, which your account has not been given.`);
}

/** Throws Refusal `not-a-person` when the caller is an application. */
export function requirePerson(principal: Principal): void {
  const refusal = personRefusal(principal);
  if (refusal) throw refusal;
}

function personRefusal({ type }: Principal): Refusal | null {
  return type === 'app' ? new Refusal('not-a-person', 'Decisions are made by people; an application may read.') : null;
}

/** Why the caller may decide nothing at all; null for a person with the role. */
export function deciderRefusal(principal: Principal): Refusal | null {
  return roleRefusal(principal, 'Plumbline.Approver') ?? personRefusal(principal);
}

/** The values of the claims of these types, in the order of the types. */
function valuesOf(claims: Claims, types: readonly string[]): string[] {
  return types.flatMap((type) => claims.filter(({ typ, val }) => typ === type && val !== '').map(({ val }) => val));
}

/** Two headers arrive as one, joined by a comma. That is not base64, so they are refused. */
function decodeHeader(header: string): unknown {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(header)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'base64')));
  } catch {
    return undefined;
  }
}

function invalidPrincipal(why: string): Refusal {
  return new Refusal('unauthenticated', `The principal that sign-in delivered cannot be used: ${why}.`);
}
