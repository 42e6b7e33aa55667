/** All cells, in the order of their rows. */
import { type Cell, ROWS } from './cell.ts';
import { CELLS_OF_KEEPING } from './cells-of-keeping.ts';
import { CELLS_OF_THE_LOG } from './cells-of-the-log.ts';
import { CELLS_OF_WRITES } from './cells-of-writes.ts';

const all = [...CELLS_OF_WRITES, ...CELLS_OF_KEEPING, ...CELLS_OF_THE_LOG];

export const CELLS: readonly Cell[] = ROWS.flatMap((row) => all.filter((cell) => cell.row === row));
