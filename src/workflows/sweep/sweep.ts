/**
 * The sweep reconciles all resources that exist, and those with findings that no longer exist. It has its own queue
 * and pace, so that it never delays a change of a user. One sweep of a subscription runs at a time.
 */

import { HOUR_MS } from '../../domain/resources/durations.ts';
import { isInFuture } from '../../domain/resources/limits.ts';
import type { Actor } from '../../domain/resources/principal.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { outageGuard } from '../guards/outage-guard.ts';
import type { Deps } from '../ports/deps.ts';
import type { Scan } from '../ports/findings.ts';
import { ConflictError } from '../ports/storage.ts';
import type { SweepProgress } from '../ports/sweeps.ts';
import {
  DONE,
  type Result,
  type SweepMessage,
  type SweepPage,
  type SweepRun,
  type WorkMessage,
} from '../ports/work.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { carryOutPreview } from '../settings/preview.ts';
import { listResources } from './list-resources.ts';
import { observeReading, recordLook } from './record-look.ts';

/** A sweep without progress for so long has ended: its message was lost, or is a dead letter. */
const MAX_SILENCE_MS = HOUR_MS;

/**
 * Starts a sweep of each subscription in which none runs. A missed sweep starts when the platform starts the service
 * again, perhaps before anything else runs. So an outage is checked first, before anything is queued and before the
 * heartbeat is updated.
 */
export async function startSweep(deps: Deps, subscriptions: readonly string[]): Promise<void> {
  await outageGuard(deps, await deps.guards.readHeartbeat());
  for (const subscriptionId of subscriptions) await startOne(deps, subscriptionId);
}

async function startOne(deps: Deps, subscriptionId: string): Promise<void> {
  const last = await deps.sweepRuns.load(subscriptionId);
  if (last && isRunning(deps, last.value)) {
    const { id: sweep, startedAt, progressAt, position, parts } = last.value;
    deps.log.warn({ sweep, subscriptionId, startedAt, progressAt, position, parts }, 'sweep not begun: one runs');
    // Before it has counted anything its message may be lost: a crash came between the row and the message.
    if (parts === null) await sendFirst(deps, last.value);
    return;
  }
  if (last?.value.state === 'running') {
    const { id: sweep, startedAt, progressAt, position, parts } = last.value;
    deps.log.error({ sweep, subscriptionId, startedAt, progressAt, position, parts }, 'sweep ended without progress');
  }
  const now = deps.clock.now().toISOString();
  const progress: SweepProgress = {
    ...NOTHING_YET,
    id: deps.newId(),
    subscriptionId,
    startedAt: now,
    progressAt: now,
    before: last ? summaryOf(last.value) : null,
  };
  try {
    await deps.sweepRuns.save(progress, last?.version ?? null);
  } catch (error) {
    // Another instance has begun one.
    if (error instanceof ConflictError) return;
    throw error;
  }
  await sendFirst(deps, progress);
  deps.log.info({ sweep: progress.id, subscriptionId }, 'sweep begun');
}

const NOTHING_YET = {
  state: 'running',
  parts: null,
  position: 0,
  counted: 0,
  listed: 0,
  skipped: 0,
  queued: 0,
  missing: 0,
  notListed: 0,
  distrusted: null,
} as const;

function sendFirst(deps: Deps, { id, startedAt, subscriptionId }: SweepProgress): Promise<void> {
  return deps.sweeps.send(firstPage('sweep', { id, startedAt }, `/subscriptions/${subscriptionId}`), 0);
}

/** What the next sweep compares with: the last sweep that believed its listing and came to its end. */
function summaryOf({ state, parts, listed, distrusted, before, startedAt }: SweepProgress): SweepProgress['before'] {
  const found = state === 'done' && parts !== null && distrusted === null ? { parts, listed } : before;
  return found && { parts: found.parts, listed: found.listed, startedAt };
}

/** Whether it goes on. */
export function isRunning({ clock }: Pick<Deps, 'clock'>, { state, progressAt }: SweepProgress): boolean {
  const now = clock.now();
  // A time in the future is that of a wrong clock.
  return state === 'running' && !isInFuture(progressAt, now) && now.getTime() - Date.parse(progressAt) < MAX_SILENCE_MS;
}

/** Starts a sweep of a subscription or a part of it, with a status that clients can read. No sweep holds it. */
export async function startScan(deps: Deps, scope: string, actor: Actor | null = null): Promise<Scan> {
  const now = deps.clock.now();
  const sweep = { id: deps.scans.newId(now), startedAt: now.toISOString() };
  const begun = await deps.scans.begin({ ...sweep, scope, actor });
  await deps.sweeps.send(firstPage('scan', sweep, scope), 0);
  deps.log.info({ sweep: sweep.id, scope, by: actor?.objectId }, 'scan begun');
  return begun;
}

/**
 * Cancels a scan: its messages are dropped at their turn, before anything is read. Those that are being handled end.
 * A scan that has ended stays as it is. Null when there is none.
 */
export async function cancelScan(deps: Deps, id: string, actor: Actor): Promise<Scan | null> {
  const scan = await deps.scans.cancel(id, actor);
  if (scan?.status === 'cancelled') deps.log.info({ sweep: id, by: actor.objectId }, 'scan cancelled');
  return scan;
}

/** Handles one message of the slow queue. Throws when it could not be handled: then the queue delivers it again. */
export async function handleSweep(deps: Deps, message: SweepMessage): Promise<Result> {
  const own: Deps = deps.sweeping ? { ...deps, ...deps.sweeping } : deps;
  if ('preview' in message) return carryOutPreview(deps, message);
  if (message.sweep && (await own.scans.isCancelled(message.sweep.id))) return DONE;
  if ('list' in message) return listResources(own, message);
  if (await postpone(own, message)) return DONE;
  const observed = observeReading(own);
  const result = await reconcile(observed.deps, message);
  if (result.kind !== 'done') return result;
  await recordLook(own, message, observed.reading());
  await markScanned(own, message);
  return result;
}

/**
 * Queues a look again when this process has just begun as many reads as it may: messages that were late become visible
 * together. The time of its reads is reserved then, so that it does not wait twice.
 */
async function postpone({ sweeping, sweeps }: Deps, { reads, ...message }: WorkMessage): Promise<boolean> {
  const subscriptionId = parseResourceId(message.resource)?.subscriptionId;
  if (sweeping === null || reads === undefined || subscriptionId === undefined) return false;
  const seconds = sweeping.pace.reserve(subscriptionId, reads);
  if (seconds === 0) return false;
  await sweeps.send(message, seconds);
  return true;
}

/** Marks a resource of a scan as done: reconciled or dead-lettered. */
export async function markScanned(deps: Deps, { cause, resource, sweep }: WorkMessage): Promise<void> {
  if (cause === 'scan' && sweep) await deps.scans.markEvaluated(sweep.id, resource);
}

function firstPage(cause: 'sweep' | 'scan', sweep: SweepRun, scope: string): SweepPage {
  const subscriptionId = scope.split('/')[2] ?? '';
  return { list: { cause, subscriptionId, scope, part: null }, sweep, attempt: 0 };
}
