/**
 * The ports with the throttling policy of the client, as a process has it: the fake Azure has no HTTP requests, so the
 * policy stands before its calls here.
 */

import { createThrottling } from '../../../src/azure/throttling.ts';
import type { DocumentState } from '../../../src/domain/resources/snapshot.ts';
import type { ArmFailure } from '../../../src/workflows/ports/azure.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { Requester } from '../../../src/workflows/ports/guards.ts';
import { createReadPace } from '../../../src/workflows/settings/read-pace.ts';

type Failed = Extract<DocumentState, { status: 'failed' }>;

export function throttledDeps<T extends Deps>(deps: T): T {
  const pace = createReadPace(deps.options.pauses.sweepReadsPerSecond, deps.clock.now);
  return { ...deps, ...throttledPorts(deps, 'change'), sweeping: { ...throttledPorts(deps, 'sweep'), pace } };
}

function throttledPorts(deps: Deps, requester: Requester): Pick<Deps, 'arm' | 'activityLog' | 'guards'> {
  const { arm, activityLog, log, metrics, clock } = deps;
  const firstSeconds = deps.options.pauses.throttledSeconds;
  const throttling = createThrottling({ guards: deps.guards, clock, log, metrics, firstSeconds, requester });
  const subscriptionOf = (id: string) => id.split('/')[2] ?? '';
  const followFailure = async (subscription: string, { kind, retryAfter }: ArmFailure) => {
    if (kind === 'throttled') await throttling.follow(subscription, retryAfter);
  };
  /** An operation of the fake Azure does not name its subscription. */
  const operations = new Map<string, string>();
  return {
    guards: throttling.guards,
    arm: {
      getIdentity: () => arm.getIdentity(),

      async read(resource, names, options) {
        const left = await throttling.secondsLeft(resource.subscriptionId);
        if (left > 0) {
          const state = {
            status: 'failed',
            detail: MESSAGE,
            retryable: true,
            throttled: true,
            retryAfter: left,
          } as const;
          return { resource, documents: Object.fromEntries(names.map((name) => [name, state])) };
        }
        const snapshot = await arm.read(resource, names, options);
        for (const { retryAfter } of Object.values(snapshot.documents).filter(isThrottled))
          await throttling.follow(resource.subscriptionId, retryAfter ?? null);
        return snapshot;
      },

      async write(step, body) {
        const subscription = subscriptionOf(step.path);
        const left = await throttling.secondsLeft(subscription);
        if (left > 0) return { kind: 'refused', arm: { status: 429 }, failure: notAsked(left) };
        const answer = await arm.write(step, body);
        if (answer.kind === 'accepted') operations.set(answer.operation, subscription);
        if (answer.kind === 'refused') await followFailure(subscription, answer.failure);
        return answer;
      },

      async pollOperation(url) {
        const subscription = operations.get(url) ?? '';
        const left = await throttling.secondsLeft(subscription);
        if (left > 0) return { kind: 'running', retryAfter: left };
        const state = await arm.pollOperation(url);
        if (state.kind !== 'refused' || state.failure.kind !== 'throttled') return state;
        await followFailure(subscription, state.failure);
        return { kind: 'running', retryAfter: state.failure.retryAfter };
      },
    },
    activityLog: {
      ...activityLog,
      async listWrites(resource, from, to) {
        const left = await throttling.secondsLeft(resource.subscriptionId);
        if (left > 0) return { kind: 'refused', failure: notAsked(left) };
        const result = await activityLog.listWrites(resource, from, to);
        if (result.kind === 'refused') await followFailure(resource.subscriptionId, result.failure);
        return result;
      },

      async listChanges(query) {
        const left = await throttling.secondsLeft(query.subscriptionId);
        if (left > 0) return { kind: 'refused', failure: notAsked(left) };
        const result = await activityLog.listChanges(query);
        if (result.kind === 'refused') await followFailure(query.subscriptionId, result.failure);
        return result;
      },
    },
  };
}

const MESSAGE = 'Azure has asked this subscription to wait, so it was not asked.';

function notAsked(retryAfter: number): ArmFailure {
  return { kind: 'throttled', code: 'NotAsked', message: MESSAGE, retryAfter };
}

function isThrottled(state: DocumentState): state is Failed {
  return state.status === 'failed' && state.throttled === true;
}
