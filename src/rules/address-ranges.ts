/** Ranges of addresses in CIDR notation, as operators configure them and as documents hold them. */
import * as z from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { lowerCase } from './text.ts';

/** The longest list that makes sense: App Service takes 512 rules, and people have to read it before they approve. */
const MOST_RANGES = 100;

const WRONG = 'must be a range like 203.0.113.0/24 or 2001:db8::/32';

/** A parameter that lists who may come in. A range that everybody is in would allow what its rule forbids. */
export const allowedRanges = z
  .array(
    z
      .union([z.cidrv4(), z.cidrv6()], { error: WRONG })
      .refine((range) => !holdsEveryone(range), 'must not be a range that every address is in'),
  )
  .max(MOST_RANGES)
  .default([]);

/** Whether a text of a document has the form of an address or a range of them. */
export function isRange(text: string): boolean {
  return /^[0-9a-f]*[.:][0-9a-f.:]+(\/\d{1,3})?$/i.test(text.trim());
}

/** Whether every address of its family is in the range: 0.0.0.0/0, ::/0 and other spellings of them. */
export function holdsEveryone(range: string): boolean {
  return /^[0-9a-f.:]+\/0+$/i.test(range);
}

/** The ranges, each once, with names for rules of our own that no rule has that is there. */
export function namedRanges(
  ranges: readonly string[],
  there: readonly JsonObject[],
): { name: string; range: string }[] {
  const taken = new Set(there.map(({ name }) => lowerCase(name)));
  let number = 0;
  return [...new Set(ranges)].map((range) => {
    do number += 1;
    while (taken.has(`plumbline-${number}`));
    return { name: `plumbline-${number}`, range };
  });
}
