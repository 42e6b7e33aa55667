/**
 * Counts what an earlier version wrote, and then recounts a part of the kept counts once an hour. What was wrong is corrected
 * and logged: each count changes with what it counts, so something else has written to the tables.
 */
import type { Deps } from '../ports/deps.ts';

export async function repairCounts({ counts, clock, log }: Deps): Promise<void> {
  for (const { what, kept, counted } of await counts.repair(clock.now())) {
    log.warn({ counts: what, kept, counted }, 'a kept count was wrong and is corrected');
  }
}
