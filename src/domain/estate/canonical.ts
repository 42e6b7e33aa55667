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
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    const key = name.toLowerCase();
    const kept = canonical(member, key === 'location');
    return kept === null ? [] : [[key, kept]];
  });
  const object: JsonObject = Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  return object;
}

const ID = /^\/subscriptions\//i;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]00:?00)?$/i;

function canonicalText(text: string): string {
  if (ID.test(text)) return text.toLowerCase();
  return TIME.exec(text)?.[1] ?? text;
}
