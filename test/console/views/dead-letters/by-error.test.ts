/** Dead letters folded by their error. */
import { expect, test } from 'vitest';
import { byError } from '../../../../src/console/views/dead-letters/by-error.ts';

const letters = (...reasons: string[]) => reasons.map((reason) => ({ reason }));

test('the most frequent first; numbers and ids make no difference', () => {
  const id = (digit: string) => `0000000${digit}-0000-4000-8000-000000000001`;
  expect(byError(letters('Lease lost.', `HTTP 500 of ${id('1')}`, `HTTP 500 of ${id('2')}`))).toEqual([
    { error: `HTTP 500 of ${id('1')}`, count: 2 },
    { error: 'Lease lost.', count: 1 },
  ]);
});

test('what is beyond the shown ones is counted', () => {
  expect(byError(letters('a', 'a', 'b', 'c'), 1)).toEqual([
    { error: 'a', count: 2 },
    { error: 'with other errors', count: 2 },
  ]);
});
