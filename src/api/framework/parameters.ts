/** The parameters that several endpoints share. */
import * as z from 'zod';
import { isScope, normalizeId } from '../../domain/resources/resource.ts';
import { benchmarksOf, rulesMatching } from '../../domain/rules/benchmark.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { invalidRequest } from './problem.ts';

/** An id of Plumbline, a rule or an object. Other texts are refused before any store is read. */
const ID = /^[\w.:~-]{1,128}$/;

export const id = z.string().regex(ID, 'must be an id');

export function isId(text: string | undefined): text is string {
  return text !== undefined && ID.test(text);
}

export const resourceScope = z
  .string()
  .refine(isScope, 'must be the ARM id of a resource or of a scope above it')
  .transform(normalizeId)
  .describe('The ARM id of a resource, or any scope above it by whole segments; case-insensitive.');

/** A time with any offset, as ISO time in UTC. A time before 1970, which no key can hold, becomes 1970. */
export const timestamp = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z')
  .transform((time) => new Date(Math.max(0, Date.parse(time))).toISOString());

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
