/**
 * Any call may fail: tables, queues, blobs and Azure, before their effect or after it; and an instance's clock may jump
 * between any two calls. Each time the world must come to the same end as in peace.
 */
import { afterAll, describe, test } from 'vitest';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';
import { clockJumpDeps, faultyDeps, losesAnswer, refuses, throws } from '../../fakes/wrappers/faulty.ts';
import { type Walk, walkEveryPoint } from './walks.ts';

const totals = new Map<string, number>();
afterAll(() => console.info(`points of failure: ${[...totals].map((total) => total.join(' ')).join(', ')}`));

describe.each(SCENARIOS)('guarantees 1, 2, 4 and 8: on the way of $title', (way) => {
  test.for([
    ['refused', refuses, /./],
    ['carried out without an answer', losesAnswer, /./],
    ['the first to find a bug', throws, /^(arm|estate)\./],
  ] as const)('a call that is %s once leaves what no failure leaves', async ([told, trouble, fits]) => {
    const points = await walkEveryPoint(way, { meet: (deps, at) => faultyDeps(deps, at, trouble, fits) });
    totals.set(told, (totals.get(told) ?? 0) + points);
  });

  test.for([5, -5])('a clock that jumps by %i hours at any call changes nothing', async (hours) => {
    const meet: Walk['meet'] = (deps, at) => clockJumpDeps(deps, at, hours * 3600);
    // Another hour has another budget, so that nothing may have been held.
    const points = await walkEveryPoint(way, { meet, restSeconds: 6 * 3600, apartFrom: 'told' });
    totals.set('jumps', (totals.get('jumps') ?? 0) + points);
  });
});
