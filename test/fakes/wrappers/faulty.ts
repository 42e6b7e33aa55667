/** One fault at the n-th call of a port: it fails before or after its effect, or the clock jumps before it. */
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { failure, refused } from '../azure/arm.ts';
import type { FakeDeps } from '../deps.ts';
import { type Watch, watchedDeps } from './watched.ts';

export interface FaultyDeps {
  readonly deps: Deps;
  /** The names of the calls up to and including the one with the fault. */
  readonly calls: readonly string[];
  met(): boolean;
}

/** `at` counts, from 1, the calls whose names fit; null: no fault. */
export function faultyDeps(deps: Deps, at: number | null, trouble: Watch, fits = /./): FaultyDeps {
  const calls: string[] = [];
  let met = false;
  return {
    calls,
    met: () => met,
    deps: watchedDeps(deps, (name, call) => {
      if (met || !fits.test(name)) return call();
      calls.push(name);
      met = calls.length === at;
      return met ? trouble(name, call) : call();
    }),
  };
}

/** The call is refused, in the form that its port has for refusals. */
export const refuses: Watch = (name, call) =>
  name === 'arm.write' ? Promise.resolve(refused('throttled', 'TooManyRequests', 90)) : failed(name, call);

/** The call has its effect, and its answer is lost. */
export const losesAnswer: Watch = async (name, call) => {
  const answer = await call();
  return name === 'arm.write' ? refused('transient', 'ETIMEDOUT') : failed(name, async () => answer);
};

/** Azure's ports return their failures; this is one that is thrown. */
export const throws: Watch = async (name) => {
  throw new TypeError(`${name} cannot read properties of undefined`);
};

async function failed(name: string, call: () => Promise<unknown>): Promise<unknown> {
  switch (name) {
    case 'arm.read':
      return unread(await call());
    case 'arm.pollOperation':
      return { kind: 'refused', failure: failure('transient', 'ECONNRESET') };
    case 'estate.countResources':
    case 'estate.listPart':
      return { kind: 'refused', failure: failure('throttled', 'RateLimiting', 20) };
    default:
      throw new StorageUnavailable(`${name} does not answer`);
  }
}

function unread(answer: unknown): Snapshot {
  const { resource, documents } = answer as Snapshot;
  const names = Object.keys(documents);
  return {
    resource,
    documents: Object.fromEntries(
      names.map((name) => [name, { status: 'failed', detail: 'ECONNRESET', retryable: true }]),
    ),
  };
}

/** The ports of an instance whose clock jumps at the n-th call; storage and Azure keep their own time. */
export function clockJumpDeps(deps: FakeDeps, at: number | null, seconds: number): FaultyDeps {
  let ahead = 0;
  const { clock } = deps;
  const own = { now: () => new Date(clock.now().getTime() + ahead), sleep: clock.sleep };
  return faultyDeps({ ...deps, clock: own }, at, (_, call) => {
    ahead = seconds * 1000;
    return call();
  });
}
