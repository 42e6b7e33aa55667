// Lists of the resources below a subscription or a group: those of the providers with complete bodies, and the inventory of
// Resource Manager, which has a summary of each resource and takes a filter.

import { ArmError, errors } from '../arm/errors.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Place } from '../estate/place.ts';
import { isObject, type JsonObject, member } from '../json/json.ts';

/** The provider's list of a type. */
export function listByType({ estate, resource }: Place, type: string): unknown {
  const wanted = type.toLowerCase();
  const value = estate.below(resource.id).filter((below) => typeOf(below) === wanted);
  return envelope(
    type,
    value.map((one) => one.documents.get('resource')),
  );
}

/** Slots of a site. */
export function listSlots({ estate, resource }: Place): unknown {
  const slots = estate.below(resource.id).filter((below) => below.kind === 'slot');
  return envelope(
    'Microsoft.Web/sites/slots',
    slots.map((slot) => slot.documents.get('resource')),
  );
}

/** The inventory, of the types that the filter names. Throws an ArmError for a filter that it does not know. */
export function listResources({ estate, resource, filter }: Place): unknown {
  const types = filter === undefined ? null : typesIn(filter);
  const found = estate
    .below(resource.id)
    .filter((below) => below.kind !== 'resourceGroup' && (types === null || types.includes(typeOf(below))));
  return { value: found.map(entryOf) };
}

function typesIn(filter: string): string[] {
  const terms = filter.split(/ or /i).map((term) => /^\s*resourceType eq '([^']+)'\s*$/i.exec(term)?.[1]);
  const types = terms.flatMap((type) => (type === undefined ? [] : [type.toLowerCase()]));
  if (types.length < terms.length) {
    const message = `The filter '${filter}' is not supported.`; // wording unverified
    throw new ArmError(errors.badRequest('InvalidFilterInQueryString', message));
  }
  return types;
}

/** Places are normalised here, and what a resource does not have is absent. */
function entryOf(resource: StoredResource): JsonObject {
  const body = resource.documents.get('resource');
  const tags = member(body, 'tags');
  const kept = ['kind', 'managedBy', 'sku', 'identity'].filter((name) => member(body, name) != null);
  return {
    id: resource.id,
    name: member(body, 'name'),
    type: resource.address.type,
    location: String(member(body, 'location')).toLowerCase().replaceAll(' ', ''),
    ...(isObject(tags) && Object.keys(tags).length > 0 ? { tags } : {}),
    ...Object.fromEntries(kept.map((name) => [name, member(body, name)])),
  };
}

function envelope(type: string, value: unknown[]): unknown {
  return /^microsoft\.web\//i.test(type) ? { value, nextLink: null, id: null } : { value };
}

function typeOf(resource: StoredResource): string {
  return resource.address.type.toLowerCase();
}
