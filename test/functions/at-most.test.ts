import { expect, test } from 'vitest';
import { atMost } from '../../src/functions/at-most.ts';

test('no more than the limit is in work, the others follow in order, and failures give their place back', async () => {
  const gate = atMost(2);
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const work = (index: number) =>
    gate(() => {
      started.push(index);
      return new Promise<number>((resolve, reject) => {
        ends.set(index, (error) => (error ? reject(error) : resolve(index)));
      });
    });
  const all = [0, 1, 2, 3].map(work);
  const settled = Promise.allSettled(all);
  await expect.poll(() => started).toEqual([0, 1]);
  ends.get(1)?.(new Error('failed'));
  await expect.poll(() => started).toEqual([0, 1, 2]);
  ends.get(0)?.();
  await expect.poll(() => started).toEqual([0, 1, 2, 3]);
  ends.get(2)?.();
  ends.get(3)?.();
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  // All places are free again.
  const more = [4, 5].map(work);
  await expect.poll(() => started).toEqual([0, 1, 2, 3, 4, 5]);
  for (const index of [4, 5]) ends.get(index)?.();
  await Promise.all(more);
});
