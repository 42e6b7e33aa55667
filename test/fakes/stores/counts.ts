/** The counts, counted from the lists at each call. There is nothing to repair. */
import type { Counts } from '../../../src/workflows/ports/counts.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { countFindings, listFixes } from '../../../src/workflows/state/count-lists.ts';

export function fakeCounts(stores: Pick<Deps, 'findings' | 'audit' | 'events'>): Counts {
  return {
    readFindings: () => countFindings(stores),
    readFixes: (since) => listFixes(stores, since),
    repair: async () => [],
  };
}
