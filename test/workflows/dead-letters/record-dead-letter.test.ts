/** A message that could not be handled is kept with its reason, and its event has an outcome. */

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
  const { deps, host } = scene();
  await host.deliver(gridEvent('e', SHOP));
  const [message] = deps.stored.sent;
  if (!message) throw new Error('nothing was sent');
  return { deps, host, message };
}

describe('guarantee 1: a message that is given up is a dead letter, and its event is dead', () => {
  test('the dead letter has the last error', async () => {
    const { deps, message } = await received();
    await recordFailure(deps, message, new Error('the first'));
    await recordFailure(deps, message, new StorageUnavailable('the last'));
    await recordDeadLetter(deps, 'reconcile', message);
    expect([...deps.stored.deadLetters.values()]).toMatchObject([
      { queue: 'reconcile', message: JSON.stringify(message), resource: SHOP, error: 'StorageUnavailable: the last' },
    ]);
    expect(outcomesIn(deps)).toEqual({ e: 'dead' });
    expect(deps.stored.events[0]).toMatchObject({ auditIds: [], reasons: [{ code: 'dead' }] });
  });

  test('guarantee 12: credentials in the error are masked', async () => {
    const { deps, message } = await received();
    await recordFailure(deps, message, new Error('GET https://account/table?sv=1&sig=planted failed'));
    await recordDeadLetter(deps, 'reconcile', message);
    expect(JSON.stringify([...deps.stored.deadLetters])).toContain('sig=***');
    expect(JSON.stringify([...deps.stored.deadLetters, ...deps.stored.failures])).not.toContain('planted');
  });

  test('recording it twice gives one dead letter', async () => {
    const { deps, message } = await received();
    await recordDeadLetter(deps, 'reconcile', message);
    await recordDeadLetter(deps, 'reconcile', message);
    expect(deps.stored.deadLetters.size).toBe(1);
  });

  test('a crash at any line gives one dead letter and one outcome after a repetition', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { deps, message } = await received();
        const crashing = crashingDeps(deps, at, when);
        await recordDeadLetter(crashing.deps, 'reconcile', message).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        await recordDeadLetter(deps, 'reconcile', message);
        expect([deps.stored.deadLetters.size, outcomesIn(deps)]).toEqual([1, { e: 'dead' }]);
      }
    }
  });

  test('an event that has its outcome keeps it', async () => {
    const { deps, host, message } = await received();
    await host.settle();
    await recordDeadLetter(deps, 'reconcile', message);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('the dead letter is stored first, and both steps are repeated when the event cannot be concluded', async () => {
    const { deps, message } = await received();
    const failing = failingDeps(deps, 'events.conclude', new StorageUnavailable('down'), 1);
    await expect(recordDeadLetter(failing, 'reconcile', message)).rejects.toThrow('down');
    expect(deps.stored.deadLetters.size).toBe(1);
    await recordDeadLetter(failing, 'reconcile', message);
    expect(outcomesIn(deps)).toEqual({ e: 'dead' });
  });

  test.each([['no JSON object'], [{ resource: 7 }], [null], [{ resource: '/nowhere', cause: 'wake', attempt: 0 }]])(
    'a value that is no message, %j, is kept unchanged',
    async (message) => {
      const deps = fakeDeps();
      await recordDeadLetter(deps, 'reconcile', message);
      expect([...deps.stored.deadLetters.values()]).toMatchObject([
        { message: JSON.stringify(message), resource: null },
      ]);
    },
  );

  test('a long message is cut, and two with the same beginning are two dead letters', async () => {
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

  test.each([9000, 100_000])('a message of %i levels is kept without the deepest ones', async (levels) => {
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

  test('an error while a failure is recorded is only logged', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'deadLetters.recordFailure', new StorageUnavailable('down'));
    await recordFailure(failing, {}, new Error('x'));
    expect(deps.stored.logged).toMatchObject([{ level: 'warn' }]);
  });

  test('an error while a failure is cleared is only logged', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'deadLetters.clearFailure', new StorageUnavailable('down'));
    await clearFailure(failing, {});
    expect(deps.stored.logged).toMatchObject([{ level: 'warn', fields: { failure: 'StorageUnavailable: down' } }]);
  });

  test('two different texts are two dead letters', async () => {
    const deps = fakeDeps();
    await recordDeadLetter(deps, 'reconcile', 'one');
    await recordDeadLetter(deps, 'reconcile', 'two');
    expect(deps.stored.deadLetters.size).toBe(2);
  });
});

test('a message that always fails is given up by the platform, with the error of its last try', async () => {
  const { deps, host } = scene({
    ports: (whole) => failingDeps(whole, 'resources.load', new StorageUnavailable('the table is gone')),
  });
  await deliverAndSettle(host, 'e', SHOP);
  expect([...deps.stored.deadLetters.values()]).toMatchObject([
    { error: 'StorageUnavailable: the table is gone', resource: SHOP },
  ]);
  expect(outcomesIn(deps)).toEqual({ e: 'dead' });
  expect(deps.stored.queue).toEqual([]);
});
