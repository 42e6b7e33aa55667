/**
 * A log that counts what it is told. Each kind of function has instances of its own, which end when nothing is to be done:
 * so what is counted is stored right behind the work, and what follows soon after it at the end of a short wait.
 */
import { NO_TALLY, sumOf, type Tally, tallyOf } from './domain/tally.ts';
import type { Log, Tallies } from './workflows/ports.ts';

export interface Counting {
  readonly log: Log;
  /** Stores what was counted, now or within 15 s: no oftener. Throws nothing: what cannot be stored now is stored later. */
  store(): Promise<void>;
}

export interface Timing {
  now(): Date;
  /** Does something after so many milliseconds, if the process lives. */
  after(milliseconds: number, work: () => void): void;
}

const EVERY_MS = 15_000;

export function createCounting(log: Log, tallies: Pick<Tallies, 'add'>, { now, after }: Timing): Counting {
  let unstored: Tally | null = null;
  let dueAt = 0;
  let waits = false;

  const counting =
    (level: keyof Log): Log[keyof Log] =>
    (fields, message) => {
      const more = tallyOf(fields, message, now());
      if (more !== null) unstored = sumOf(unstored ?? NO_TALLY, more);
      log[level](fields, message);
    };

  async function store(): Promise<void> {
    const taken = unstored;
    if (taken === null) return;
    const left = dueAt - now().getTime();
    // One that is further away was set by a clock that has gone back since.
    if (left > 0 && left <= EVERY_MS) return storeIn(left);
    unstored = null;
    dueAt = now().getTime() + EVERY_MS;
    try {
      await tallies.add(taken);
    } catch (error) {
      unstored = sumOf(taken, unstored ?? NO_TALLY);
      log.warn({ error: String(error) }, 'the counts could not be stored; they are kept for later');
    }
  }

  function storeIn(milliseconds: number): void {
    if (waits) return;
    waits = true;
    after(milliseconds, () => {
      waits = false;
      void store();
    });
  }

  return {
    store,
    log: { debug: counting('debug'), info: counting('info'), warn: counting('warn'), error: counting('error') },
  };
}
