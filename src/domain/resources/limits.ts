/**
 * Limits for stored data whose size others control. A table row holds 1 MiB in UTF-16, so about 500,000 characters.
 * Rows are JSON in ASCII (storage/table/entity.ts), in which a character beyond ASCII has six. Sizes here are counted
 * that way. Truncated texts say so. Changes are never truncated: they are written completely, or not offered.
 */
import { DAY_SECONDS, secondsBetween } from './durations.ts';
import { asciiJson } from './json.ts';

/** Of a sentence in a finding, a document state or an entry. */
export const MAX_SENTENCE = 1000;

/** Of the changes and preserved values of one rule, and of all rules in one reconcile. */
export const MAX_FIX_SIZE = 24_000;
export const MAX_FIXES_SIZE = 72_000;

/** Of the state of a resource. Findings get what the rest leaves. */
export const MAX_RESOURCE_STATE_SIZE = 470_000;

/** Of the operations in the state of a resource. */
export const MAX_OPERATIONS_SIZE = 100_000;

/** Declined changes of a resource, open approvals of a resource, and ids of entries in an approval or an event. */
export const MAX_DECLINED = 100;
export const MAX_OPEN_APPROVALS = 200;
export const MAX_AUDIT_IDS = 200;

/** Times of fixes in the state of a resource, of all its rules together. */
export const MAX_HISTORY_TIMES = 3000;

/** No wait is longer than a day, whatever Azure requests. */
export const MAX_WAIT_SECONDS = DAY_SECONDS;

/** The maximum difference between the clocks of two instances. */
const CLOCK_SKEW_SECONDS = 300;

/** Whether a time is more than so many seconds in the future, beyond the clock skew, or is not valid. */
export function isInFuture(at: string, now: Date, seconds = 0): boolean {
  return !(secondsBetween(now, at) <= seconds + CLOCK_SKEW_SECONDS);
}

/** The characters of a value in a row. */
export function serializedSize(value: unknown): number {
  return asciiJson(value).length;
}

/** Whether a text has at most this size, without its quotes. */
export function fitsSize(text: string, maximum: number): boolean {
  return text.length <= maximum && serializedSize(text) <= maximum + 2;
}

/** The text, or its beginning with a note about the rest, within this size. */
export function truncateText(text: string, maximum: number): string {
  if (text.length * 6 + 2 <= maximum || serializedSize(text) <= maximum) return text;
  const capacity = maximum - TRUNCATION_NOTE_SIZE;
  let [size, end] = [2, 0];
  for (const character of text) {
    size += serializedSize(character) - 2;
    if (size > capacity) break;
    end += character.length;
  }
  return `${text.slice(0, end)}… and ${text.length - end} more characters`;
}

/** The first items, and the number of the others. */
export function truncateList<T>(
  items: readonly T[],
  maximum: number,
): { readonly kept: readonly T[]; readonly more: number } {
  return { kept: items.slice(0, maximum), more: Math.max(0, items.length - maximum) };
}

/** Names in a sentence: the first ones, and the number of the others. */
export function joinNames(names: readonly string[], maximum: number): string {
  const { kept, more } = truncateList(names, maximum);
  return `${kept.join(', ')}${more === 0 ? '' : `, … and ${more} more`}`;
}

/** The size of the note about the rest, with a number of nine digits. */
const TRUNCATION_NOTE_SIZE = 40;
