/** All cells, in the order of their rows. */
import { type Cell, ROWS } from './cell.ts';
import { CELLS_OF_APPROVALS } from './cells-of-approvals.ts';
import { CELLS_OF_CHOICES } from './cells-of-choices.ts';
import { CELLS_OF_KEEPING } from './cells-of-keeping.ts';
import { CELLS_OF_MEMORY } from './cells-of-memory.ts';
import { CELLS_OF_THE_LOG } from './cells-of-the-log.ts';

const all = [...CELLS_OF_APPROVALS, ...CELLS_OF_MEMORY, ...CELLS_OF_CHOICES, ...CELLS_OF_KEEPING, ...CELLS_OF_THE_LOG];

export const CELLS: readonly Cell[] = ROWS.flatMap((row) => all.filter((cell) => cell.row === row));
