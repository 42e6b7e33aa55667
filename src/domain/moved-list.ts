/**
 * As much of what moved as an entry of the log holds. Entries, approvals and notifications have a largest size (a table row
 * 1 MiB, twice the characters of an approval that repeats its changes in a fact; an event of Event Grid 1 MB).
 */
import { createHash } from 'node:crypto';
import type { Change } from './change.ts';
import type { Json } from './json.ts';
import { weightOf } from './limits.ts';
import type { Reason } from './reasons.ts';

/** Leaves. */
const MOST_LISTED = 50;
/** Weights (limits.ts): of one value, and of all values together. */
const LONGEST_VALUE = 16_384;
const LONGEST_LIST = 32_768;

export interface MovedList {
  readonly listed: readonly Change[];
  /** How many moved that are not listed. */
  readonly more: number;
}

/** The first that fit. A value that is too long is told by its length and checksum. */
export function listOfMoved(moved: readonly Change[]): MovedList {
  const listed: Change[] = [];
  let length = 0;
  for (const { from, to, ...where } of moved) {
    const change = { ...where, from: shortened(from), to: shortened(to) };
    length += weightOf(change);
    if (listed.length === MOST_LISTED || length > LONGEST_LIST) break;
    listed.push(change);
  }
  return { listed, more: moved.length - listed.length };
}

/** Whether only the length and the checksum of a value were kept; a value that looks so is taken for one. */
export function isShortened(value: Json): boolean {
  return typeof value === 'string' && /^\d+ characters of JSON, sha256 [0-9a-f]{64}$/.test(value);
}

/** What the entry says of it; none when nothing moved. */
export function movedReason({ listed, more }: MovedList): Reason[] {
  if (listed.length === 0) return [];
  const places = listed.map(({ document, path }) => `${document} ${path}`).join(', ');
  const rest = more === 0 ? '' : `; and ${more} more, which the entry has no room for`;
  return [{ code: 'also-moved', text: `Moved with the write: ${places}${rest}.` }];
}

/** How many more moved than the entry lists, as its reasons say. */
export function notListed(reasons: readonly Reason[]): number {
  return reasons
    .filter(({ code }) => code === 'also-moved')
    .reduce(
      (sum, { text }) => sum + Number(/; and (\d+) more, which the entry has no room for\.$/.exec(text)?.[1] ?? 0),
      0,
    );
}

function shortened(value: Json): Json {
  if (weightOf(value) <= LONGEST_VALUE) return value;
  const text = JSON.stringify(value);
  return `${text.length} characters of JSON, sha256 ${createHash('sha256').update(text).digest('hex')}`;
}
