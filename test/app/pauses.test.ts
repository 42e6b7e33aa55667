import { expect, it } from 'vitest';
import { readPauses } from '../../src/app/pauses.ts';
import { PAUSES } from '../../src/workflows/ports/pauses.ts';

it('are those of a deployment unless the environment says otherwise', () => {
  expect(readPauses({})).toEqual(PAUSES);
});

it('are shortened one by one', () => {
  expect(readPauses({ PLUMBLINE_PAUSES: '{"verifySeconds":2}' })).toEqual({ ...PAUSES, verifySeconds: 2 });
});

it.each(['{"verify":2}', '{"verifySeconds":-1}', '{"verifySeconds":"2"}', '2 s'])('%s is refused', (given) => {
  expect(() => readPauses({ PLUMBLINE_PAUSES: given })).toThrow();
});
