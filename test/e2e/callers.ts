/** Who calls the API, and the header in which Easy Auth says so. */
import type { Caller } from '../../local/simulator/simulator.ts';

export type Role = 'Reader' | 'Approver' | 'Operator';

/** People who change no apps. */
export const staff = {
  reader: person('Dorothy Vaughan', '11'),
  approver: person('Mary Jackson', '12'),
  otherApprover: person('Annie Easley', '13'),
  operator: person('Margaret Hamilton', '14'),
};

/** The value of `x-ms-client-principal` for this caller, as Microsoft Entra ID's claims arrive. */
export function principalHeader(caller: Caller, roles: readonly Role[]): string {
  const claim = (typ: string, val: string) => ({ typ, val });
  const named =
    caller.type === 'user' ? [claim('name', caller.name ?? ''), claim('preferred_username', mail(caller))] : [];
  const principal = {
    auth_typ: 'aad',
    name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
    claims: [
      claim('http://schemas.microsoft.com/identity/claims/objectidentifier', caller.objectId),
      ...named,
      ...(caller.type === 'app' ? [claim('idtyp', 'app')] : []),
      ...roles.map((role) => claim('roles', `Plumbline.${role}`)),
    ],
  };
  return Buffer.from(JSON.stringify(principal)).toString('base64');
}

function mail({ name = '' }: Caller): string {
  return `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@contoso.example`;
}

function person(name: string, number: string): Caller {
  return { type: 'user', name, objectId: `00000000-0000-4000-8000-0000000001${number}` };
}
