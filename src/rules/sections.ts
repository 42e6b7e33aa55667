/** Parts of documents that may be absent: what is said in one of another form is not understood, and not taken for absent. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';

/** What a part says: nothing where it is absent; null where it is no object. */
export function sectionOf(part: Json | undefined): JsonObject | null {
  const section = part ?? {};
  return isObject(section) ? section : null;
}
