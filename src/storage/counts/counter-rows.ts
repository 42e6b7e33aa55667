/** What all kept counts share. */

import type { WrongCount } from '../../workflows/ports/metrics.ts';
import type { Entity } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { saveRow } from '../table/versioned-row.ts';

/** The row that says that the rows of an earlier version are counted. It is behind the counters of its partition. */
export const READY_KEY = 'c-ready';

/** By name. */
type Numbers = Readonly<Record<string, number>>;

interface Recounted {
  readonly what: string;
  /** As it should be. */
  readonly row: Entity;
  /** The version that was read before the recount; null when there was no row. */
  readonly etag: string | null;
  readonly kept: Numbers;
  readonly counted: Numbers;
}

/**
 * Saves a row whose numbers are wrong, under the version that was read before the recount, and returns the difference;
 * `right` when nothing is wrong; `busy` when somebody wrote the row meanwhile, because then the comparison says nothing.
 */
export async function correct(
  table: Table,
  { what, row, etag, kept, counted }: Recounted,
): Promise<WrongCount | 'right' | 'busy'> {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(counted)])];
  const wrong = names.filter((name) => (kept[name] ?? 0) !== (counted[name] ?? 0)).slice(0, MAX_REPORTED);
  if (wrong.length === 0) return 'right';
  if ((await saveRow(table, row, etag)) === null) return 'busy';
  const pick = (numbers: Numbers) => Object.fromEntries(wrong.map((name) => [name, numbers[name] ?? 0]));
  return { what, kept: pick(kept), counted: pick(counted) };
}

const MAX_REPORTED = 10;
