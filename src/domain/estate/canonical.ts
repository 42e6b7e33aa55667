/**
 * The form in which values of rows and of Resource Manager are the same: Resource Graph changes the case of ids and of
 * names, cuts times, and writes regions without blanks.
 */
import { isObject, type Json, type JsonObject } from '../resources/json.ts';

/** A value in that form, without members that are null. `isRegion`: it is the value of a location. */
export function canonical(value: Json | undefined, isRegion = false): Json {
  if (typeof value === 'string') return isRegion ? value.toLowerCase().replace(/\s/g, '') : canonicalText(value);
  if (Array.isArray(value)) return value.map((one) => canonical(one));
  if (!isObject(value)) return value ?? null;
  const object: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const key = name.toLowerCase();
    const kept = canonical(member, key === 'location');
    if (kept !== null) object[key] = kept;
  }
  return object;
}

const ID = /^\/subscriptions\//i;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]00:?00)?$/i;

function canonicalText(text: string): string {
  if (ID.test(text)) return text.toLowerCase();
  return TIME.exec(text)?.[1] ?? text;
}
