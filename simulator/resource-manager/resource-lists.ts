// Lists of the resources below a subscription or a group: those of the providers with complete bodies, and the inventory of
// Resource Manager, which has a summary of each resource and takes a filter.

import { ArmError, errors } from '../arm/errors.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Place } from '../estate/place.ts';
import { isObject, type JsonObject, member } from '../json/json.ts';

/** A page of the provider's list of a type. */
export function listByType(place: Place, type: string): unknown {
  const wanted = type.toLowerCase();
  const { resources, next } = pageOf(place, (one) => one.toLowerCase() === wanted, PROVIDER_PAGE);
  return envelope(
    type,
    resources.map((one) => one.documents.get('resource')),
    next,
  );
}

/** The groups of a subscription. */
export function listGroups({ estate, resource }: Place): unknown {
  const isGroup = (type: string) => type === 'Microsoft.Resources/subscriptions/resourceGroups';
  const ids = [...estate.names()].filter(({ id, type }) => isGroup(type) && isBelow(id, resource.id));
  return { value: ids.map(({ id }) => estate.find(id)?.documents.get('resource')) };
}

function isBelow(id: string, scope: string): boolean {
  return id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);
}

/** Slots of a site. */
export function listSlots({ estate, resource }: Place): unknown {
  const slots = estate.below(resource.id).filter((below) => below.kind === 'slot');
  return envelope(
    'Microsoft.Web/sites/slots',
    slots.map((slot) => slot.documents.get('resource')),
    null,
  );
}

/** The inventory, of the types or of the group that the filter names. Throws an ArmError for a filter that it does not know. */
export function listResources(place: Place): unknown {
  const group = /^resourceGroup eq '([^']+)'$/i.exec(place.filter ?? '')?.[1];
  if (group !== undefined) return listOfGroup(place, group);
  const types = place.filter === undefined ? null : typesIn(place.filter);
  const fits = (type: string) =>
    types === null ? !/\/resourceGroups$/i.test(type) : types.includes(type.toLowerCase());
  const { resources, next } = pageOf(place, fits, INVENTORY_PAGE);
  return { value: resources.map(entryOf), ...(next && { nextLink: next }) };
}

function listOfGroup(place: Place, name: string): unknown {
  const resource = place.estate.find(`${place.resource.id}/resourceGroups/${name}`);
  if (!resource) return { value: [] };
  const { filter: _, ...rest } = place;
  return listResources({ ...rest, resource });
}

/** Resources of a page; the first is documented, that of the providers is not. */
const INVENTORY_PAGE = 1000;
const PROVIDER_PAGE = 500;

/** The page that the request asks for, and the URL of the next. Throws an ArmError for a token that it never gave. */
function pageOf({ estate, resource, url }: Place, fits: (type: string) => boolean, size: number) {
  const token = url?.searchParams.get('$skiptoken') ?? '';
  const [, source = '0', position = '0'] = /^(\d+)-(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (token !== '' && source === '0' && position === '0') {
    throw new ArmError(errors.badRequest('InvalidSkipToken', 'The skip token is not valid.')); // wording unverified
  }
  const start = { source: Number(source), position: Number(position) };
  const { resources, next } = estate.page(resource.id, fits, start, size);
  return { resources, next: next && url ? urlOfPage(url, `${next.source}-${next.position}`) : null };
}

function urlOfPage(url: URL, start: string): string {
  const next = new URL(url);
  next.searchParams.set('$skiptoken', Buffer.from(start).toString('base64url'));
  return next.href;
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

function envelope(type: string, value: unknown[], nextLink: string | null): unknown {
  return /^microsoft\.web\//i.test(type) ? { value, nextLink, id: null } : { value, ...(nextLink && { nextLink }) };
}
