/**
 * What the schemas of the domain share. Each type is inferred from its schema: storage parses its rows with it, and the
 * API derives its answers from it. `id` in the metadata of a schema is its name in openapi.json.
 */
import * as z from 'zod';
import type { Json } from './json.ts';

/** The type of the values of a schema. Values are never changed in place. */
export type Infer<S extends z.ZodType> = Immutable<z.infer<S>>;

type Immutable<T> = [Json] extends [T] ? T : T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

export const time = z.iso.datetime().describe('ISO 8601 in UTC');

/** A time with any offset, as ISO time in UTC. A time before 1970, which no key can hold, becomes 1970. */
export const timestamp = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z')
  .transform((text) => new Date(Math.max(0, Date.parse(text))).toISOString());

/** An id of Plumbline, a rule or an object. */
export const id = z.string().regex(/^[\w.:~-]{1,128}$/, 'must be an id');

/** A member that JSON.parse has read. So it is JSON when it is there, and is not traversed to check that. */
export const json = z.unknown().refine((value): value is Json => value !== undefined, 'is missing');

/** The values of a filter that takes several: `severity=critical,high`. An item matches with any of them. */
export function several<T extends z.ZodType>(one: T) {
  return z.preprocess(
    (text) => (typeof text === 'string' ? text.split(',') : text),
    z
      .array(one)
      .min(1)
      .max(MAX_VALUES, `takes at most ${MAX_VALUES} values`)
      .refine((values) => new Set(values).size === values.length, 'names a value twice'),
  );
}

const MAX_VALUES = 20;

/** A member that is not valid, by its JSON Pointer. */
export interface InvalidMember {
  readonly pointer: string;
  readonly detail: string;
}

/** The members that a schema refuses, by their paths. Each unknown member is one, with `unknown` as its detail. */
export function invalidMembers({ issues }: Pick<z.ZodError, 'issues'>, unknown: string): InvalidPath[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key], detail: unknown }));
    }
    const meant = issue.code === 'invalid_union' ? meantOption(issue.errors) : null;
    if (meant === null) return [{ path: issue.path, detail: issue.message }];
    return invalidMembers({ issues: meant }, unknown).map(({ path, detail }) => ({
      path: [...issue.path, ...path],
      detail,
    }));
  });
}

interface InvalidPath {
  readonly path: PropertyKey[];
  readonly detail: string;
}

type Issues = z.ZodError['issues'];

/** Of several objects that a value may be, the one with the fewest members that it does not know; null for other values. */
function meantOption(options: Issues[]): Issues | null {
  const unknownKeys = (issues: Issues) => issues.filter(({ code }) => code === 'unrecognized_keys').length;
  const [best] = [...options].sort((one, other) => unknownKeys(one) - unknownKeys(other));
  return best?.some(({ path }) => path.length > 0) ? best : null;
}
