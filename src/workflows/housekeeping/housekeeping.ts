/**
 * Runs every minute. Queues due wake-ups (open intents, decisions, expiries) and resources on hold, updates the records
 * of the settings, begins the stages of roll-outs, updates the index of the log and the list of events, repairs the kept
 * counts, records the history, removes old scans, and renews lost revisions. It never writes to Azure.
 */

import { DAY_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { expireExemptions } from '../exemptions/expire-exemptions.ts';
import { advanceRollouts } from '../guards/advance-rollouts.ts';
import { updateHeartbeat } from '../guards/outage-guard.ts';
import { requeueGates } from '../health-gate/requeue-gates.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue } from '../ports/enqueue.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { flushSettingsRecords, loadSettings } from '../settings/change-settings.ts';
import { recordHistory } from './record-history.ts';
import { repairCounts } from './repair-counts.ts';
import { healRevisions } from './service-state.ts';

/** The maximum number of resources that one run queues. The next run takes the rest. */
const MAX_REQUEUED = 100;

/** Scans are listed for so long. */
const SCANS_KEPT_MS = 90 * DAY_MS;

/** The maximum duration of a reconcile, with its writes. */
const MAX_RECONCILE_MINUTES = 3;

export async function runHousekeeping(deps: Deps): Promise<void> {
  await updateHeartbeat(deps);
  const due = await deps.wakeups.listDue(deps.clock.now(), MAX_REQUEUED);
  for (const { key, resource, why } of due) {
    if (parseResourceId(resource)) await enqueue(deps, { id: resource });
    // Cancelled last: after a crash the wake-up fires again, which is harmless.
    await deps.wakeups.cancel(key);
    deps.log.info({ resource, why }, 'wake-up due');
  }
  const stored = await loadSettings(deps);
  await flushSettingsRecords(deps, stored);
  await expireExemptions(deps);
  await requeueGates(deps);
  await advanceRollouts(deps, stored);
  if (stored.settings.stopped === null) await requeueHeld(deps, stored);
  await deps.audit.updateIndex();
  await deps.events.updateLatest(deps.clock.now());
  await repairCounts(deps);
  // Once an hour is often enough.
  if (await recordHistory(deps)) await deps.scans.removeBefore(timeAfter(deps.clock.now(), -SCANS_KEPT_MS));
  await healRevisions(deps);
}

/**
 * Requeues resources on hold because of a stop or unfinished provisioning. After a change of the settings it requeues
 * all resources on hold, each once. A hold with a known end has a wake-up.
 */
async function requeueHeld(deps: Deps, { records }: StoredSettings): Promise<void> {
  const changedAt = records.at(-1)?.at;
  // A reconcile that began before the change may have ended after it.
  const openEndedOrBefore =
    changedAt === undefined ? '' : timeAfter(changedAt, MAX_RECONCILE_MINUTES * MINUTE_MS).toISOString();
  const held = await deps.findings.list({ decision: 'hold', openEndedOrBefore }, { limit: MAX_REQUEUED, after: null });
  // The list is newest first, and what comes first takes what is free of the budget: the oldest must come first.
  for (const id of new Set(held.items.toReversed().map(({ resource }) => resource.id))) {
    await enqueue(deps, { id });
    deps.log.info({ resource: id }, 'held resource requeued');
  }
}
