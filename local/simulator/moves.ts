// What moves along with a write, on demand: siblings that Azure has been seen to reset with a write of something else.
import { type Book, book, isUsedUp } from './book.ts';
import type { Move } from './contract.ts';
import { documentTable } from './documents.ts';
import { fits } from './faults.ts';
import { overlaid } from './merge.ts';

export interface MoveBook extends Omit<Book<Move>, 'entries'> {
  /** Those that come with this write; each counts. */
  strike(write: { method: string; path: string }): Move[];
}

export function moveBook(): MoveBook {
  const { entries, ...moves } = book<Move>();
  return {
    ...moves,
    add(move) {
      if (!documentTable.some(({ name }) => name === move.document))
        throw new Error(`'${move.document}' is no document; see local/simulator/documents.ts.`);
      return moves.add(move);
    },
    strike(write) {
      const struck = entries.filter((entry) => !isUsedUp(entry) && fits(entry.told.match ?? {}, write));
      for (const entry of struck) entry.struck++;
      return struck.map(({ told }) => told);
    },
  };
}

/** Lays the moves over the documents that they name. */
export function moveAlong(documents: Map<string, unknown>, moves: readonly Move[]): void {
  for (const { document, patch } of moves) documents.set(document, overlaid(documents.get(document), patch));
}
