/**
 * Benchmarks as filters: the rules that somebody means who asks for `MCSB`, `CIS Foundations 3.0` or `Azure Policy <id>`.
 * Names compare without case and by whole words from the front, so that a shorter name means more.
 */
import type { AnyRule, Reference } from './rule.ts';

type Referring = Pick<AnyRule, 'id' | 'references'>;

/** The benchmark of a reference, with its version and without the variant: `Azure Policy (fix, slots)` is `Azure Policy`. */
export function benchmarkOf({ source }: Reference): string {
  return source.replace(/ \([^)]*\)$/, '');
}

/** Every benchmark that rules refer to, each version by itself, in the order of names and versions. */
export function benchmarksOf(rules: readonly Referring[]): string[] {
  const names = new Set(rules.flatMap(({ references }) => references.map(benchmarkOf)));
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The ids of the rules that refer to what is asked for: a benchmark, one version of it, or one of its controls. */
export function rulesIn(asked: string, rules: readonly Referring[]): string[] {
  const wanted = wordsOf(asked);
  return rules
    .filter(({ references }) => references.some((one) => namesOf(one).some((name) => startsWith(name, wanted))))
    .map(({ id }) => id);
}

/** A definition is found by its benchmark as well as by its variant. */
function namesOf(reference: Reference): string[][] {
  return [benchmarkOf(reference), reference.source].map((name) => wordsOf(`${name} ${reference.id}`));
}

function wordsOf(text: string): string[] {
  return text.trim().toLowerCase().split(/\s+/);
}

function startsWith(words: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((word, index) => words[index] === word);
}
