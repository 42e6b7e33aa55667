/** Rows of a store: in the order of their keys, page by page, and saved only under the version that was read. */

import { ConflictError, type Page, type PageRequest, type Versioned } from '../../../src/workflows/ports/storage.ts';
import { copyOf } from '../copy.ts';

export interface Row<T> {
  readonly value: T;
  readonly version: number;
}

/** A copy of a row, as from any store. */
export function versioned<T>(row: Row<T> | undefined): Versioned<T> | null {
  return row ? { value: copyOf(row.value), version: String(row.version) } : null;
}

/** What the row becomes. Throws ConflictError when it is not the one that was read. */
export function nextRow<T>(before: Row<T> | undefined, value: T, version: string | null): Row<T> {
  if ((before ? String(before.version) : null) !== version) throw new ConflictError('somebody else saved first');
  return { value: copyOf(value), version: (before?.version ?? 0) + 1 };
}

/** A page in the order of keys. As with Azure Tables, `next` is the key of the first row that was not given. */
export function pageOf<T>(all: readonly T[], keyOf: (item: T) => string, { limit, after }: PageRequest): Page<T> {
  const rows = new Map(all.map((item) => [keyOf(item), item]));
  if (rows.size < all.length) throw new Error('a table has one row for each key, and two of these have the same');
  const rest = [...rows].filter(([key]) => after === null || key >= after).sort(byKey);
  return { items: rest.slice(0, limit).map(([, item]) => copyOf(item)), next: rest[limit]?.[0] ?? null };
}

/** Orders entries by their keys, character by character. */
export function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : Number(one > other);
}

/** Times as keys, in fixed width. */
export function oldestFirst(at: string | Date): string {
  return String(millisecondsOf(at)).padStart(WIDTH, '0');
}

export function newestFirst(at: string | Date): string {
  return String(10 ** WIDTH - 1 - millisecondsOf(at)).padStart(WIDTH, '0');
}

/** Makes ids that sort newest first, those of one millisecond too. */
export function newestFirstIds(prefix: string): (now: Date) => string {
  let made = 0;
  return (now) => {
    made += 1;
    return `${prefix}${newestFirst(now)}${10 ** 12 - made}`;
  };
}

/** Whether a text can be part of a row key; there is no row under any other. */
export function isPlainId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

export function fits<T>(wanted: T | undefined, found: T | undefined): boolean {
  return wanted === undefined || wanted === found;
}

const WIDTH = 15;

function millisecondsOf(at: string | Date): number {
  const milliseconds = typeof at === 'string' ? Date.parse(at) : at.getTime();
  if (!(milliseconds >= 0)) throw new Error(`'${at}' is no time that a key can hold`);
  return milliseconds;
}
