/** References as a rule writes them: what each authority calls the same demand. */
import type { Reference } from '../domain/rule.ts';

/**
 * One reference for each id, in the order given. A source with several versions is one of each:
 * `CIS Foundations 1.3, 1.4` is two.
 */
export function referencesOf(idsBySource: Readonly<Record<string, readonly string[]>>): Reference[] {
  return Object.entries(idsBySource).flatMap(([source, ids]) =>
    versionsOf(source).flatMap((one) => ids.map((id) => ({ source: one, id }))),
  );
}

function versionsOf(source: string): string[] {
  const [, name, versions] = /^(.+?) (\d+\.\d+(?:, \d+\.\d+)+)$/.exec(source) ?? [];
  return name === undefined || versions === undefined ? [source] : versions.split(', ').map((one) => `${name} ${one}`);
}
