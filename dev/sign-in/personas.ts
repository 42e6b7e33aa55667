/**
 * The personas of the local sign-in, and how Easy Auth would describe them to the app: the same headers, the same claim
 * types, synthetic object ids. They exist on this machine only.
 */
import { people } from '../../simulator/estate.ts';

/** The tenant of every persona. */
export const localTenantId = '11111111-0000-4000-8000-000000000001';

export interface Persona {
  readonly key: string;
  readonly name: string;
  readonly objectId: string;
  /** App roles, `Plumbline.*`. */
  readonly roles: readonly string[];
  /** What the person may do, for the sign-in page. */
  readonly description: string;
}

/** Ada and Grace also change apps of the sample estate, to show who may not approve what. */
export const personas: readonly Persona[] = [
  persona(
    'reader',
    'Rita Reader',
    '00000000-0000-4000-8000-000000000110',
    ['Reader'],
    'reads approvals, findings and the audit log',
  ),
  persona('approver', 'Ada Lovelace', people.ada.objectId, ['Approver'], 'decides queued changes'),
  persona(
    'operator',
    'Otto Operator',
    '00000000-0000-4000-8000-000000000111',
    ['Operator'],
    'changes settings and limits',
  ),
  persona(
    'grace',
    'Grace Hopper',
    people.grace.objectId,
    ['Approver', 'Operator'],
    'decides changes and changes settings',
  ),
];

/** The claims of the person as Entra ID issues them; the subject differs from the object id, as a person's does. */
export function claimsOf(person: Persona): { typ: string; val: string }[] {
  const claims = [
    ['http://schemas.microsoft.com/identity/claims/objectidentifier', person.objectId],
    ['http://schemas.microsoft.com/identity/claims/tenantid', localTenantId],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier', `local-subject-of-${person.key}`],
    ['name', person.name],
    ['preferred_username', userName(person)],
    ...person.roles.map((role) => ['roles', role]),
  ];
  return claims.map(([typ = '', val = '']) => ({ typ, val }));
}

/** The four headers that Easy Auth adds to a signed-in request. */
export function principalHeaders(person: Persona): Record<string, string> {
  const principal = {
    auth_typ: 'aad',
    claims: claimsOf(person),
    name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
  };
  return {
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-id': person.objectId,
    'x-ms-client-principal-name': userName(person),
    'x-ms-client-principal-idp': 'aad',
  };
}

/** The sign-in name, in a domain that cannot exist. */
export function userName(person: Persona): string {
  return `${person.name.toLowerCase().replace(' ', '.')}@plumbline.invalid`;
}

function persona(key: string, name: string, objectId: string, roles: readonly string[], description: string): Persona {
  return { key, name, objectId, roles: roles.map((role) => `Plumbline.${role}`), description };
}
