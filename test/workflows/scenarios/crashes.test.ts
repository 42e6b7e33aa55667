/**
 * The process may end at any line. Every scenario is run once without a crash, and then with a crash before or after
 * its first, second, third, ... call of a port, until all calls are done. Each run must have the same result. A crash that
 * leaves what the crash at the call before leaves is not tried again, but for one scenario.
 */
import { afterAll, describe, test } from 'vitest';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { isSameAfter, isSameBefore } from '../../fakes/wrappers/points.ts';
import { walkEveryPoint } from './walks.ts';

let total = 0;
afterAll(() => console.info(`crash points: ${total}`));

describe.each(SCENARIOS)('guarantees 1, 4 and 8: a crash at any line of the scenario: $title', (way) => {
  // The message of a dead process becomes visible before any wakeup is due, or late, after housekeeping.
  test.for([
    ['before', 30, isSameBefore],
    ['after', 600, isSameAfter],
  ] as const)(
    'a crash %s a call, with the message back after %i s, has the same result as no crash',
    async ([when, seconds, isSame]) => {
      total += await walkEveryPoint(way, {
        afterCrashSeconds: seconds,
        ...(way.triesEveryCall ? {} : { isSame }),
        meet: (deps, at) => {
          const crashing = crashingDeps(deps, at, when);
          return { ...crashing, met: crashing.crashed };
        },
      });
    },
  );
});
