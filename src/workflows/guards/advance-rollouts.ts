/**
 * Housekeeping for roll-outs: stores those that a change of the settings starts, looks at those that are open, begins their next
 * stages, and queues the apps whose turn it is. Nothing is read or stored while the settings have no stages.
 */
import { holdOfRollouts, isDropped, type Rollout, type RolloutsInForce } from '../../domain/approvals/rollout.ts';
import { advance, releaseRollout, type StepContext } from '../../domain/approvals/rollout-steps.ts';
import { DAY_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { hasStages } from '../../domain/rules/rollout-starts.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue } from '../ports/enqueue.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { ConflictError, collect, paginate, type Versioned } from '../ports/storage.ts';
import { loadRollouts } from '../settings/load-rollouts.ts';
import { createLookContext, type LookContext, listReleased, lookAtRollout } from './look-at-rollout.ts';
import { flushRecords, saveStep, serviceContext } from './rollout-rows.ts';
import { startNewRules, storeStarts } from './start-rollouts.ts';

/** The most that one run looks at. With more, each run takes the next ones. */
const MAX_LOOKS = 100;

/** The maximum number of resources that one run queues. The next run takes the rest. */
const MAX_REQUEUED = 100;

/** A reconcile that began before the end of a roll-out may record its hold after it. No reconcile takes longer than this. */
const GRACE_MS = 10 * MINUTE_MS;

/** Roll-outs are listed for so long after they began. */
const KEPT_MS = 366 * DAY_MS;

interface Run extends LookContext {
  readonly step: StepContext;
  readonly inForce: RolloutsInForce;
  /** Queues a resource; false when this run has queued enough. */
  queue(resource: Resource, why: string): Promise<boolean>;
}

export async function advanceRollouts(deps: Deps, stored: StoredSettings): Promise<void> {
  if (!hasStages(stored.settings) && stored.rollouts === undefined) return;
  const step = await serviceContext(deps);
  await startNewRules(deps, step);
  await storeStarts(deps, step);
  const open = await deps.rollouts.listOpen();
  if (open.length === 0) return;
  const run = await beginRun(deps, stored, step);
  for (const one of chosen(open, step.now)) {
    try {
      await advanceOne(deps, one, run);
    } catch (error) {
      // A person or a gate was faster: the next run goes on from there.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  await deps.rollouts.removeBefore(timeAfter(step.now, -KEPT_MS));
}

async function beginRun(deps: Deps, stored: StoredSettings, step: StepContext): Promise<Run> {
  const { settings } = stored;
  const exemptions = await collect(paginate((page) => deps.exemptions.list(page)));
  let queued = 0;
  return {
    ...createLookContext(deps, { now: step.now, settings, exemptions }),
    ...{ step, inForce: await loadRollouts(deps, withoutStarts(stored)) },
    async queue(resource, why) {
      if (queued === MAX_REQUEUED) return false;
      queued += 1;
      await enqueue(deps, resource);
      deps.log.info({ resource: resource.id }, why);
      return true;
    },
  };
}

/** What starts has rows of its own by now. */
function withoutStarts({ rollouts: _rollouts, knownRules: _rules, ...rest }: StoredSettings): StoredSettings {
  return rest;
}

/** All, or so many in turn, by the minute. */
function chosen(open: readonly Versioned<Rollout>[], now: Date): readonly Versioned<Rollout>[] {
  if (open.length <= MAX_LOOKS) return open;
  const first = (Math.floor(now.getTime() / MINUTE_MS) * MAX_LOOKS) % open.length;
  return [...open, ...open].slice(first, first + MAX_LOOKS);
}

async function advanceOne(deps: Deps, one: Versioned<Rollout>, run: Run): Promise<void> {
  const { value } = one;
  if (value.outbox.length > 0) {
    await flushRecords(deps, one);
    return;
  }
  if (value.status === 'ended') return release(deps, one, run);
  if (value.status === 'stopped') return;
  let look = await lookAtRollout(deps, value, run);
  const next = await saveStep(deps, one, advance(value, look, run.step));
  if (next.status !== 'running') return;
  if (next.progress.stage !== value.progress.stage) look = await lookAtRollout(deps, next, run);
  for (const resource of look.due) if (!(await run.queue(resource, 'queued for a stage of a roll-out'))) return;
}

/** Queues the apps that it held and no other holds. One without an entry in the log is removed at last. */
async function release(deps: Deps, one: Versioned<Rollout>, run: Run): Promise<void> {
  const { rule, ended, id, startedAt } = one.value;
  const { step, inForce, settings, queue } = run;
  let isComplete = true;
  for await (const resource of listReleased(deps, one.value, run)) {
    if (holdOfRollouts(settings, inForce, resource, rule) !== null) continue;
    isComplete = false;
    if (!(await queue(resource, 'roll-out ended: resource requeued'))) return;
  }
  if (!isComplete || step.now.getTime() < Date.parse(ended?.at ?? startedAt) + GRACE_MS) return;
  if (isDropped(one.value)) await deps.rollouts.remove(id);
  else await saveStep(deps, one, releaseRollout(one.value));
}
