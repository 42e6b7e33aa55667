/** When a message is handled: its initial delay, its backoff, and what becomes of it after it was handled. */

import { MINUTE_MS, SECOND_MS, secondsBetween } from '../../domain/resources/durations.ts';
import { jitterDown, jitterUp } from '../../domain/resources/jitter.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { isConclusive, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import { DONE, type Result, type SweepMessage, type WorkMessage } from '../ports/work.ts';
import { mayReadAgain } from '../state/read-attempts.ts';
import type { LoadedRows } from '../state/reconcile-context.ts';
import { remainingDelay } from './settle-delay.ts';

/** After so many attempts to write, the message is moved to the poison queue. */
const MAX_WRITE_ATTEMPTS = 20;
const MAX_LEASE_WAIT_SECONDS = 15;

/** The causes that use the slow queue. */
const SLOW_CAUSES: readonly WorkMessage['cause'][] = ['sweep', 'scan', 'request'];

/**
 * Handles the message later without counting an attempt. A wake-up that comes too early is scheduled again: a queue
 * message for each would multiply them.
 */
export function later({ cause }: Pick<WorkMessage, 'cause'>, seconds: number): Result {
  return cause === 'wake' ? { kind: 'wake', seconds } : { kind: 'requeue', seconds, countsAsAttempt: false };
}

/** Requeues the message or schedules a wake-up, as its result says. */
export async function followResult(deps: Deps, message: SweepMessage, result: Result): Promise<void> {
  if (result.kind === 'requeue') {
    await sendMessage(deps, message, message.attempt + (result.countsAsAttempt ? 1 : 0), result.seconds);
  } else if (result.kind === 'wake' && 'resource' in message) {
    const resource = parseResourceId(message.resource);
    if (resource) await deps.wakeups.schedule(resource, secondsFromNow(deps, result.seconds), 'look again');
  }
}

/** Sends a message, or a page of the sweep, to its queue as this attempt. */
export async function sendMessage(
  { queue, sweeps }: Deps,
  message: SweepMessage,
  attempt: number,
  seconds: number,
): Promise<void> {
  if (!('resource' in message)) await sweeps.send({ ...message, attempt }, seconds);
  else await (SLOW_CAUSES.includes(message.cause) ? sweeps : queue).send({ ...message, attempt }, Math.ceil(seconds));
}

/** Whether the event of a message has its outcome. An event is stored before its message is sent. */
export function isConcluded({ event }: WorkMessage, { waitingEvents }: LoadedRows): boolean {
  return event !== undefined && !waitingEvents.some((one) => one.event.id === event.id);
}

/** What to do before the resource is read: wait, or nothing because the sweep is served; null when the reconcile is due. */
export function resultBeforeRead(deps: Deps, message: WorkMessage, rows: LoadedRows): Result | null {
  if (isAlreadySwept(deps, message, rows)) return DONE;
  const wait = initialDelay(deps, message, rows);
  return wait > 0 ? later(message, wait) : null;
}

/** Seconds to wait before the reconcile. Decisions do not wait. */
function initialDelay(deps: Deps, message: WorkMessage, { waitingEvents, resourceState }: LoadedRows): number {
  if (message.cause === 'decision') return 0;
  const now = deps.clock.now();
  const busy = resourceState.recheckAt === null ? 0 : secondsBetween(now, resourceState.recheckAt);
  if (!message.event) return Math.max(0, busy, message.sweep ? settleSecondsLeft(deps, waitingEvents) : 0);
  const { id } = message.event;
  const own = waitingEvents.find(({ event }) => event.id === id);
  const settling = own ? remainingDelay(own, waitingEvents, deps.options.settleSeconds, now) : 0;
  return Math.max(0, settling, busy);
}

/** Seconds until every waiting event has settled: a sweep does not read in the middle of a deployment. */
function settleSecondsLeft({ options, clock }: Deps, waitingEvents: LoadedRows['waitingEvents']): number {
  return Math.max(
    ...waitingEvents.map((one) => remainingDelay(one, waitingEvents, options.settleSeconds, clock.now())),
  );
}

/**
 * Whether the resource was reconciled completely since the sweep began. The last reconcile may have taken a minute. A
 * time in the future came from a wrong clock and does not count.
 */
function isAlreadySwept(
  { clock }: Deps,
  { sweep }: WorkMessage,
  { resourceState, waitingEvents }: LoadedRows,
): boolean {
  if (!sweep || resourceState.fullyEvaluatedAt === null || resourceState.recheckAt !== null || waitingEvents.length > 0)
    return false;
  const isComplete = resourceState.gone || resourceState.documents.every(({ status }) => status !== 'failed');
  const fullyEvaluatedAt = Date.parse(resourceState.fullyEvaluatedAt);
  return (
    isComplete &&
    fullyEvaluatedAt - MINUTE_MS >= Date.parse(sweep.startedAt) &&
    fullyEvaluatedAt <= clock.now().getTime()
  );
}

/** Rounds up to the next full minute. Wake-ups for the same minute are one. */
export function roundUpToMinute(milliseconds: number): Date {
  return new Date(Math.ceil(milliseconds / MINUTE_MS) * MINUTE_MS);
}

/** The time after so many seconds, rounded up to the next full minute. */
export function secondsFromNow({ clock }: Pick<Deps, 'clock'>, seconds: number): Date {
  return roundUpToMinute(clock.now().getTime() + seconds * SECOND_MS);
}

/** A growing delay, and never less than Azure requested. */
function backoffSeconds(deps: Deps, attempt: number, { documents }: Snapshot): number {
  const requested = Object.values(documents).map((state) => (state.status === 'failed' ? (state.retryAfter ?? 0) : 0));
  return Math.max(jitterDown(deps, Math.min(60, 2 ** (attempt + 1))), jitterUp(deps, Math.max(0, ...requested)));
}

/** Another instance holds the lease. This is no error: the message is retried at growing intervals. */
export function retryForLease(deps: Deps, { attempt }: WorkMessage): Result {
  const seconds = jitterDown(deps, Math.min(MAX_LEASE_WAIT_SECONDS, 2 ** attempt));
  return { kind: 'requeue', seconds, countsAsAttempt: true };
}

/** The part of a reconcile that decides about a requeue. */
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
  message: WorkMessage,
  { snapshot, running, retryWriteSeconds }: PassResult,
): { conclusive: boolean; seconds: number | null } {
  const { attempt } = message;
  if (retryWriteSeconds !== null && attempt >= MAX_WRITE_ATTEMPTS) {
    throw new Error(`gave up after ${attempt} tries: Azure did not take the write`);
  }
  const conclusive = !running && isConclusive(snapshot);
  const backoff = backoffSeconds(deps, attempt, snapshot);
  if (retryWriteSeconds !== null) {
    return { conclusive, seconds: retryWriteSeconds === 0 ? 0 : Math.max(jitterUp(deps, retryWriteSeconds), backoff) };
  }
  return { conclusive, seconds: !conclusive && mayReadAgain(message) ? backoff : null };
}

/** The result of a complete reconcile. Housekeeping handles wake-ups; an open intent has one already. */
export function resultAfterRecord(
  { cause }: WorkMessage,
  seconds: number | null,
  { retryWriteSeconds }: Pick<PassResult, 'retryWriteSeconds'>,
): Result {
  if (seconds === null) return DONE;
  if (cause !== 'wake') return { kind: 'requeue', seconds, countsAsAttempt: true };
  return retryWriteSeconds ? DONE : { kind: 'wake', seconds };
}
