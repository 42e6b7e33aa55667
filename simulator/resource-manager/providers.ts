// The providers of a subscription, with their types and api-versions by the published types. All are registered.

import { publishedTypes } from '../api-versions/published-types.ts';
import type { Effect, Place } from '../estate/place.ts';
import { type JsonObject, member } from '../json/json.ts';

const namespaces = ['App', 'Authorization', 'Insights', 'Network', 'Resources', 'Security', 'Web'];

export function listProviders({ resource }: Place): unknown {
  return { value: namespaces.map((name) => providerBody(resource.id, `Microsoft.${name}`)) };
}

/** Undefined for a provider that the simulator does not have. */
export function providerOf({ resource, captured }: Place): unknown {
  const known = namespaces.map((name) => `Microsoft.${name}`);
  const found = known.find((name) => name.toLowerCase() === captured.toLowerCase());
  return found && providerBody(resource.id, found);
}

/** Whether there is no app of this name yet. Names are of the whole world; here they are of the estate. */
export function checkSiteName({ estate }: Place, body: unknown): Effect {
  const name = String(member(body, 'name'));
  const isTaken = [...estate.names()].some(({ id }) => id.toLowerCase().endsWith(`/sites/${name.toLowerCase()}`));
  const refusal = {
    reason: 'AlreadyExists',
    message: `Hostname '${name}' already exists. Please select a different name.`,
  };
  return { status: 200, answer: { nameAvailable: !isTaken, ...(isTaken ? refusal : { reason: '', message: '' }) } };
}

/** The regions of a subscription. */
export function listLocations({ resource }: Place): unknown {
  const regions = { westeurope: 'West Europe', northeurope: 'North Europe' };
  const value = Object.entries(regions).map(([name, displayName]) => ({
    id: `${resource.id}/locations/${name}`,
    name,
    type: 'Region',
    displayName,
    regionalDisplayName: `(Europe) ${displayName}`,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended', geography: 'Europe', geographyGroup: 'Europe' },
  }));
  return { value };
}

function providerBody(subscription: string, namespace: string): JsonObject {
  const types = publishedTypes(namespace).map(({ name, versions }) => ({
    resourceType: name,
    locations: ['West Europe', 'North Europe'],
    apiVersions: [...versions].sort().reverse(),
    capabilities: 'SupportsTags, SupportsLocation',
  }));
  return {
    id: `${subscription}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState: 'Registered',
    resourceTypes: types,
  };
}
