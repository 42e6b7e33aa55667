/** Where numbers are on an axis. Places are percentages, so that a chart has any width and its texts keep their size. */

/** The end of an axis for these numbers: the next of 1, 2 and 5 times a power of ten, so that its half is whole, too. */
export function axisEnd(most: number): number {
  if (most <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 6, 8, 10].map((times) => times * power).find((end) => end >= most) ?? most;
}

/** The parts of a column of stacked values, from the bottom, in percent of the height. Zeros have no part. */
export function stack(
  values: readonly number[],
  end: number,
): readonly { readonly index: number; readonly y: number; readonly height: number }[] {
  let below = 0;
  return values.flatMap((value, index) => {
    if (value <= 0) return [];
    const height = (100 * value) / end;
    below += height;
    return [{ index, y: 100 - below, height }];
  });
}

/** The days from one to another, both as `2026-01-31`. */
export function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

const DAY_MS = 86_400_000;
