/** A message that was given up comes back on request, and its event gets its one real outcome. */
import { describe, expect, test } from 'vitest';
import { buryMessage, forgetFailure, noteFailure } from '../../src/workflows/bury-message.ts';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import { StorageUnavailable, type World } from '../../src/workflows/ports.ts';
import { receiveEvent } from '../../src/workflows/receive-event.ts';
import { releaseLetter } from '../../src/workflows/release-letter.ts';
import { SHOP } from '../world/apps.ts';
import { Crash, crashingWorld } from '../world/crashes.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost } from '../world/host.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';
import { factsIn, outcomesIn, scene } from '../world/scene.ts';
import { watchedWorld } from '../world/watched-world.ts';
import { eventAndRest } from '../world/ways.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };

/** An event whose message was given up, because a table was gone that is there by now. */
async function given() {
  const { world, host } = scene({ app: OLD_TLS, ports: brokenUntil });
  await eventAndRest(host, 'e', SHOP);
  expect(outcomesIn(world)).toEqual({ e: 'dead' });
  trouble.over = true;
  return { world, host, id: onlyLetter(world) };
}
const trouble = { over: false };

function brokenUntil(world: World): World {
  trouble.over = false;
  return watchedWorld(world, async (name, call) => {
    if (name === 'events.waiting' && !trouble.over) throw new StorageUnavailable('the table is gone');
    return call();
  });
}

describe('releasing a dead letter', () => {
  test('handles the message as if it came for the first time; the event is evaluated, the app fixed', async () => {
    const { world, host, id } = await given();
    await releaseLetter(world, id);
    expect(world.stored.sent.at(-1)).toMatchObject({ resource: SHOP, cause: 'event', event: { id: 'e' }, attempt: 0 });
    expect(outcomesIn(world)).toEqual({ e: null });
    expect([world.stored.deadLetters.size, world.stored.alarms.size]).toEqual([0, 0]);
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('twice is once', async () => {
    const { world, host, id } = await given();
    await releaseLetter(world, id);
    const sent = world.stored.sent.length;
    await releaseLetter(world, id);
    expect(world.stored.sent).toHaveLength(sent);
    await host.settle();
    await releaseLetter(world, id);
    expect([outcomesIn(world), world.stored.sent.length]).toEqual([{ e: 'evaluated' }, sent]);
  });

  test('what fails again is a dead letter again, and its event dead', async () => {
    const { world, host, id } = await given();
    trouble.over = false;
    await releaseLetter(world, id);
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
    expect(world.stored.deadLetters.size).toBe(1);
  });

  test('an event that got another outcome meanwhile keeps it', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    await host.deliver(gridEvent('e', SHOP));
    const [message] = world.stored.sent;
    await host.settle();
    await buryMessage(world, 'reconcile', message);
    await releaseLetter(world, onlyLetter(world));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('goes back to the queue that it came from', async () => {
    const world = memoryWorld();
    const run = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    await buryMessage(world, 'sweep', { resource: SHOP, cause: 'sweep', sweep: run, attempt: 9 });
    await releaseLetter(world, onlyLetter(world));
    expect(world.stored.sweeps.map(({ message }) => message)).toEqual([
      { resource: SHOP, cause: 'sweep', sweep: run, attempt: 0 },
    ]);
    expect(world.stored.sent).toEqual([]);
  });

  test('what was no message cannot come back, and stays; what never was is not found', async () => {
    const world = memoryWorld();
    await buryMessage(world, 'reconcile', { resource: 7 });
    await expect(releaseLetter(world, onlyLetter(world))).rejects.toMatchObject({ code: 'invalid' });
    await expect(releaseLetter(world, 'unknown')).rejects.toMatchObject({ code: 'not-found' });
    expect([world.stored.deadLetters.size, world.stored.sent]).toEqual([1, []]);
  });

  test('promise 1: a crash at any line, and nobody repeats it: the event has its outcome all the same', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, host, id } = await given();
        const crashing = crashingWorld(world, at, when);
        await releaseLetter(crashing.world, id).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        world.clock.advance(120);
        await housekeep(world);
        await host.settle();
        // Nothing is in between: it is still a letter to be released, or it was handled.
        const open = world.stored.deadLetters.size === 1 && outcomesIn(world).e === 'dead';
        expect(open || factsIn(world, 'fix.applied').length === 1, `${when} call ${at}`).toBe(true);
        if (world.stored.deadLetters.size === 1) await releaseLetter(world, id);
        await host.settle();
        expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
        expect(['evaluated', 'covered']).toContain(outcomesIn(world).e);
      }
    }
  });
});

describe('what never ends there', () => {
  test.each([
    [
      'an event about nothing of ours',
      gridEvent('e', '/subscriptions/x/resourceGroups/g/providers/Microsoft.Sql/servers/s'),
    ],
    ['an action', gridEvent('e', SHOP, { type: 'ResourceActionSuccess' })],
    ['an event without subject', { id: 'e', eventType: 'Microsoft.Resources.ResourceWriteSuccess', data: {} }],
    ['something else', { strange: true }],
  ])('%s', async (_, event) => {
    const world = memoryWorld();
    await receiveEvent(world, event);
    await createHost(world).settle();
    expect([world.stored.sent, world.stored.deadLetters.size]).toEqual([[], 0]);
  });
});

test('what was noted about a message that was handled after all goes; when it cannot go, that is no failure', async () => {
  const world = memoryWorld();
  const message = { resource: SHOP, cause: 'wake', attempt: 0 };
  await noteFailure(world, message, new Error('once'));
  expect(world.stored.failures.size).toBe(1);
  await forgetFailure(
    watchedWorld(world, async () => {
      throw new StorageUnavailable('down');
    }),
    message,
  );
  expect(world.stored.failures.size).toBe(1);
  await forgetFailure(world, message);
  expect(world.stored.failures.size).toBe(0);
});

function onlyLetter({ stored }: MemoryWorld): string {
  const [id, ...more] = stored.deadLetters.keys();
  if (id === undefined || more.length > 0) throw new Error('there should be one dead letter');
  return id;
}

describe('a page of the sweep', () => {
  test('comes back on the slow queue as if for the first time, and no event waits for it', async () => {
    const world = memoryWorld();
    const sweep = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    const list = { cause: 'sweep' as const, subscriptionId: 'x', scope: '/subscriptions/x', token: null, after: '' };
    await buryMessage(world, 'sweep', { list, sweep, attempt: 20 });
    await releaseLetter(world, onlyLetter(world));
    expect(world.stored.sweeps.map(({ message }) => message)).toEqual([{ list, sweep, attempt: 0 }]);
    expect([world.stored.sent, world.stored.alarms.size, world.stored.deadLetters.size]).toEqual([[], 0, 0]);
  });
});

describe('a refusal says why', () => {
  test.each([
    ['no letter', null, 'not-found', 'There is no dead letter with this id.'],
    ['no message', { nothing: true }, 'invalid', 'It is no message that Plumbline can handle, now or later.'],
  ])('%s', async (_, message, code, text) => {
    const world = memoryWorld();
    if (message) await buryMessage(world, 'reconcile', message);
    const id = message ? onlyLetter(world) : 'nobody';
    await expect(releaseLetter(world, id)).rejects.toMatchObject({ code, message: text });
  });
});
