/**
 * Benchmarks as filters: the rules for `MCSB`, `CIS Foundations 3.0` or `Azure Policy <id>`. Names compare without
 * case and by whole words from the start, so a shorter name matches more.
 */
import type { AnyRule, Reference } from './rule.ts';

type RuleReferences = Pick<AnyRule, 'id' | 'references'>;

/**
 * The benchmark of a reference, with its version and without its variant: `Azure Policy (fix, slots)` gives `Azure
 * Policy`.
 */
export function benchmarkOf({ source }: Reference): string {
  return source.replace(/ \([^)]*\)$/, '');
}

/** Every benchmark in the references of these rules, one per version, in natural order. */
export function benchmarksOf(rules: readonly RuleReferences[]): string[] {
  const names = new Set(rules.flatMap(({ references }) => references.map(benchmarkOf)));
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The ids of the rules that refer to a benchmark, a version of it, or one of its controls. */
export function rulesMatching(query: string, rules: readonly RuleReferences[]): string[] {
  const words = wordsOf(query);
  return rules
    .filter(({ references }) => references.some((one) => namesOf(one).some((name) => startsWith(name, words))))
    .map(({ id }) => id);
}

/** The controls in the references of a rule that a query matches, for example `MCSB DP-3`; all for an empty query. */
export function controlsMatching(query: string, { references }: RuleReferences): string[] {
  const words = query.trim() === '' ? [] : wordsOf(query);
  const matching = references.filter((one) => namesOf(one).some((name) => startsWith(name, words)));
  return [...new Set(matching.map((one) => `${benchmarkOf(one)} ${one.id}`))];
}

/** A reference matches with and without its variant. */
function namesOf(reference: Reference): string[][] {
  return [benchmarkOf(reference), reference.source].map((name) => wordsOf(`${name} ${reference.id}`));
}

function wordsOf(text: string): string[] {
  return text.trim().toLowerCase().split(/\s+/);
}

function startsWith(words: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((word, index) => words[index] === word);
}
