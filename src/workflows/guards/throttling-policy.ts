/**
 * Azure throttles by subscription and principal. When it asks to wait, that is stored in the row of the subscription
 * first. Until then no request is sent for this subscription: calls get the response that Azure would give.
 */

import type { DocumentName } from '../../domain/resources/documents.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { ArmFailure } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { Throttle } from '../ports/guards.ts';

const MAX_THROTTLE_SECONDS = 300;

/** When Azure throttles again within this time, the last wait was too short. */
const REPEAT_WINDOW_SECONDS = 600;

/**
 * The same dependencies, but Resource Manager and the Activity Log are not called while the subscription is throttled.
 * `stored` is the row.
 */
export function withThrottlingPolicy(deps: Deps, subscriptionId: string, stored: Throttle | null): Deps {
  const { arm, activityLog, guards, clock, log } = deps;
  let throttle = stored;
  const { throttledSeconds } = deps.options.pauses;
  const left = () => throttleSecondsLeft(throttle, clock.now());

  async function followThrottling(retryAfter: number | null): Promise<void> {
    throttle = nextThrottle(throttle, retryAfter, clock.now(), throttledSeconds);
    await guards.storeThrottle(subscriptionId, throttle);
    log.warn({ subscriptionId, retryAfter, until: throttle.until }, 'Azure throttles; the subscription slows down');
  }

  return {
    ...deps,
    arm: {
      getIdentity: () => arm.getIdentity(),

      async read(resource, documents, options) {
        if (left() > 0) return notAskedSnapshot(resource, documents, left());
        const snapshot = await arm.read(resource, documents, options);
        const throttled = Object.values(snapshot.documents).filter(isThrottled);
        const requested = throttled.flatMap(({ retryAfter }) => retryAfter ?? []);
        if (throttled.length > 0) await followThrottling(requested.length > 0 ? Math.max(...requested) : null);
        return snapshot;
      },

      async write(step, body) {
        // Each write follows a read, and the read is not answered while the subscription is throttled.
        const answer = await arm.write(step, body);
        if (answer.kind === 'refused' && answer.failure.kind === 'throttled')
          await followThrottling(answer.failure.retryAfter);
        return answer;
      },

      async pollOperation(url) {
        if (left() === 0) {
          const state = await arm.pollOperation(url);
          if (state.kind !== 'refused' || state.failure.kind !== 'throttled') return state;
          await followThrottling(state.failure.retryAfter);
        }
        // A request that was not sent says nothing about the operation.
        return { kind: 'running', retryAfter: left() };
      },
    },

    activityLog: {
      async listWrites(resource, from, to) {
        if (left() > 0) return { kind: 'refused', failure: notAskedFailure(left()) };
        const result = await activityLog.listWrites(resource, from, to);
        if (result.kind === 'refused' && result.failure.kind === 'throttled')
          await followThrottling(result.failure.retryAfter);
        return result;
      },
    },
  };
}

/** Whole seconds until the subscription may be queried again; 0 when it may. */
export function throttleSecondsLeft(throttle: Throttle | null, now: Date): number {
  return throttle === null ? 0 : Math.max(0, Math.ceil((Date.parse(throttle.until) - now.getTime()) / 1000));
}

function nextThrottle(last: Throttle | null, retryAfter: number | null, now: Date, first: number): Throttle {
  // Several responses to one reconcile say the same.
  if (last !== null && retryAfter === null && throttleSecondsLeft(last, now) > 0) return last;
  const seconds = Math.max(1, retryAfter ?? backoffSeconds(last, now, first));
  return { since: now.toISOString(), until: new Date(now.getTime() + seconds * 1000).toISOString() };
}

/** Seconds to wait when Azure did not say how long. */
function backoffSeconds(last: Throttle | null, now: Date, first: number): number {
  if (last === null || now.getTime() - Date.parse(last.until) > REPEAT_WINDOW_SECONDS * 1000) return first;
  const before = (Date.parse(last.until) - Date.parse(last.since)) / 1000;
  return Math.min(MAX_THROTTLE_SECONDS, Math.max(first, before * 2));
}

function notAskedFailure(retryAfter: number): ArmFailure {
  return { kind: 'throttled', code: 'NotAsked', message: NOT_ASKED, retryAfter };
}

const NOT_ASKED = 'Azure has asked this subscription to wait, so it was not asked.';

function notAskedSnapshot(resource: Resource, names: readonly DocumentName[], retryAfter: number): Snapshot {
  const state = { status: 'failed', detail: NOT_ASKED, retryable: true, throttled: true, retryAfter } as const;
  return { resource, documents: Object.fromEntries(names.map((name) => [name, state])) };
}

type FailedDocument = Extract<Snapshot['documents'][DocumentName], { status: 'failed' }>;

function isThrottled(state: Snapshot['documents'][DocumentName]): state is FailedDocument {
  return state?.status === 'failed' && state.throttled === true;
}
