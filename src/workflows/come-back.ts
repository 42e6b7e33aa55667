/** When to look, and when to look again: what a message waits for, how long, and how it comes back. */
import type { Resource } from '../domain/resource.ts';
import { provisioningFinished, type Snapshot } from '../domain/snapshot.ts';
import { atLeast, atMost } from './back-off.ts';
import type { Facts } from './load-facts.ts';
import type { WorkMessage, WorkQueue, World } from './ports.ts';
import { remainingDelay } from './settle-delay.ts';

/** After so many tries at reading everything, what was not read stays unknown. */
const READ_TRIES = 8;
/** After so many tries at writing, the message is given up to the poison queue. */
const WRITE_TRIES = 20;
const LEASE_WAIT_SECONDS = 15;
/** What goes the slow path, and stays on it. */
const SLOW: readonly WorkMessage['cause'][] = ['sweep', 'scan', 'request'];

/** Come back later: in so many seconds, as a further try or as the same one. */
export interface Later {
  readonly seconds: number;
  readonly counts: boolean;
}

/** Seconds to wait before looking, or that the event got its outcome meanwhile. A decision is looked at once. */
export function waitFor(world: World, message: WorkMessage, { waiting, memory }: Facts): number | 'concluded' {
  if (message.cause === 'decision') return 0;
  const now = world.clock.now();
  const busy = memory.lookAgainAt === null ? 0 : (Date.parse(memory.lookAgainAt) - now.getTime()) / 1000;
  if (!message.event) return Math.max(0, busy, message.sweep ? settlingOf(world, waiting) : 0);
  const { id } = message.event;
  const own = waiting.find(({ event }) => event.id === id);
  if (!own) return 'concluded';
  const settling = remainingDelay(own, waiting, world.options.settleSeconds, now);
  return Math.max(0, settling, busy);
}

/** Seconds until every event that waits has settled: a sweep does not look into the middle of a deployment either. */
function settlingOf({ options, clock }: World, waiting: Facts['waiting']): number {
  return Math.max(...waiting.map((one) => remainingDelay(one, waiting, options.settleSeconds, clock.now())));
}

/**
 * Whether every rule was judged on the resource, with nothing left to look at, since the sweep began; a look may take a
 * minute. One in the future was timed by a clock that was wrong, and nobody knows when it was.
 */
export function isSweptAlready({ clock }: World, { sweep }: WorkMessage, { memory, waiting }: Facts): boolean {
  if (!sweep || memory.completeAt === null || memory.lookAgainAt !== null || waiting.length > 0) return false;
  const whole = memory.gone || memory.documents.every(({ status }) => status !== 'failed');
  const completeAt = Date.parse(memory.completeAt);
  return whole && completeAt - 60_000 >= Date.parse(sweep.startedAt) && completeAt <= clock.now().getTime();
}

/** The minute that begins then or next, in milliseconds: looks that come together set one alarm, and do not multiply. */
export function onTheMinute(milliseconds: number): Date {
  return new Date(Math.ceil(milliseconds / 60_000) * 60_000);
}

/** Wake-ups that come too early become one alarm; as messages of their own they would multiply. */
export async function putOff(world: World, resource: Resource, seconds: number): Promise<null> {
  await world.alarms.set(resource, onTheMinute(world.clock.now().getTime() + seconds * 1000), 'look again');
  return null;
}

/** The message waits as it is, as no further try. At most a day at a time: then it finds out whether it must wait on. */
export async function waitOut(world: World, resource: Resource, message: WorkMessage, seconds: number): Promise<void> {
  if (message.cause === 'wake') await putOff(world, resource, seconds);
  else await putBack(world, message, { seconds, counts: false });
}

/** Whether reading again later may show more: Azure is at work, or something passing kept a document from being read. */
function isUnclear(snapshot: Snapshot): boolean {
  const states = Object.values(snapshot.documents);
  return !provisioningFinished(snapshot) || states.some((state) => state.status === 'failed' && state.passing);
}

/** A growing delay, and never less than Azure asked for. */
function backOff(world: World, attempt: number, { documents }: Snapshot): number {
  const asked = Object.values(documents).map((state) => (state.status === 'failed' ? (state.retryAfter ?? 0) : 0));
  return Math.max(atMost(world, Math.min(60, 2 ** (attempt + 1))), atLeast(world, Math.max(0, ...asked)));
}

/** Where a message belongs. */
export function queueOf({ queue, sweeps }: World, { cause }: WorkMessage): WorkQueue {
  return SLOW.includes(cause) ? sweeps : queue;
}

export async function putBack(world: World, message: WorkMessage, { seconds, counts }: Later): Promise<void> {
  await queueOf(world, message).send({ ...message, attempt: message.attempt + (counts ? 1 : 0) }, Math.ceil(seconds));
}

/** Another one holds the lease, which is no error: it is tried again at growing distances. */
export function whenLeaseIsFree(world: World, { attempt }: WorkMessage): Later {
  return { seconds: atMost(world, Math.min(LEASE_WAIT_SECONDS, 2 ** attempt)), counts: true };
}

/** What a look at a resource left open. */
export interface LookEnd {
  readonly snapshot: Snapshot;
  /** Azure is still carrying out an earlier write. */
  readonly running: boolean;
  /** Seconds that Azure asked to wait with a write; 0 when values moved and another look decides at once. */
  readonly writeAgain: number | null;
}

/**
 * Whether reading again later may show more, and after how many seconds this message looks again; null when it is done.
 * Throws when Azure did not take a write however often it was tried.
 */
export function afterLook(
  world: World,
  { attempt }: WorkMessage,
  end: LookEnd,
): { clear: boolean; seconds: number | null } {
  if (end.writeAgain !== null && attempt >= WRITE_TRIES) {
    throw new Error(`gave up after ${attempt} tries: Azure did not take the write`);
  }
  const clear = !end.running && !isUnclear(end.snapshot);
  const delay = backOff(world, attempt, end.snapshot);
  if (end.writeAgain !== null) {
    return { clear, seconds: end.writeAgain === 0 ? 0 : Math.max(atLeast(world, end.writeAgain), delay) };
  }
  return { clear, seconds: !clear && attempt < READ_TRIES ? delay : null };
}
