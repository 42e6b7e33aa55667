/** One value for all that rows tell of a resource and that decides how it is judged. */
import { digestOfJson } from '../changes/change.ts';
import { isObject, type Json } from '../resources/json.ts';
import type { EffectiveRule } from '../rules/settings.ts';
import { canonical } from './canonical.ts';
import type { ResourceRows } from './row-documents.ts';
import type { Row } from './rows.ts';

/**
 * `sha256:` and a digest over the leaves that the rows of a resource tell, and over the rules that judge it: ids, versions
 * and parameters. Two rows that differ only in what Resource Graph itself changes have the same one. It shows that the rows
 * are as they were, and not that Azure is: a value that was changed and changed back is not seen.
 */
export function fingerprintOf(rows: ResourceRows, rules: readonly EffectiveRule[]): string {
  return digestOfJson({ v: 1, rows: toldIn(rows), rules: digestOfRules(rules) });
}

/** The digest of the rules that judge a resource. Resources with the same settings share the list of rules. */
function digestOfRules(rules: readonly EffectiveRule[]): string {
  const known = digests.get(rules);
  if (known !== undefined) return known;
  const listed = rules.map(({ rule, parameters, tier }) => [rule.id, rule.version, parameters, tier] as const);
  const digest = digestOfJson(listed.sort(([a], [b]) => (a < b ? -1 : 1)));
  digests.set(rules, digest);
  return digest;
}

const digests = new WeakMap<readonly EffectiveRule[], string>();

function toldIn(rows: ResourceRows): Json {
  const listed = Object.entries(rows).flatMap(([source, row]) => (row ? [[source, toldBy(row)] as const] : []));
  return Object.fromEntries(listed);
}

/** The identity of a resource that was created again under the same id is another. */
function toldBy({ key, type, apiVersion, body }: Row): Json {
  const told = canonical(body);
  return { key, type, apiVersion, ...(isObject(told) ? { told } : {}) };
}
