/**
 * A log that counts what it is told. The counts are stored while messages are handled and not by a timer, because each kind
 * of function has instances of its own, which end whenever nothing is to be done.
 */
import { NO_TALLY, sumOf, type Tally, tallyOf } from './domain/tally.ts';
import type { Log, Tallies } from './workflows/ports.ts';

export interface Counting {
  readonly log: Log;
  /** Stores what was counted, at most every 15 s. Throws nothing: what cannot be stored now is stored later. */
  store(): Promise<void>;
}

const EVERY_MS = 15_000;

export function createCounting(log: Log, tallies: Pick<Tallies, 'add'>, now: () => Date): Counting {
  let unstored: Tally | null = null;
  let dueAt = 0;

  const counting =
    (level: keyof Log): Log[keyof Log] =>
    (fields, message) => {
      const more = tallyOf(fields, message, now());
      if (more !== null) unstored = sumOf(unstored ?? NO_TALLY, more);
      log[level](fields, message);
    };

  return {
    log: { debug: counting('debug'), info: counting('info'), warn: counting('warn'), error: counting('error') },

    async store() {
      const at = now().getTime();
      const taken = unstored;
      if (taken === null || at < dueAt) return;
      unstored = null;
      dueAt = at + EVERY_MS;
      try {
        await tallies.add(taken);
      } catch (error) {
        unstored = sumOf(taken, unstored ?? NO_TALLY);
        log.warn({ error: String(error) }, 'the counts could not be stored; they are kept for later');
      }
    },
  };
}
