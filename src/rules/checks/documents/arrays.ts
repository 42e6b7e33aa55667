/** Arrays in documents. An absent one is empty, and one with unexpected elements is not checked. */
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';

/** The objects of a list; null when it is no list of objects. */
export function objectsIn(list: Json | undefined): JsonObject[] | null {
  const elements = list ?? [];
  return Array.isArray(elements) && elements.every(isObject) ? elements.filter(isObject) : null;
}

/** The strings of a list; null when it is no list of strings. */
export function stringsIn(list: Json | undefined): string[] | null {
  const elements = list ?? [];
  const strings = Array.isArray(elements) ? elements.filter((one) => typeof one === 'string') : [];
  return Array.isArray(elements) && strings.length === elements.length ? strings : null;
}
