/**
 * Limits how many operations a resource has at once. An intent is stored completely in the row of its resource until
 * it has an outcome.
 */

import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { MAX_OPERATIONS_SIZE, serializedSize } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { roundUpToMinute } from '../events/requeue.ts';
import type { Deps } from '../ports/deps.ts';
import type { OpenOperation } from '../ports/resource-states.ts';

/** The change sets that fit beside the stored operations. A wake-up in a minute handles the others. */
export async function limitOperations(
  deps: Deps,
  resource: Resource,
  stored: readonly OpenOperation[],
  changeSets: readonly ChangeSet[],
): Promise<readonly ChangeSet[]> {
  const isStored = ({ digest }: ChangeSet) =>
    stored.some(({ attempts }) => attempts.some((one) => one.digest === digest));
  let capacity = MAX_OPERATIONS_SIZE - serializedSize(stored);
  const selected = changeSets.filter((one) => {
    if (isStored(one)) return true;
    const size = serializedSize(one.changes) + ATTEMPT_OVERHEAD;
    if (size > capacity) return false;
    capacity -= size;
    return true;
  });
  const postponed = changeSets.length - selected.length;
  if (postponed > 0) {
    deps.log.warn({ resource: resource.id, left: postponed }, 'not all changes fit one run; the rest is rescheduled');
    await deps.wakeups.schedule(resource, roundUpToMinute(deps.clock.now().getTime() + 60_000), 'the rest has room');
  }
  return selected;
}

/** The size of a stored attempt without its changes. */
const ATTEMPT_OVERHEAD = 600;
