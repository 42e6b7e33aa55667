/**
 * Settings as a document that is compared and merged member by member. The scopes are a list; here they are members named by
 * their ids, so that two people can change two scopes. Every other list is one value.
 */
import type { Settings } from '../../api/types.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** A member that differs. `path` has names and, behind `scopes`, the id of a scope. undefined: the member is missing. */
export interface Difference {
  readonly path: readonly string[];
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/** What both people changed, differently. `base` is the value that both saw. */
export interface Conflict {
  readonly path: readonly string[];
  readonly base: Json | undefined;
  readonly mine: Json | undefined;
  readonly theirs: Json | undefined;
}

/** The settings without what the service adds to a stop. This is what `PUT /settings` takes. */
export function documentOf(settings: Settings): JsonObject {
  const { stopped } = settings;
  return JSON.parse(JSON.stringify({ ...settings, stopped: stopped === null ? null : { reason: stopped.reason } }));
}

/** The members that differ between two documents, in the order of their paths. */
export function differencesBetween(before: JsonObject, after: JsonObject): Difference[] {
  return compare([], byScope(before), byScope(after)).sort((a, b) => (a.path.join('\n') < b.path.join('\n') ? -1 : 1));
}

/**
 * Brings the changes from `base` to `mine` into `theirs`. Where both changed the same member differently, the merged document
 * has mine, and the conflict says so.
 */
export function mergeDocuments(
  base: JsonObject,
  mine: JsonObject,
  theirs: JsonObject,
): { readonly merged: JsonObject; readonly conflicts: readonly Conflict[] } {
  const [own, others] = [differencesBetween(base, mine), differencesBetween(base, theirs)];
  const conflicts = own.flatMap((one): Conflict[] => {
    const other = others.find(({ path }) => isWithin(path, one.path) || isWithin(one.path, path));
    return other === undefined || isSame(one.to, other.to)
      ? []
      : [{ path: one.path, base: one.from, mine: one.to, theirs: other.to }];
  });
  const merged = own.reduce<JsonObject>((document, { path, to }) => withValue(document, path, to), byScope(theirs));
  return { merged: withScopeList(merged), conflicts };
}

/** The same for people: a scope or a rule that is new or gone is shown by its members, without the id that its name says. */
export function memberByMember(differences: readonly Difference[]): Difference[] {
  return differences.flatMap(({ path, from, to }) => {
    const isWhole = from === undefined ? isObject(to) : to === undefined && isObject(from);
    if (!isWhole) return [{ path, from, to }];
    const inside = compare(path, from ?? {}, to ?? {});
    return memberByMember(inside.filter((one) => one.path.at(-1) !== 'scope'));
  });
}

/** The document with another value at a path of a difference; undefined removes the member. */
export function withMember(document: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  return withScopeList(withValue(byScope(document), path, value));
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return canonical(one) === canonical(other);
}

function compare(path: readonly string[], from: Json | undefined, to: Json | undefined): Difference[] {
  if (isSame(from, to)) return [];
  if (!isObject(from) || !isObject(to)) return [{ path, from, to }];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => compare([...path, name], from[name], to[name]));
}

function withValue(document: JsonObject, [name, ...rest]: readonly string[], value: Json | undefined): JsonObject {
  if (name === undefined) return document;
  const { [name]: member, ...others } = document;
  if (rest.length > 0) {
    return { ...document, [name]: withValue(isObject(member) ? member : {}, rest, value) };
  }
  return value === undefined ? others : { ...document, [name]: value };
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((name, index) => path[index] === name);
}

/** The scopes as members. Their ids compare without case; the first spelling stays in the value. */
function byScope(document: JsonObject): JsonObject {
  const { scopes } = document;
  if (!Array.isArray(scopes)) return document;
  const members = scopes.filter(isObject).map((one) => [String(one.scope).toLowerCase(), one]);
  return { ...document, scopes: Object.fromEntries(members) };
}

function withScopeList(document: JsonObject): JsonObject {
  return isObject(document.scopes) ? { ...document, scopes: Object.values(document.scopes) } : document;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_name, member: Json) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
