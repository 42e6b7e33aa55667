/**
 * How much is kept of what others can make long. A row of a table holds 1 MiB in UTF-16, so some 500,000 characters; what is
 * in it is JSON in ASCII (storage/entity.ts), in which a letter beyond ASCII has six. Weights here are counted so. What is cut
 * says so, and what would be written is never cut: it is written whole, or not offered.
 */
import { asciiJson } from './json.ts';

/** Of a sentence that a rule, a ceiling or Azure gave a finding, a document or an entry. */
export const LONGEST_SENTENCE = 1000;
/** Of the changes of one rule with what travels along, and of those of all rules that one look offers. */
export const LARGEST_FIX = 24_000;
export const LARGEST_FIXES = 72_000;
/** Of the memory of a resource: what the findings may have is what the rest leaves. */
export const LARGEST_MEMORY = 470_000;
/** Of the attempts that the memory of a resource holds until they have an end. */
export const LARGEST_OPERATIONS = 100_000;
/** Changes that are declined on one resource, approvals of it that are open, ids of entries that an approval or an event names. */
export const MOST_DECLINED = 100;
export const MOST_OPEN_APPROVALS = 200;
export const MOST_AUDIT_IDS = 200;
/** Of fixes, in the memory of a resource: of all its rules together. */
export const MOST_TIMES = 3000;

/** Nothing waits for longer than a day, whatever Azure asks for. */
export const LONGEST_WAIT_SECONDS = 86_400;

/** How far the clocks of two instances may be apart. */
const SKEW_SECONDS = 300;

/** Whether a time lies further ahead of this clock than so many seconds, clocks apart, or is none. */
export function isAhead(at: string, now: Date, seconds = 0): boolean {
  return !(Date.parse(at) <= now.getTime() + (seconds + SKEW_SECONDS) * 1000);
}

/** The characters of a value in a row. */
export function weightOf(value: unknown): number {
  return asciiJson(value).length;
}

/** Whether a text has this weight at most, its quotes apart. */
export function fits(text: string, most: number): boolean {
  return text.length <= most && weightOf(text) <= most + 2;
}

/** The text, or as much of its beginning as has this weight with a word about the rest. */
export function cutText(text: string, most: number): string {
  if (text.length * 6 + 2 <= most || weightOf(text) <= most) return text;
  const room = most - REST;
  let [weight, end] = [2, 0];
  for (const character of text) {
    weight += weightOf(character) - 2;
    if (weight > room) break;
    end += character.length;
  }
  return `${text.slice(0, end)}… and ${text.length - end} more characters`;
}

/** The first so many, and how many more there are. */
export function cutList<T>(items: readonly T[], most: number): { readonly kept: readonly T[]; readonly more: number } {
  return { kept: items.slice(0, most), more: Math.max(0, items.length - most) };
}

/** Names in a sentence: the first so many, and that there are more. */
export function listed(names: readonly string[], most: number): string {
  const { kept, more } = cutList(names, most);
  return `${kept.join(', ')}${more === 0 ? '' : `, … and ${more} more`}`;
}

/** Characters of the word about the rest, with a number of nine digits. */
const REST = 40;
