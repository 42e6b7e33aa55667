/** The query parameters that several calls share, with their one meaning. */
import * as z from 'zod';
import { benchmarksOf, rulesIn } from '../domain/benchmark.ts';
import { idForm, isScope } from '../domain/resource.ts';
import type { AnyRule } from '../domain/rule.ts';
import { invalid } from './problem.ts';

/** An id of ours, a rule's or an object's: what cannot be one is refused before any store is asked. */
const ID = /^[\w.:~-]{1,128}$/;

export const id = z.string().regex(ID, 'must be an id');

export function isId(text: string | undefined): text is string {
  return text !== undefined && ID.test(text);
}

export const resourceOrAbove = z
  .string()
  .refine(isScope, 'must be the ARM id of a resource or of a scope above it')
  .transform(idForm)
  .describe('The ARM id of a resource, or any scope above it by whole segments; cases do not matter.');

/** A moment in any offset, as the ISO time in UTC that stores compare. Before 1970, which no key can hold, is 1970. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z')
  .transform((time) => new Date(Math.max(0, Date.parse(time))).toISOString());

export const benchmark = z
  .string()
  .max(256, 'must be the name of a benchmark')
  .describe(
    'A benchmark, a version or a control of it, by whole words from the front: `MCSB`, `MCSB DP-3`, `CIS Foundations`, `CIS Foundations 3.0`, `Azure Policy`, or the latter with the id of a definition. Cases do not matter.',
  );

/** The ids of the rules in a benchmark. Throws Refusal `invalid`, which names the benchmarks there are, when nothing refers to it. */
export function rulesInBenchmark(asked: string, rules: readonly AnyRule[]): readonly string[] {
  const ids = rulesIn(asked, rules);
  if (ids.length > 0) return ids;
  const detail = `no rule refers to it; there are ${benchmarksOf(rules).join(', ')}`;
  throw invalid([{ parameter: 'benchmark', detail }]);
}
