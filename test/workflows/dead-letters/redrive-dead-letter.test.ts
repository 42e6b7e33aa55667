/** A message that was given up comes back on request, and its event gets its one real outcome. */

import { describe, expect, test } from 'vitest';
import {
  clearFailure,
  recordDeadLetter,
  recordFailure,
} from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { redriveDeadLetter } from '../../../src/workflows/dead-letters/redrive-dead-letter.ts';
import { receiveEvent } from '../../../src/workflows/events/receive-event.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';
import { Crash, crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };

/** An event whose message was given up, because a table was gone that is there by now. */
async function given() {
  const { world, host } = scene({ app: OLD_TLS, ports: brokenUntil });
  await deliverAndSettle(host, 'e', SHOP);
  expect(outcomesIn(world)).toEqual({ e: 'dead' });
  trouble.over = true;
  return { world, host, id: onlyLetter(world) };
}

const trouble = { over: false };

function brokenUntil(deps: Deps): Deps {
  trouble.over = false;
  return watchedDeps(deps, async (name, call) => {
    if (name === 'events.listWaiting' && !trouble.over) throw new StorageUnavailable('the table is gone');
    return call();
  });
}

describe('releasing a dead letter', () => {
  test('handles the message as if it came for the first time; the event is evaluated, the app fixed', async () => {
    const { world, host, id } = await given();
    await redriveDeadLetter(world, id);
    expect(world.stored.sent.at(-1)).toMatchObject({ resource: SHOP, cause: 'event', event: { id: 'e' }, attempt: 0 });
    expect(outcomesIn(world)).toEqual({ e: null });
    expect([world.stored.deadLetters.size, world.stored.wakeups.size]).toEqual([0, 0]);
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('twice is once', async () => {
    const { world, host, id } = await given();
    await redriveDeadLetter(world, id);
    const sent = world.stored.sent.length;
    await redriveDeadLetter(world, id);
    expect(world.stored.sent).toHaveLength(sent);
    await host.settle();
    await redriveDeadLetter(world, id);
    expect([outcomesIn(world), world.stored.sent.length]).toEqual([{ e: 'evaluated' }, sent]);
  });

  test('what fails again is a dead letter again, and its event dead', async () => {
    const { world, host, id } = await given();
    trouble.over = false;
    await redriveDeadLetter(world, id);
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
    expect(world.stored.deadLetters.size).toBe(1);
  });

  test('an event that got another outcome meanwhile keeps it', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    await host.deliver(gridEvent('e', SHOP));
    const [message] = world.stored.sent;
    await host.settle();
    await recordDeadLetter(world, 'reconcile', message);
    await redriveDeadLetter(world, onlyLetter(world));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('goes back to the queue that it came from', async () => {
    const deps = fakeDeps();
    const run = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    await recordDeadLetter(deps, 'sweep', { resource: SHOP, cause: 'sweep', sweep: run, attempt: 9 });
    await redriveDeadLetter(deps, onlyLetter(deps));
    expect(deps.stored.sweeps.map(({ message }) => message)).toEqual([
      { resource: SHOP, cause: 'sweep', sweep: run, attempt: 0 },
    ]);
    expect(deps.stored.sent).toEqual([]);
  });

  test('what was no message cannot come back, and stays; what never was is not found', async () => {
    const deps = fakeDeps();
    await recordDeadLetter(deps, 'reconcile', { resource: 7 });
    await expect(redriveDeadLetter(deps, onlyLetter(deps))).rejects.toMatchObject({ code: 'invalid' });
    await expect(redriveDeadLetter(deps, 'unknown')).rejects.toMatchObject({ code: 'not-found' });
    expect([deps.stored.deadLetters.size, deps.stored.sent]).toEqual([1, []]);
  });

  test('guarantee 1: a crash at any line, and nobody repeats it: the event has its outcome all the same', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { world, host, id } = await given();
        const crashing = crashingDeps(world, at, when);
        await redriveDeadLetter(crashing.world, id).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        world.clock.advance(120);
        await runHousekeeping(world);
        await host.settle();
        // Nothing is in between: it is still a letter to be released, or it was handled.
        const open = world.stored.deadLetters.size === 1 && outcomesIn(world).e === 'dead';
        expect(open || factsIn(world, 'fix.applied').length === 1, `${when} call ${at}`).toBe(true);
        if (world.stored.deadLetters.size === 1) await redriveDeadLetter(world, id);
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
    const deps = fakeDeps();
    await receiveEvent(deps, event);
    await createHost(deps).settle();
    expect([deps.stored.sent, deps.stored.deadLetters.size]).toEqual([[], 0]);
  });
});

test('what was noted about a message that was handled after all goes; when it cannot go, that is no failure', async () => {
  const deps = fakeDeps();
  const message = { resource: SHOP, cause: 'wake', attempt: 0 };
  await recordFailure(deps, message, new Error('once'));
  expect(deps.stored.failures.size).toBe(1);
  await clearFailure(
    watchedDeps(deps, async () => {
      throw new StorageUnavailable('down');
    }),
    message,
  );
  expect(deps.stored.failures.size).toBe(1);
  await clearFailure(deps, message);
  expect(deps.stored.failures.size).toBe(0);
});

function onlyLetter({ stored }: FakeDeps): string {
  const [id, ...more] = stored.deadLetters.keys();
  if (id === undefined || more.length > 0) throw new Error('there should be one dead letter');
  return id;
}

describe('a page of the sweep', () => {
  test('comes back on the slow queue as if for the first time, and no event waits for it', async () => {
    const deps = fakeDeps();
    const sweep = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    const list = { cause: 'sweep' as const, subscriptionId: 'x', scope: '/subscriptions/x', token: null, after: '' };
    await recordDeadLetter(deps, 'sweep', { list, sweep, attempt: 20 });
    await redriveDeadLetter(deps, onlyLetter(deps));
    expect(deps.stored.sweeps.map(({ message }) => message)).toEqual([{ list, sweep, attempt: 0 }]);
    expect([deps.stored.sent, deps.stored.wakeups.size, deps.stored.deadLetters.size]).toEqual([[], 0, 0]);
  });
});

describe('a refusal says why', () => {
  test.each([
    ['no letter', null, 'not-found', 'There is no dead letter with this id.'],
    ['no message', { nothing: true }, 'invalid', 'It is no message that Plumbline can handle, now or later.'],
  ])('%s', async (_, message, code, text) => {
    const deps = fakeDeps();
    if (message) await recordDeadLetter(deps, 'reconcile', message);
    const id = message ? onlyLetter(deps) : 'nobody';
    await expect(redriveDeadLetter(deps, id)).rejects.toMatchObject({ code, message: text });
  });
});
