/** References as a rule writes them: what each authority calls the same demand. */
import type { Reference } from '../domain/rule.ts';

/** One reference for each id, in the order given. */
export function referencesOf(idsBySource: Readonly<Record<string, readonly string[]>>): Reference[] {
  return Object.entries(idsBySource).flatMap(([source, ids]) => ids.map((id) => ({ source, id })));
}
