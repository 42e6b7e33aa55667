// What moves along with a write, on demand: siblings that Azure has been seen to reset with a write of something else.
import type { Move } from './contract.ts';
import { documentTable } from './documents.ts';
import { fits } from './faults.ts';
import { overlaid } from './merge.ts';

export interface MoveBook {
  add(move: Move): () => void;
  clear(): void;
  list(): Move[];
  /** Those that come with this write; each counts. */
  strike(write: { method: string; path: string }): Move[];
}

export function moveBook(): MoveBook {
  const moves: { move: Move; struck: number }[] = [];
  return {
    add(move) {
      if (!documentTable.some(({ name }) => name === move.document))
        throw new Error(`'${move.document}' is no document; see local/simulator/documents.ts.`);
      const entry = { move, struck: 0 };
      moves.push(entry);
      return () => {
        const at = moves.indexOf(entry);
        if (at >= 0) moves.splice(at, 1);
      };
    },
    clear: () => void moves.splice(0),
    list: () => moves.map(({ move }) => move),
    strike(write) {
      const struck = moves.filter(
        ({ move, struck }) => struck < (move.times ?? Number.POSITIVE_INFINITY) && fits(move.match ?? {}, write),
      );
      for (const entry of struck) entry.struck++;
      return struck.map(({ move }) => move);
    },
  };
}

/** Lays the moves over the documents that they name. */
export function moveAlong(documents: Map<string, unknown>, moves: readonly Move[]): void {
  for (const { document, patch } of moves) documents.set(document, overlaid(documents.get(document), patch));
}
