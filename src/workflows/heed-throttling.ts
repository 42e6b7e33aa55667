/**
 * Azure throttles by subscription and principal. Once it has asked to wait, the subscription's row says so before anything
 * else happens, and until then nothing in it asks Azure: further calls are answered here, as Azure would answer them.
 */
import type { DocumentName } from '../domain/documents.ts';
import type { Resource } from '../domain/resource.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { ArmFailure, Throttle, World } from './ports.ts';

/** Seconds to wait when Azure did not say how long; doubled each time that it was not enough. */
const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 300;
/** Throttled again so soon after the last time, it was not enough. */
const SOON_SECONDS = 600;

/** The same world, whose Resource Manager and Activity Log are not asked while the subscription is throttled. `known` is what the row said. */
export function heedThrottling(world: World, subscriptionId: string, known: Throttle | null): World {
  const { arm, activity, guards, clock, log } = world;
  let throttle = known;
  const left = () => secondsLeft(throttle, clock.now());

  async function heed(retryAfter: number | null): Promise<void> {
    throttle = throttleAfter(throttle, retryAfter, clock.now());
    await guards.throttle(subscriptionId, throttle);
    log.warn({ subscriptionId, retryAfter, until: throttle.until }, 'Azure throttles; the subscription slows down');
  }

  return {
    ...world,
    arm: {
      identity: () => arm.identity(),

      async read(resource, documents, options) {
        if (left() > 0) return unasked(resource, documents, left());
        const snapshot = await arm.read(resource, documents, options);
        const throttled = Object.values(snapshot.documents).filter(isThrottled);
        const asked = throttled.flatMap(({ retryAfter }) => retryAfter ?? []);
        if (throttled.length > 0) await heed(asked.length > 0 ? Math.max(...asked) : null);
        return snapshot;
      },

      async write(step, body) {
        // Each write comes right after a read, and would not come to this if that had not been answered.
        const answer = await arm.write(step, body);
        if (answer.kind === 'refused' && answer.failure.kind === 'throttled') await heed(answer.failure.retryAfter);
        return answer;
      },

      async operation(url) {
        if (left() === 0) {
          const state = await arm.operation(url);
          if (state.kind !== 'refused' || state.failure.kind !== 'throttled') return state;
          await heed(state.failure.retryAfter);
        }
        // That nobody may ask says nothing about the operation.
        return { kind: 'running', retryAfter: left() };
      },
    },

    activity: {
      async writes(resource, from, to) {
        if (left() > 0) return { kind: 'refused', failure: unaskedFailure(left()) };
        const reading = await activity.writes(resource, from, to);
        if (reading.kind === 'refused' && reading.failure.kind === 'throttled') await heed(reading.failure.retryAfter);
        return reading;
      },
    },
  };
}

/** Whole seconds until the subscription may be asked again; 0 when it may. */
export function secondsLeft(throttle: Throttle | null, now: Date): number {
  return throttle === null ? 0 : Math.max(0, Math.ceil((Date.parse(throttle.until) - now.getTime()) / 1000));
}

function throttleAfter(last: Throttle | null, retryAfter: number | null, now: Date): Throttle {
  // Several answers to one look say the same.
  if (last !== null && retryAfter === null && secondsLeft(last, now) > 0) return last;
  const seconds = Math.max(1, retryAfter ?? ownSeconds(last, now));
  return { since: now.toISOString(), until: new Date(now.getTime() + seconds * 1000).toISOString() };
}

function ownSeconds(last: Throttle | null, now: Date): number {
  if (last === null || now.getTime() - Date.parse(last.until) > SOON_SECONDS * 1000) return FIRST_SECONDS;
  const before = (Date.parse(last.until) - Date.parse(last.since)) / 1000;
  return Math.min(LONGEST_SECONDS, Math.max(FIRST_SECONDS, before * 2));
}

function unaskedFailure(retryAfter: number): ArmFailure {
  return { kind: 'throttled', code: 'NotAsked', message: NOT_ASKED, retryAfter };
}

const NOT_ASKED = 'Azure has asked this subscription to wait, so it was not asked.';

function unasked(resource: Resource, names: readonly DocumentName[], retryAfter: number): Snapshot {
  const state = { status: 'failed', detail: NOT_ASKED, passing: true, throttled: true, retryAfter } as const;
  return { resource, documents: Object.fromEntries(names.map((name) => [name, state])) };
}

type Failed = Extract<Snapshot['documents'][DocumentName], { status: 'failed' }>;

function isThrottled(state: Snapshot['documents'][DocumentName]): state is Failed {
  return state?.status === 'failed' && state.throttled === true;
}
