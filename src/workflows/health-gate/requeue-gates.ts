/** Sends the messages of health gates again that were lost, and forgets gates that ended long ago. */
import { DAY_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';

/** A message that is so late was lost, or waits behind others, which is harmless. */
const LATE_MS = 2 * MINUTE_MS;
const MOST_REQUEUED = 100;
const KEPT_MS = 30 * DAY_MS;

export async function requeueGates(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  for (const { id, resource } of await deps.healthGates.listDue(timeAfter(now, -LATE_MS), MOST_REQUEUED)) {
    await deps.queue.send({ resource: resource.id, cause: 'gate', gate: id, attempt: 0 }, 0);
    deps.log.info({ resource: resource.id, gate: id }, 'health gate requeued');
  }
  await deps.healthGates.removeEnded(timeAfter(now, -KEPT_MS));
}
