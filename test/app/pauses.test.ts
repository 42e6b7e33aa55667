import { expect, it } from 'vitest';
import { readPauses } from '../../src/app/pauses.ts';

/** Those of a deployment. */
const PAUSES = {
  verifySeconds: 30,
  retrySeconds: 5,
  throttledSeconds: 10,
  sweepReadsPerSecond: 12.5,
  sweepPartSeconds: 1,
  activityLogSeconds: 300,
  leaseSeconds: 30,
  rememberSeconds: 5,
  countersSeconds: 15,
  gateMinuteSeconds: 60,
};

it('the pauses are those of a deployment by default', () => {
  expect(readPauses({})).toEqual(PAUSES);
});

it('each pause can be shortened in the environment', () => {
  expect(readPauses({ PLUMBLINE_PAUSES: '{"verifySeconds":2}' })).toEqual({ ...PAUSES, verifySeconds: 2 });
});

it.each(['{"verify":2}', '{"verifySeconds":-1}', '{"verifySeconds":"2"}', '2 s'])('%s is refused', (given) => {
  expect(() => readPauses({ PLUMBLINE_PAUSES: given })).toThrow();
});
