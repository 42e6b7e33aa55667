/** A clock that moves only when a test moves it, or when somebody sleeps. */
import type { Clock } from '../../src/workflows/ports/runtime.ts';

export interface SettableClock extends Clock {
  /** Moves on by so many seconds. */
  advance(seconds: number): void;
  /** Moves on to a time; a time in the past changes nothing. */
  advanceTo(time: Date): void;
}

export function settableClock(start: string): SettableClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    sleep: async (milliseconds) => {
      at += milliseconds;
    },
    advance: (seconds) => {
      at += seconds * 1000;
    },
    advanceTo: (time) => {
      at = Math.max(at, time.getTime());
    },
  };
}
