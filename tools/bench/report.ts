/** What the bench found: counts have limits and fail it, times are compared with a goal. */

export interface Report {
  /** A count; one above its limit fails the bench. */
  count(what: string, unit: string, found: number, limit: number): void;
  time(what: string, milliseconds: number, goal: number): void;
  rate(what: string, found: number, goal: number): void;
  /** What was measured of the older commit and of this one, in turn; the median of the quotients is compared with the goal. */
  compare(what: string, unit: string, pairs: readonly Pair[], goal: number): void;
  /** A part of what something else reaches; 1 is as much. */
  share(what: string, found: number, goal: number): void;
  /** null: not measured here, or no goal. */
  megabytes(what: string, found: number | null, goal: number | null): void;
  /** A condition; the bench fails when it does not hold. */
  must(what: string, holds: boolean): void;
  /** The table, and whether nothing failed. */
  end(): { readonly text: string; readonly passed: boolean };
}

export interface Pair {
  readonly before: number;
  readonly now: number;
}

/** The middle of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}

/** `onRow` gets each line as soon as it is known: a run takes minutes. */
export function startReport(onRow: (line: string) => void = () => undefined): Report {
  const rows: string[][] = [];
  const add = (...row: string[]) => {
    rows.push(row);
    onRow(row.filter((cell) => cell !== '').join('  '));
  };
  let passed = true;
  return {
    count(what, unit, found, limit) {
      if (found > limit) passed = false;
      add(what, unit, String(found), `${found > limit ? 'OVER the limit of' : 'at most'} ${limit}`);
    },
    time(what, milliseconds, goal) {
      add(what, 'ms', milliseconds.toFixed(0), `goal ${goal}${milliseconds > goal ? ', MISSED' : ''}`);
    },
    rate(what, found, goal) {
      add(what, 'a second', found.toFixed(0), `goal ${goal}${found < goal ? ', MISSED' : ''}`);
    },
    compare(what, unit, pairs, goal) {
      const quotient = median(pairs.map(({ before, now }) => now / before));
      const [before, now] = [median(pairs.map((pair) => pair.before)), median(pairs.map((pair) => pair.now))];
      const shown = `${now.toFixed(1)} of ${before.toFixed(1)}: ${quotient.toFixed(2)}`;
      add(what, unit, shown, `goal ${Number(goal.toFixed(2))}${quotient > goal ? ', MISSED' : ''}`);
    },
    share(what, found, goal) {
      add(what, '', found.toFixed(2), `goal ${goal}${found < goal ? ', MISSED' : ''}`);
    },
    megabytes(what, found, goal) {
      const against = goal === null ? '' : `goal ${goal}${found !== null && found > goal ? ', MISSED' : ''}`;
      add(what, 'MB', found === null ? 'not measured' : String(found), against);
    },
    must(what, holds) {
      if (holds) return;
      passed = false;
      add(what, '', 'no', 'it MUST');
    },
    end() {
      const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
      const lines = rows.map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
      return { text: `${lines.join('\n')}\n`, passed };
    },
  };
}
