/**
 * How a listing is divided, and whether it is believed. Resource Graph leaves out rows that the service may not read,
 * without a word, and has left out others by mistake for days.
 */

/** On average; a partition of 900 has more than 1000 rows once in a thousand times, and then a second page. */
const ROWS_OF_PART = 900;

/** Of the known resources, and at least so many: more missing ones at once are a fault of the listing. */
const MISSING_SHARE = 0.02;
const MISSING_AT_LEAST = 20;

/**
 * The number of hash partitions: a power of two. When it doubles, each partition becomes two, so the resources of a new
 * one were together before, too. It is kept until the estate is four times smaller.
 */
export function partsFor(total: number, before: number | null): number {
  const needed = 2 ** Math.max(0, Math.ceil(Math.log2(total / ROWS_OF_PART)));
  return before !== null && before > needed && before < needed * 4 ? before : needed;
}

/** How many of the known resources may be missing in a listing that is believed. */
export function missingAllowed(known: number): number {
  return Math.max(MISSING_AT_LEAST, Math.ceil(known * MISSING_SHARE));
}

/** Why a listing of `listed` resources is not believed where so many are known; null when it is. */
export function distrustOf(known: number, listed: number): string | null {
  if (known > 0 && listed === 0) return `Resource Graph lists no resources where ${known} are known`;
  const missing = known - listed;
  if (missing <= missingAllowed(known)) return null;
  return `Resource Graph does not list ${missing} of ${known} known resources`;
}
