/** The parameters that several endpoints share. */
import * as z from 'zod';
import { id } from '../../domain/resources/schema.ts';
import { benchmarksOf, rulesMatching } from '../../domain/rules/benchmark.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { invalidRequest } from './problem.ts';

/** Whether a text can be an id. Other texts are refused before any store is read. */
export function isId(text: string | undefined): text is string {
  return id.safeParse(text).success;
}

export const benchmark = z
  .string()
  .max(256, 'must be the name of a benchmark')
  .describe(
    'A benchmark, a version or a control of it, by whole words from the front: `MCSB`, `MCSB DP-3`, `CIS Foundations`, `CIS Foundations 3.0`, `Azure Policy`, or the latter with the id of a definition. Case-insensitive.',
  );

/** The ids of the rules in a benchmark. Throws Refusal `invalid`, with the names of the benchmarks, when no rule refers to it. */
export function rulesInBenchmark(name: string, rules: readonly AnyRule[]): readonly string[] {
  const ids = rulesMatching(name, rules);
  if (ids.length > 0) return ids;
  const detail = `no rule refers to it; there are ${benchmarksOf(rules).join(', ')}`;
  throw invalidRequest([{ parameter: 'benchmark', detail }]);
}
