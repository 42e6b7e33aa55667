/** Which rows of a long table are near the window, by their heights. */

export interface PlacedRow {
  readonly index: number;
  /** Pixels from the top of the first row. */
  readonly start: number;
  readonly end: number;
}

/** Where each row begins, and at last where all of them end. */
export function offsetsOf(count: number, heightOf: (index: number) => number): Float64Array {
  const offsets = new Float64Array(count + 1);
  for (let index = 0; index < count; index += 1) offsets[index + 1] = (offsets[index] ?? 0) + heightOf(index);
  return offsets;
}

/** The rows between two heights, `more` rows before and after them, and the row `kept` wherever it is; in order. */
export function rowsBetween(
  offsets: Float64Array,
  { from, to, more, kept }: { from: number; to: number; more: number; kept: number },
): PlacedRow[] {
  const count = offsets.length - 1;
  const first = Math.max(0, rowAt(offsets, from) - more);
  const last = Math.min(count - 1, rowAt(offsets, to) + more);
  const rows: PlacedRow[] = [];
  const add = (index: number) => rows.push({ index, start: offsets[index] ?? 0, end: offsets[index + 1] ?? 0 });
  if (kept >= 0 && kept < first) add(kept);
  for (let index = first; index <= last; index += 1) add(index);
  if (kept > last && kept < count) add(kept);
  return rows;
}

/** The row that a height is in, the first or the last one outside of all rows. */
function rowAt(offsets: Float64Array, height: number): number {
  let [low, high] = [0, Math.max(0, offsets.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}
