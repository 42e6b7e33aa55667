/** The counts, counted from the lists at each call. There is nothing to repair. */

import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { Counts } from '../../../src/workflows/ports/metrics.ts';
import { countFindings, listFixes } from '../../../src/workflows/state/count-lists.ts';

export function fakeCounts(stores: Pick<Deps, 'findings' | 'audit' | 'events'>): Counts {
  return {
    readByGroup: async () => new Map(),
    readFindings: () => countFindings(stores),
    readFixes: (since) => listFixes(stores, since),
    repair: async () => [],
  };
}
