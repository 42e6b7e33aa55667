import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/functions/one-at-a-time.ts';

test('work with one key is done in order, also after a failure, and keeps no other key waiting', async () => {
  const inTurn = oneAtATime();
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const work = (key: string, name: string) =>
    inTurn(key, () => {
      started.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    });
  const all = Promise.allSettled([work('a', 'a1'), work('a', 'a2'), work('b', 'b1'), work('a', 'a3')]);
  await expect.poll(() => started).toEqual(['a1', 'b1']);
  ends.get('a1')?.(new Error('failed'));
  await expect.poll(() => started).toEqual(['a1', 'b1', 'a2']);
  ends.get('a2')?.();
  await expect.poll(() => started).toEqual(['a1', 'b1', 'a2', 'a3']);
  for (const name of ['b1', 'a3']) ends.get(name)?.();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  // Nothing waits for what has ended.
  const next = work('a', 'a4');
  await expect.poll(() => started.at(-1)).toBe('a4');
  ends.get('a4')?.();
  expect(await next).toBe('a4');
});
