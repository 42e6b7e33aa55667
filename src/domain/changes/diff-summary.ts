/**
 * Limits a list of changes to what fits into an audit entry. Entries, approvals and notifications have a maximum size:
 * a table row has 1 MiB, an approval repeats its changes in a record, and an event of Event Grid has 1 MB.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../resources/json.ts';
import { serializedSize } from '../resources/limits.ts';
import type { Reason } from '../resources/reasons.ts';
import type { Change } from './change.ts';

/** The maximum number of values. */
const MAX_LISTED = 50;
/** Serialized sizes (limits.ts): of one value, and of all values together. */
const MAX_VALUE_SIZE = 16_384;
const MAX_LIST_SIZE = 32_768;

export interface ChangeSummary {
  readonly listed: readonly Change[];
  /** The number of changes that are not listed. */
  readonly more: number;
}

/** The first changes that fit. A value that is too long is replaced by its length and checksum. */
export function summarizeChanges(moved: readonly Change[]): ChangeSummary {
  const listed: Change[] = [];
  let size = 0;
  for (const { from, to, ...where } of moved) {
    const change = { ...where, from: digestLongValue(from), to: digestLongValue(to) };
    size += serializedSize(change);
    if (listed.length === MAX_LISTED || size > MAX_LIST_SIZE) break;
    listed.push(change);
  }
  return { listed, more: moved.length - listed.length };
}

/** Whether this is the length and checksum of a value. A real value with this form is treated the same. */
export function isValueDigest(value: Json): boolean {
  return typeof value === 'string' && /^\d+ characters of JSON, sha256 [0-9a-f]{64}$/.test(value);
}

/** The reasons in the entry; none when nothing changed. */
export function alsoMovedReasons({ listed, more }: ChangeSummary): Reason[] {
  if (listed.length === 0) return [];
  const paths = listed.map(({ document, path }) => `${document} ${path}`).join(', ');
  const omitted = more === 0 ? '' : `; and ${more} more, which the entry has no room for`;
  return [{ code: 'also-moved', text: `Moved with the write: ${paths}${omitted}.` }];
}

/** The number of changes that the entry does not list, from its reasons. */
export function omittedCount(reasons: readonly Reason[]): number {
  return reasons
    .filter(({ code }) => code === 'also-moved')
    .reduce(
      (sum, { text }) => sum + Number(/; and (\d+) more, which the entry has no room for\.$/.exec(text)?.[1] ?? 0),
      0,
    );
}

function digestLongValue(value: Json): Json {
  if (serializedSize(value) <= MAX_VALUE_SIZE) return value;
  const text = JSON.stringify(value);
  return `${text.length} characters of JSON, sha256 ${createHash('sha256').update(text).digest('hex')}`;
}
