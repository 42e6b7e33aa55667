/** Tables for people. */
import Table from 'cli-table3';
import type { Output } from './context.ts';
import { printable } from './printable.ts';

export interface Column<Row> {
  readonly title: string;
  /** Text of others is made printable by the table. */
  readonly value: (row: Row) => string | number | null | undefined;
  readonly align?: 'left' | 'right';
  /** Colours a text that was made printable. */
  readonly color?: (text: string, row: Row) => string;
}

/** Rows below their titles, without lines. On a terminal the last column is cut where the line ends. */
export function tableOf<Row>(output: Output, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ value }) => printable(String(value(row) ?? ''))));
  const widths = columns.map(({ title }, n) => Math.max(title.length, ...cells.map((row) => row[n]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const room = output.isTerminal ? Math.max(output.width - before, LEAST_ROOM) : Number.POSITIVE_INFINITY;
  const shown = (text: string, n: number) =>
    n === columns.length - 1 && text.length > room ? `${text.slice(0, room - 1)}…` : text;
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ align = 'left' }) => align),
    head: columns.map(({ title }) => output.colors.bold(title)),
  });
  for (const [index, row] of rows.entries()) {
    table.push(
      columns.map(({ color }, n) => {
        const cell = shown(cells[index]?.[n] ?? '', n);
        return color ? color(cell, row) : cell;
      }),
    );
  }
  return `${table.toString().replace(/[ \t]+$/gm, '')}\n`;
}

const GAP = '  ';
const LEAST_ROOM = 12;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP },
};
