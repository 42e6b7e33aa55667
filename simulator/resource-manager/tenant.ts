// What Resource Manager answers beside subscriptions: the tenant, and the subscriptions in which the caller has a role.

import { assignmentsAt } from '../authorization/access.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { HttpResponse } from '../http/response.ts';
import { type Caller, isServiceIdentity, tenantId } from '../identity/directory.ts';
import { isObject, member } from '../json/json.ts';

/** `GET /subscriptions` and `GET /tenants`; null for any other path. Both need no role. */
export function answerTenant(method: string, path: string, caller: Caller, estate: EstateStore): HttpResponse | null {
  if (method !== 'GET') return null;
  switch (path.toLowerCase().replace(/\/$/, '')) {
    case '/subscriptions':
      return { status: 200, body: subscriptionsOf(caller, estate) };
    case '/tenants':
      return { status: 200, body: { value: [tenant] } };
    default:
      return null;
  }
}

const tenant = {
  id: `/tenants/${tenantId}`,
  tenantId,
  countryCode: 'NL',
  displayName: 'Contoso',
  domains: ['contoso.example'],
  tenantCategory: 'Home',
  defaultDomain: 'contoso.example',
  tenantType: 'AAD',
};

/** Plumbline's role is not assigned in the estate: it sees all. */
function subscriptionsOf(caller: Caller, estate: EstateStore): unknown {
  const all = [...estate.names()].filter(({ type }) => type === 'Microsoft.Resources/subscriptions');
  const value = all
    .filter(({ id }) => isServiceIdentity(caller) || hasRoleIn(id, caller, estate))
    .map(({ id }) => estate.find(id)?.documents.get('resource'))
    .filter(isObject);
  return { value, count: { type: 'Total', value: value.length } };
}

function hasRoleIn(subscription: string, { objectId }: Caller, estate: EstateStore): boolean {
  const isTheirs = (scope: string) =>
    assignmentsAt(estate, scope).some((one) => member(one, 'properties', 'principalId') === objectId);
  const below = estate.stored().filter(({ id }) => id.toLowerCase().startsWith(`${subscription.toLowerCase()}/`));
  return isTheirs(subscription) || below.some(({ id }) => isTheirs(id));
}
