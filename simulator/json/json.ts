// How Azure merges what a PATCH brings into what it has.

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A shallow copy; empty for everything that is no object. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? { ...value } : {};
}

/** Member of an object; undefined for everything that has no members. */
export function member(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

/** JSON merge patch (RFC 7396), as Microsoft.App does it: null removes, arrays are replaced whole. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The members that are not null. */
export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** A patch that says each value as it will be: objects merge, and null is a value. */
export function overlay(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = asObject(target);
  for (const [key, value] of Object.entries(patch)) merged[key] = overlay(merged[key], value);
  return merged;
}
