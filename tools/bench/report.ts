/** What the bench found: counts have limits and fail it, times are compared with a goal. */

export interface Report {
  /** A count; one above its limit fails the bench. */
  count(what: string, unit: string, found: number, limit: number): void;
  time(what: string, milliseconds: number, goal: number): void;
  rate(what: string, found: number, goal: number): void;
  /** A condition; the bench fails when it does not hold. */
  must(what: string, holds: boolean): void;
  /** The table, and whether nothing failed. */
  end(): { readonly text: string; readonly passed: boolean };
}

export function startReport(): Report {
  const rows: string[][] = [];
  let passed = true;
  return {
    count(what, unit, found, limit) {
      if (found > limit) passed = false;
      rows.push([what, unit, String(found), `${found > limit ? 'OVER the limit of' : 'at most'} ${limit}`]);
    },
    time(what, milliseconds, goal) {
      rows.push([what, 'ms', milliseconds.toFixed(0), `goal ${goal}${milliseconds > goal ? ', MISSED' : ''}`]);
    },
    rate(what, found, goal) {
      rows.push([what, 'a second', found.toFixed(0), `goal ${goal}${found < goal ? ', MISSED' : ''}`]);
    },
    must(what, holds) {
      if (holds) return;
      passed = false;
      rows.push([what, '', 'no', 'it MUST']);
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
