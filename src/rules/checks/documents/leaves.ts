/** Single values of a document: compared without case, read as true or false, and shown in a reason. */
import type { Json } from '../../../domain/resources/json.ts';

/** Trimmed and in lower case; empty for what is no text. */
export function lowerCase(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

/** Some clients write the word. null for anything else, whatever its type. */
export function truthOf(value: Json | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = lowerCase(value);
  return word === 'true' ? true : word === 'false' ? false : null;
}

/** A value as a reason shows it. */
export function quoted(value: Json | undefined): string {
  return value === null || value === undefined ? 'not set' : JSON.stringify(value);
}
