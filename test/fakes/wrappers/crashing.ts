/** The process crashes before or after its n-th call of a port. Until it is restarted, every further call fails, too. */
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { watchedDeps } from './watched.ts';

export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface CrashingDeps {
  readonly deps: Deps;
  /** The names of the calls that were started until the crash. */
  readonly calls: readonly string[];
  crashed(): boolean;
  restart(): void;
}

/** `at` counts from 1; null never crashes. */
export function crashingDeps(deps: Deps, at: number | null, when: 'before' | 'after'): CrashingDeps {
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
    deps: watchedDeps(deps, async (name, call) => {
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
