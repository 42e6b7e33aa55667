/** The n-th call to the world meets a trouble, once: it fails before or after its effect, or our clock jumps before it. */
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { StorageUnavailable, type World } from '../../src/workflows/ports.ts';
import { failure, refused } from './memory-azure.ts';
import type { MemoryWorld } from './memory-world.ts';
import { type Watch, watchedWorld } from './watched-world.ts';

export interface TroubledWorld {
  readonly world: World;
  /** The calls until the trouble, that one included. */
  readonly calls: readonly string[];
  met(): boolean;
}

/** `at` counts from 1 the calls whose names fit; null has no trouble. */
export function troubledWorld(world: World, at: number | null, trouble: Watch, fits = /./): TroubledWorld {
  const calls: string[] = [];
  let met = false;
  return {
    calls,
    met: () => met,
    world: watchedWorld(world, (name, call) => {
      if (met || !fits.test(name)) return call();
      calls.push(name);
      met = calls.length === at;
      return met ? trouble(name, call) : call();
    }),
  };
}

/** It is refused, as its port tells so. */
export const refuses: Watch = (name, call) =>
  name === 'arm.write' ? Promise.resolve(refused('throttled', 'TooManyRequests', 90)) : failed(name, call);

/** It has its effect, and the answer is lost. */
export const losesAnswer: Watch = async (name, call) => {
  const answer = await call();
  return name === 'arm.write' ? refused('transient', 'ETIMEDOUT') : failed(name, async () => answer);
};

/** Azure's ports tell of their failures; this is one that they did not expect. */
export const throws: Watch = async (name) => {
  throw new TypeError(`${name} cannot read properties of undefined`);
};

async function failed(name: string, call: () => Promise<unknown>): Promise<unknown> {
  switch (name) {
    case 'arm.read':
      return unread(await call());
    case 'arm.operation':
      return { kind: 'refused', failure: failure('transient', 'ECONNRESET') };
    case 'estate.list':
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
      names.map((name) => [name, { status: 'failed', detail: 'ECONNRESET', passing: true }]),
    ),
  };
}

/** The world as an instance sees it whose clock jumps at the n-th call; storage and Azure keep their own time. */
export function jumpingWorld(world: MemoryWorld, at: number | null, seconds: number): TroubledWorld {
  let ahead = 0;
  const { clock } = world;
  const own = { now: () => new Date(clock.now().getTime() + ahead), sleep: clock.sleep };
  return troubledWorld({ ...world, clock: own }, at, (_, call) => {
    ahead = seconds * 1000;
    return call();
  });
}
