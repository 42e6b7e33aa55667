/** The process ends before or after its n-th call to the world; until it is started again, every further call fails, too. */
import type { World } from '../../src/workflows/ports.ts';
import { watchedWorld } from './watched-world.ts';

export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface CrashingWorld {
  readonly world: World;
  /** The calls that were begun, by name, until the crash. */
  readonly calls: readonly string[];
  crashed(): boolean;
  restart(): void;
}

/** `at` counts from 1; null never crashes. */
export function crashingWorld(world: World, at: number | null, when: 'before' | 'after'): CrashingWorld {
  const calls: string[] = [];
  let crashed = false;
  let dead = false;
  const crash = () => {
    crashed = true;
    dead = true;
    return new Crash(`${when} call ${at}, ${calls.at(-1)}`);
  };
  return {
    calls,
    crashed: () => crashed,
    restart: () => {
      dead = false;
    },
    world: watchedWorld(world, async (name, call) => {
      if (dead) throw new Crash('the process has ended');
      if (crashed) return call();
      calls.push(name);
      const here = calls.length === at;
      if (here && when === 'before') throw crash();
      if (!here) return call();
      await call().catch(() => undefined);
      throw crash();
    }),
  };
}
