// Tags as Microsoft.Resources shows and writes them, for whatever resource they are on, without the resource's own provider.

import { ArmError, errors } from '../arm/errors.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Effect, Place } from '../estate/place.ts';
import { asObject, type JsonObject, member } from '../json/json.ts';

export function readTags({ resource }: Place): unknown {
  return tagsBody(resource, tagsOf(resource));
}

/** PATCH with an operation: Merge adds and overwrites, Replace is whole, Delete takes those away that are named. */
export function patchTags({ resource }: Place, body: unknown): Effect {
  const given = asObject(member(body, 'properties', 'tags'));
  const operation = String(member(body, 'operation')).toLowerCase();
  const kept = Object.entries(tagsOf(resource)).filter(([name, value]) => {
    const named = Object.keys(given).find((other) => other.toLowerCase() === name.toLowerCase());
    if (operation === 'delete') return named === undefined || given[named] !== value;
    return operation === 'merge' && named === undefined;
  });
  if (!['merge', 'replace', 'delete'].includes(operation)) {
    const message = `The tags patch operation '${member(body, 'operation')}' is not valid.`; // wording unverified
    throw new ArmError(errors.badRequest('InvalidTagsPatchOperation', message));
  }
  const tags = { ...Object.fromEntries(kept), ...(operation === 'delete' ? {} : given) };
  const changed = { ...asObject(resource.documents.get('resource')), tags };
  return { status: 200, documents: { resource: changed }, answer: tagsBody(resource, tags) };
}

function tagsOf(resource: StoredResource): JsonObject {
  return asObject(member(resource.documents.get('resource'), 'tags'));
}

function tagsBody({ id }: StoredResource, tags: JsonObject): unknown {
  const name = 'default';
  return {
    id: `${id}/providers/Microsoft.Resources/tags/${name}`,
    name,
    type: 'Microsoft.Resources/tags',
    properties: { tags },
  };
}
