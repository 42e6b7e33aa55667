/** What could not be handled is kept with its reason, and its event has an outcome. */

import { describe, expect, test } from 'vitest';
import {
  clearFailure,
  recordDeadLetter,
  recordFailure,
} from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { outcomesIn, scene } from '../../fakes/scenarios/scene.ts';
import { Crash, crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

async function received() {
  const { world, host } = scene();
  await host.deliver(gridEvent('e', SHOP));
  const [message] = world.stored.sent;
  if (!message) throw new Error('nothing was sent');
  return { world, host, message };
}

describe('guarantee 1: a message that is given up is a dead letter, and its event is dead', () => {
  test('with the error that was met last', async () => {
    const { world, message } = await received();
    await recordFailure(world, message, new Error('the first'));
    await recordFailure(world, message, new StorageUnavailable('the last'));
    await recordDeadLetter(world, 'reconcile', message);
    expect([...world.stored.deadLetters.values()]).toMatchObject([
      { queue: 'reconcile', message: JSON.stringify(message), resource: SHOP, error: 'StorageUnavailable: the last' },
    ]);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
    expect(world.stored.events[0]).toMatchObject({ auditIds: [], reasons: [{ code: 'dead' }] });
  });

  test('guarantee 12: without the credentials that its error quotes', async () => {
    const { world, message } = await received();
    await recordFailure(world, message, new Error('GET https://account/table?sv=1&sig=planted failed'));
    await recordDeadLetter(world, 'reconcile', message);
    expect(JSON.stringify([...world.stored.deadLetters])).toContain('sig=***');
    expect(JSON.stringify([...world.stored.deadLetters, ...world.stored.failures])).not.toContain('planted');
  });

  test('buried twice it is one dead letter', async () => {
    const { world, message } = await received();
    await recordDeadLetter(world, 'reconcile', message);
    await recordDeadLetter(world, 'reconcile', message);
    expect(world.stored.deadLetters.size).toBe(1);
  });

  test('a crash at any line of the burial: the platform repeats it, and it is one letter and one outcome', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, message } = await received();
        const crashing = crashingDeps(world, at, when);
        await recordDeadLetter(crashing.world, 'reconcile', message).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        await recordDeadLetter(world, 'reconcile', message);
        expect([world.stored.deadLetters.size, outcomesIn(world)]).toEqual([1, { e: 'dead' }]);
      }
    }
  });

  test('the event that has its outcome already keeps it', async () => {
    const { world, host, message } = await received();
    await host.settle();
    await recordDeadLetter(world, 'reconcile', message);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('the letter is stored first: when the event cannot be concluded, both are tried again', async () => {
    const { world, message } = await received();
    const failing = failingDeps(world, 'events.conclude', new StorageUnavailable('down'), 1);
    await expect(recordDeadLetter(failing, 'reconcile', message)).rejects.toThrow('down');
    expect(world.stored.deadLetters.size).toBe(1);
    await recordDeadLetter(failing, 'reconcile', message);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
  });

  test.each([['no JSON object'], [{ resource: 7 }], [null], [{ resource: '/nowhere', cause: 'wake', attempt: 0 }]])(
    'what is no message, %j, is kept as it came',
    async (message) => {
      const deps = fakeDeps();
      await recordDeadLetter(deps, 'reconcile', message);
      expect([...deps.stored.deadLetters.values()]).toMatchObject([
        { message: JSON.stringify(message), resource: null },
      ]);
    },
  );

  test('what is longer than a letter is cut, and two that begin alike are two letters', async () => {
    const deps = fakeDeps();
    const long = (last: string) => ({ resource: 'r', more: `${'\u6f22'.repeat(30_000)}${last}` });
    for (const last of ['a', 'b']) await recordDeadLetter(deps, 'reconcile', long(last));
    const letters = [...deps.stored.deadLetters.values()];
    expect(letters).toHaveLength(2);
    for (const { message } of letters) {
      expect(JSON.stringify(message).length).toBeLessThan(17_000);
      expect(JSON.parse(message)).toMatch(/^\{"resource":"r".* more characters$/);
    }
  });

  test.each([9000, 100_000])('what has %i levels is kept without those that are too deep', async (levels) => {
    const deps = fakeDeps();
    const message = { resource: SHOP, deep: JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) };
    await recordFailure(deps, message, new Error('no message'));
    await recordDeadLetter(deps, 'reconcile', message);
    const [letter] = deps.stored.deadLetters.values();
    expect(letter?.message).toBe(`{"resource":"${SHOP}","deep":${'['.repeat(63)}null${']'.repeat(63)}}`);
    expect(letter?.error).toBe('Error: no message');
  });

  test('a wake-up has no event to conclude', async () => {
    const deps = fakeDeps();
    const message: WorkMessage = { resource: SHOP, cause: 'wake', attempt: 3 };
    await recordDeadLetter(deps, 'reconcile', message);
    expect([...deps.stored.deadLetters.values()]).toMatchObject([{ resource: SHOP }]);
  });

  test('noting a failure never makes another one', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'deadLetters.recordFailure', new StorageUnavailable('down'));
    await recordFailure(failing, {}, new Error('x'));
    expect(deps.stored.logged).toMatchObject([{ level: 'warn' }]);
  });

  test('nor does forgetting one', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'deadLetters.clearFailure', new StorageUnavailable('down'));
    await clearFailure(failing, {});
    expect(deps.stored.logged).toMatchObject([{ level: 'warn', fields: { failure: 'StorageUnavailable: down' } }]);
  });

  test('what stands for two messages is not one letter', async () => {
    const deps = fakeDeps();
    await recordDeadLetter(deps, 'reconcile', 'one');
    await recordDeadLetter(deps, 'reconcile', 'two');
    expect(deps.stored.deadLetters.size).toBe(2);
  });
});

test('a message that always fails is given up by the platform, with the error of its last try', async () => {
  const { world, host } = scene({
    ports: (whole) => failingDeps(whole, 'events.listWaiting', new StorageUnavailable('the table is gone')),
  });
  await deliverAndSettle(host, 'e', SHOP);
  expect([...world.stored.deadLetters.values()]).toMatchObject([
    { error: 'StorageUnavailable: the table is gone', resource: SHOP },
  ]);
  expect(outcomesIn(world)).toEqual({ e: 'dead' });
  expect(world.stored.queue).toEqual([]);
});
