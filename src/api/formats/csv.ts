/** Comma-separated values: RFC 4180, with a line of names first. A value that a spreadsheet would calculate begins with an apostrophe. */

type Value = string | number | null | undefined;

/** The columns of a table: a name, and the value of an item. */
export type Columns<T> = readonly (readonly [name: string, read: (item: T) => Value])[];

export function csvHeader<T>(columns: Columns<T>): string {
  return lineOf(columns.map(([name]) => name));
}

export function csvLines<T>(columns: Columns<T>, items: readonly T[]): string {
  return items.map((item) => lineOf(columns.map(([, read]) => read(item)))).join('');
}

function lineOf(values: readonly Value[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/** How a formula begins, in the wide forms too that some spreadsheets take for it, and behind what they skip. */
const CALCULATED = /^[\s\0\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cell(value: Value): string {
  const text = String(value ?? '');
  const safe = CALCULATED.test(text) ? `'${text}` : text;
  return /[",;\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
