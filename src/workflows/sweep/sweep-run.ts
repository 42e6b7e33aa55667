/** The row of a sweep: which messages are of the sweep that runs, and what came of them. */
import type { Deps } from '../ports/deps.ts';
import { ConflictError, type Versioned } from '../ports/storage.ts';
import type { Part, SweepProgress } from '../ports/sweeps.ts';
import type { SweepPage } from '../ports/work.ts';

export type Run = Versioned<SweepProgress>;

/** What a message of a sweep is to do: its partition, or nothing but to see that the next message is there. */
export type Due = { readonly kind: 'partition'; readonly run: Run } | { readonly kind: 'next'; readonly part: Part };

/** Null when the message is of another sweep, or when its partition and the next one are done. */
export async function loadRun({ sweepRuns }: Pick<Deps, 'sweepRuns'>, { list, sweep }: SweepPage): Promise<Due | null> {
  const run = await sweepRuns.load(list.subscriptionId);
  if (!run || run.value.id !== sweep.id || run.value.state !== 'running') return null;
  const { parts, position } = run.value;
  const index = list.part?.index ?? 0;
  if (parts === null || position <= index) return { kind: 'partition', run };
  // Its row was saved. Only the next message may be missing, after a crash between the two.
  return position === index + 1 ? { kind: 'next', part: { index: position, of: parts } } : null;
}

/** Saves what a message did, under the version that it read. False when another message did the same and was faster. */
export async function saveRun(deps: Deps, run: Run, changes: Partial<SweepProgress>): Promise<boolean> {
  const progress = { ...run.value, ...changes, progressAt: deps.clock.now().toISOString() };
  try {
    await deps.sweepRuns.save(progress, run.version);
    return true;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    deps.log.info({ sweep: progress.id }, 'another message has handled this partition');
    return false;
  }
}
