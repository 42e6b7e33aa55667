// Management locks: resources of Microsoft.Authorization at any scope, which hold for everything below it.

import { ArmError, errors } from '../arm/errors.ts';
import type { EstateStore, StoredResource } from '../estate/estate-store.ts';
import type { Effect, Place } from '../estate/place.ts';
import { isObject, type JsonObject, member } from '../json/json.ts';
import { scopesOf } from './access.ts';

const list = 'locks';

/** The locks at a scope and below it. */
export function listLocks({ estate, resource }: Place): unknown {
  return { value: [resource, ...estate.below(resource.id)].flatMap(locksOf) };
}

/** One lock by name; undefined when there is none. */
export function getLock({ resource, captured }: Place): unknown {
  return locksOf(resource).find((lock) => isNamed(lock, captured));
}

/** PUT of a lock. Throws an ArmError for a level that there is not. */
export function putLock(place: Place, body: unknown): Effect {
  const { resource, captured: name } = place;
  const level = ['CanNotDelete', 'ReadOnly'].find((one) => one === member(body, 'properties', 'level'));
  if (!level) {
    const message = `The lock level '${member(body, 'properties', 'level')}' is not valid.`; // wording unverified
    throw new ArmError(errors.badRequest('InvalidLockLevel', message));
  }
  const notes = member(body, 'properties', 'notes');
  const type = 'Microsoft.Authorization/locks';
  const properties = { level, ...(typeof notes === 'string' && { notes }) };
  const lock = { properties, id: `${resource.id}/providers/${type}/${name}`, type, name };
  const others = locksOf(resource).filter((other) => !isNamed(other, name));
  const status = getLock(place) === undefined ? 201 : 200;
  return { status, documents: { [list]: { value: [...others, lock] } }, answer: lock };
}

/** 200 when it was there, 204 when not. */
export function deleteLock({ resource, captured }: Place): Effect {
  const value = locksOf(resource).filter((lock) => !isNamed(lock, captured));
  const status = value.length < locksOf(resource).length ? 200 : 204;
  return { status, documents: { [list]: { value } }, answer: undefined };
}

/**
 * Throws an ArmError when a lock at the scope, or above it, forbids the request: ReadOnly everything but reading, CanNotDelete
 * deleting. Locks do not hold for locks themselves.
 */
export function refuseLocked({ estate, resource, row }: Place, method: string): void {
  if (row.name === list) return;
  const lockScope = scopesOf(resource.id).find((scope) =>
    levelsAt(estate, scope).some((level) => forbids(level, method)),
  );
  if (lockScope === undefined) return;
  const operation = method === 'DELETE' ? 'delete' : 'write';
  throw new ArmError(errors.locked(resource.id, operation, estate.find(lockScope)?.id ?? lockScope));
}

function forbids(level: unknown, method: string): boolean {
  return level === 'ReadOnly' || (level === 'CanNotDelete' && method === 'DELETE');
}

function levelsAt(estate: EstateStore, scope: string): unknown[] {
  const resource = estate.find(scope);
  return resource ? locksOf(resource).map((lock) => member(lock, 'properties', 'level')) : [];
}

function locksOf(resource: StoredResource): JsonObject[] {
  const value = member(resource.documents.get(list), 'value');
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isNamed(lock: JsonObject, name: string): boolean {
  return String(lock.name).toLowerCase() === name.toLowerCase();
}
