/**
 * Any call may fail, before or after its effect: tables, queues, blobs and Azure. The clock of an instance may jump
 * between any two calls. Each run must have the same result as one without failure.
 */
import { afterAll, describe, test } from 'vitest';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';
import { clockJumpDeps, faultyDeps, losesAnswer, refuses, throws } from '../../fakes/wrappers/faulty.ts';
import { changesNothing, isSameTime } from '../../fakes/wrappers/points.ts';
import { type Walk, walkEveryPoint } from './walks.ts';

const totals = new Map<string, number>();
afterAll(() => console.info(`points of failure: ${[...totals].map((total) => total.join(' ')).join(', ')}`));

describe.each(SCENARIOS)('guarantees 1, 2, 4 and 8: the scenario: $title', (way) => {
  test.for([
    ['refused', refuses, /./],
    // A call that changes nothing is the same without its answer as when it is refused.
    ['carried out without an answer', losesAnswer, /./, changesNothing],
    ['the first to find a bug', throws, /^(arm|estate)\./],
  ] as const)('a call that is %s once has the same result as no failure', async ([name, trouble, fits, isSame]) => {
    const points = await walkEveryPoint(way, {
      meet: (deps, at) => faultyDeps(deps, at, trouble, fits),
      ...(isSame === undefined || way.triesEveryCall ? {} : { isSame }),
    });
    totals.set(name, (totals.get(name) ?? 0) + points);
  });
});

describe.each(SCENARIOS.filter(({ comparesTimesOfAzure }) => !comparesTimesOfAzure))(
  'guarantees 1, 2, 4 and 8: the scenario: $title',
  (way) => {
    test.for([5, -5])('a clock that jumps by %i hours at any call has the same result', async (hours) => {
      const meet: Walk['meet'] = (deps, at) => clockJumpDeps(deps, at, hours * 3600);
      // Another hour has another budget, so that fixes may not have been held.
      const points = await walkEveryPoint(way, {
        ...{ meet, restSeconds: 6 * 3600, apartFrom: 'notified' as const },
        ...(way.triesEveryCall ? {} : { isSame: isSameTime }),
      });
      totals.set('jumps', (totals.get('jumps') ?? 0) + points);
    });
  },
);
