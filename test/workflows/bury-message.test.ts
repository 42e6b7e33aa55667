/** What could not be handled is kept with its reason, and its event has an outcome. */
import { describe, expect, test } from 'vitest';
import { buryMessage, forgetFailure, noteFailure } from '../../src/workflows/bury-message.ts';
import { StorageUnavailable, type WorkMessage } from '../../src/workflows/ports.ts';
import { SHOP } from '../world/apps.ts';
import { Crash, crashingWorld } from '../world/crashes.ts';
import { gridEvent } from '../world/event-grid.ts';
import { memoryWorld } from '../world/memory-world.ts';
import { outcomesIn, scene } from '../world/scene.ts';
import { failingWorld } from '../world/watched-world.ts';
import { eventAndRest } from '../world/ways.ts';

async function received() {
  const { world, host } = scene();
  await host.deliver(gridEvent('e', SHOP));
  const [message] = world.stored.sent;
  if (!message) throw new Error('nothing was sent');
  return { world, host, message };
}

describe('promise 1: a message that is given up is a dead letter, and its event is dead', () => {
  test('with the error that was met last', async () => {
    const { world, message } = await received();
    await noteFailure(world, message, new Error('the first'));
    await noteFailure(world, message, new StorageUnavailable('the last'));
    await buryMessage(world, 'reconcile', message);
    expect([...world.stored.deadLetters.values()]).toMatchObject([
      { queue: 'reconcile', message: JSON.stringify(message), resource: SHOP, error: 'StorageUnavailable: the last' },
    ]);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
    expect(world.stored.events[0]).toMatchObject({ auditIds: [], reasons: [{ code: 'dead' }] });
  });

  test('promise 12: without the credentials that its error quotes', async () => {
    const { world, message } = await received();
    await noteFailure(world, message, new Error('GET https://account/table?sv=1&sig=planted failed'));
    await buryMessage(world, 'reconcile', message);
    expect(JSON.stringify([...world.stored.deadLetters])).toContain('sig=***');
    expect(JSON.stringify([...world.stored.deadLetters, ...world.stored.failures])).not.toContain('planted');
  });

  test('buried twice it is one dead letter', async () => {
    const { world, message } = await received();
    await buryMessage(world, 'reconcile', message);
    await buryMessage(world, 'reconcile', message);
    expect(world.stored.deadLetters.size).toBe(1);
  });

  test('a crash at any line of the burial: the platform repeats it, and it is one letter and one outcome', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, message } = await received();
        const crashing = crashingWorld(world, at, when);
        await buryMessage(crashing.world, 'reconcile', message).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        await buryMessage(world, 'reconcile', message);
        expect([world.stored.deadLetters.size, outcomesIn(world)]).toEqual([1, { e: 'dead' }]);
      }
    }
  });

  test('the event that has its outcome already keeps it', async () => {
    const { world, host, message } = await received();
    await host.settle();
    await buryMessage(world, 'reconcile', message);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('the letter is stored first: when the event cannot be concluded, both are tried again', async () => {
    const { world, message } = await received();
    const failing = failingWorld(world, 'events.conclude', new StorageUnavailable('down'), 1);
    await expect(buryMessage(failing, 'reconcile', message)).rejects.toThrow('down');
    expect(world.stored.deadLetters.size).toBe(1);
    await buryMessage(failing, 'reconcile', message);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
  });

  test.each([['no JSON object'], [{ resource: 7 }], [null], [{ resource: '/nowhere', cause: 'wake', attempt: 0 }]])(
    'what is no message, %j, is kept as it came',
    async (message) => {
      const world = memoryWorld();
      await buryMessage(world, 'reconcile', message);
      expect([...world.stored.deadLetters.values()]).toMatchObject([
        { message: JSON.stringify(message), resource: null },
      ]);
    },
  );

  test('what is longer than a letter is cut, and two that begin alike are two letters', async () => {
    const world = memoryWorld();
    const long = (last: string) => ({ resource: 'r', more: `${'\u6f22'.repeat(30_000)}${last}` });
    for (const last of ['a', 'b']) await buryMessage(world, 'reconcile', long(last));
    const letters = [...world.stored.deadLetters.values()];
    expect(letters).toHaveLength(2);
    for (const { message } of letters) {
      expect(JSON.stringify(message).length).toBeLessThan(17_000);
      expect(JSON.parse(message)).toMatch(/^\{"resource":"r".* more characters$/);
    }
  });

  test.each([9000, 100_000])('what has %i levels is kept without those that are too deep', async (levels) => {
    const world = memoryWorld();
    const message = { resource: SHOP, deep: JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) };
    await noteFailure(world, message, new Error('no message'));
    await buryMessage(world, 'reconcile', message);
    const [letter] = world.stored.deadLetters.values();
    expect(letter?.message).toBe(`{"resource":"${SHOP}","deep":${'['.repeat(63)}null${']'.repeat(63)}}`);
    expect(letter?.error).toBe('Error: no message');
  });

  test('a wake-up has no event to conclude', async () => {
    const world = memoryWorld();
    const message: WorkMessage = { resource: SHOP, cause: 'wake', attempt: 3 };
    await buryMessage(world, 'reconcile', message);
    expect([...world.stored.deadLetters.values()]).toMatchObject([{ resource: SHOP }]);
  });

  test('noting a failure never makes another one', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'deadLetters.noteFailure', new StorageUnavailable('down'));
    await noteFailure(failing, {}, new Error('x'));
    expect(world.stored.logged).toMatchObject([{ level: 'warn' }]);
  });

  test('nor does forgetting one', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'deadLetters.forgetFailure', new StorageUnavailable('down'));
    await forgetFailure(failing, {});
    expect(world.stored.logged).toMatchObject([{ level: 'warn', fields: { failure: 'StorageUnavailable: down' } }]);
  });

  test('what stands for two messages is not one letter', async () => {
    const world = memoryWorld();
    await buryMessage(world, 'reconcile', 'one');
    await buryMessage(world, 'reconcile', 'two');
    expect(world.stored.deadLetters.size).toBe(2);
  });
});

test('a message that always fails is given up by the platform, with the error of its last try', async () => {
  const { world, host } = scene({
    ports: (whole) => failingWorld(whole, 'events.waiting', new StorageUnavailable('the table is gone')),
  });
  await eventAndRest(host, 'e', SHOP);
  expect([...world.stored.deadLetters.values()]).toMatchObject([
    { error: 'StorageUnavailable: the table is gone', resource: SHOP },
  ]);
  expect(outcomesIn(world)).toEqual({ e: 'dead' });
  expect(world.stored.queue).toEqual([]);
});
