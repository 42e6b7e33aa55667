/** Handles a message as its queue function does: the work, then what its result says. */
import { followResult } from '../../../src/workflows/events/requeue.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { Result, SweepMessage, WorkMessage } from '../../../src/workflows/ports/work.ts';
import { reconcile } from '../../../src/workflows/reconcile/reconcile.ts';
import { handleSweep } from '../../../src/workflows/sweep/sweep.ts';

export async function handleWork(deps: Deps, message: WorkMessage): Promise<Result> {
  const result = await reconcile(deps, message);
  await followResult(deps, message, result);
  return result;
}

export async function handleSweepWork(deps: Deps, message: SweepMessage): Promise<Result> {
  const result = await handleSweep(deps, message);
  await followResult(deps, message, result);
  return result;
}
