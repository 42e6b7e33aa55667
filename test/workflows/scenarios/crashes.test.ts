/**
 * The process may end at any line. Every way is walked once in peace; then again and again, ending before or after its
 * first, second, third, ... call to the world, until it is through. Each time the world must come to the same end.
 */
import { afterAll, describe, test } from 'vitest';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { walkEveryPoint } from './walks.ts';

let total = 0;
afterAll(() => console.info(`crash points: ${total}`));

describe.each(SCENARIOS)('guarantees 1, 4 and 8: a crash at any line, on the way of $title', (way) => {
  // A message of a dead process shows again soon, before any alarm rings; or late, when housekeeping was there already.
  test.for([
    ['before', 30],
    ['after', 600],
  ] as const)('%s a call, the message being back after %i s, leaves what no crash leaves', async ([when, seconds]) => {
    total += await walkEveryPoint(way, {
      afterCrashSeconds: seconds,
      meet: (deps, at) => {
        const crashing = crashingDeps(deps, at, when);
        return { ...crashing, met: crashing.crashed };
      },
    });
  });
});
