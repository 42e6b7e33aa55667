/** When a message is handled: its initial delay, its backoff, and how it is requeued. */

import { jitterDown, jitterUp } from '../../domain/resources/jitter.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { isProvisioned, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { WorkMessage, WorkQueue } from '../ports/work.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { remainingDelay } from './settle-delay.ts';

/** After so many attempts to read everything, unread documents stay unknown. */
const MAX_READ_ATTEMPTS = 8;

/** After so many attempts to write, the message is moved to the poison queue. */
const MAX_WRITE_ATTEMPTS = 20;
const MAX_LEASE_WAIT_SECONDS = 15;

/** The causes that use the slow queue. */
const SLOW_CAUSES: readonly WorkMessage['cause'][] = ['sweep', 'scan', 'request'];

/** A requeue after so many seconds, as the next attempt or as the same one. */
export interface Requeue {
  readonly delaySeconds: number;
  readonly countsAsAttempt: boolean;
}

/** Seconds to wait before the reconcile, or that the event has its outcome already. Decisions do not wait. */
export function initialDelay(
  deps: Deps,
  message: WorkMessage,
  { waitingEvents, resourceState }: ReconcileState,
): number | 'concluded' {
  if (message.cause === 'decision') return 0;
  const now = deps.clock.now();
  const busy = resourceState.recheckAt === null ? 0 : (Date.parse(resourceState.recheckAt) - now.getTime()) / 1000;
  if (!message.event) return Math.max(0, busy, message.sweep ? settleSecondsLeft(deps, waitingEvents) : 0);
  const { id } = message.event;
  const own = waitingEvents.find(({ event }) => event.id === id);
  if (!own) return 'concluded';
  const settling = remainingDelay(own, waitingEvents, deps.options.settleSeconds, now);
  return Math.max(0, settling, busy);
}

/** Seconds until every waiting event has settled: a sweep does not read in the middle of a deployment. */
function settleSecondsLeft({ options, clock }: Deps, waitingEvents: ReconcileState['waitingEvents']): number {
  return Math.max(
    ...waitingEvents.map((one) => remainingDelay(one, waitingEvents, options.settleSeconds, clock.now())),
  );
}

/**
 * Whether the resource was reconciled completely since the sweep began. The last reconcile may have taken a minute. A
 * time in the future came from a wrong clock and does not count.
 */
export function isAlreadySwept(
  { clock }: Deps,
  { sweep }: WorkMessage,
  { resourceState, waitingEvents }: ReconcileState,
): boolean {
  if (!sweep || resourceState.fullyEvaluatedAt === null || resourceState.recheckAt !== null || waitingEvents.length > 0)
    return false;
  const isComplete = resourceState.gone || resourceState.documents.every(({ status }) => status !== 'failed');
  const fullyEvaluatedAt = Date.parse(resourceState.fullyEvaluatedAt);
  return (
    isComplete && fullyEvaluatedAt - 60_000 >= Date.parse(sweep.startedAt) && fullyEvaluatedAt <= clock.now().getTime()
  );
}

/** Rounds up to the next full minute. Wake-ups for the same minute are one. */
export function roundUpToMinute(milliseconds: number): Date {
  return new Date(Math.ceil(milliseconds / 60_000) * 60_000);
}

/** Reschedules a wake-up that came too early. A queue message for each would multiply them. */
export async function scheduleWakeup(deps: Deps, resource: Resource, seconds: number): Promise<null> {
  await deps.wakeups.schedule(resource, roundUpToMinute(deps.clock.now().getTime() + seconds * 1000), 'look again');
  return null;
}

/** Delays a message without counting an attempt, at most a day at a time. Then the delay is computed again. */
export async function delay(deps: Deps, resource: Resource, message: WorkMessage, seconds: number): Promise<void> {
  if (message.cause === 'wake') await scheduleWakeup(deps, resource, seconds);
  else await requeue(deps, message, { delaySeconds: seconds, countsAsAttempt: false });
}

/** Whether a later read may return more: Azure is at work, or a document could not be read for a transient reason. */
function isInconclusive(snapshot: Snapshot): boolean {
  const states = Object.values(snapshot.documents);
  return !isProvisioned(snapshot) || states.some((state) => state.status === 'failed' && state.retryable);
}

/** A growing delay, and never less than Azure requested. */
function backoffSeconds(deps: Deps, attempt: number, { documents }: Snapshot): number {
  const requested = Object.values(documents).map((state) => (state.status === 'failed' ? (state.retryAfter ?? 0) : 0));
  return Math.max(jitterDown(deps, Math.min(60, 2 ** (attempt + 1))), jitterUp(deps, Math.max(0, ...requested)));
}

/** The queue for messages of this cause. */
export function queueOf({ queue, sweeps }: Deps, { cause }: WorkMessage): WorkQueue {
  return SLOW_CAUSES.includes(cause) ? sweeps : queue;
}

export async function requeue(
  deps: Deps,
  message: WorkMessage,
  { delaySeconds, countsAsAttempt }: Requeue,
): Promise<void> {
  await queueOf(deps, message).send(
    { ...message, attempt: message.attempt + (countsAsAttempt ? 1 : 0) },
    Math.ceil(delaySeconds),
  );
}

/** Another instance holds the lease. This is no error: the message is retried at growing intervals. */
export function requeueForLease(deps: Deps, { attempt }: WorkMessage): Requeue {
  return { delaySeconds: jitterDown(deps, Math.min(MAX_LEASE_WAIT_SECONDS, 2 ** attempt)), countsAsAttempt: true };
}

/** The result of a reconcile that decides about a requeue. */
export interface PassResult {
  readonly snapshot: Snapshot;
  /** Azure still executes an earlier write. */
  readonly running: boolean;
  /** Seconds that Azure asked to wait with a write; 0 when values changed and the next reconcile decides at once. */
  readonly retryWriteSeconds: number | null;
}

/**
 * Whether the reconcile was conclusive, and the seconds until the message is handled again; null when it is done.
 * Throws when Azure did not take a write after the maximum number of attempts.
 */
export function nextRequeue(
  deps: Deps,
  { attempt }: WorkMessage,
  result: PassResult,
): { conclusive: boolean; seconds: number | null } {
  if (result.retryWriteSeconds !== null && attempt >= MAX_WRITE_ATTEMPTS) {
    throw new Error(`gave up after ${attempt} tries: Azure did not take the write`);
  }
  const conclusive = !result.running && !isInconclusive(result.snapshot);
  const backoff = backoffSeconds(deps, attempt, result.snapshot);
  if (result.retryWriteSeconds !== null) {
    return {
      conclusive,
      seconds: result.retryWriteSeconds === 0 ? 0 : Math.max(jitterUp(deps, result.retryWriteSeconds), backoff),
    };
  }
  return { conclusive, seconds: !conclusive && attempt < MAX_READ_ATTEMPTS ? backoff : null };
}
