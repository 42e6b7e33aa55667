/** A leaf as a text to compare: names, enumerations and thumbprints come in any case, and a body may hold anything. */
import type { Json } from '../domain/json.ts';

/** Trimmed and in lower case; empty for what is no text. */
export function lowerCase(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}
