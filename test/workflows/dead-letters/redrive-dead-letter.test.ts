/** A dead letter is released on request, and its event gets one outcome. */

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
import { outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { Crash, crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };

/** A dead letter whose cause is over. */
async function given() {
  const { deps, host } = scene({ app: OLD_TLS, ports: brokenUntil });
  await deliverAndSettle(host, 'e', SHOP);
  expect(outcomesIn(deps)).toEqual({ e: 'dead' });
  trouble.over = true;
  return { deps, host, id: onlyLetter(deps) };
}

const trouble = { over: false };

function brokenUntil(deps: Deps): Deps {
  trouble.over = false;
  return watchedDeps(deps, async (name, call) => {
    if (name === 'resources.load' && !trouble.over) throw new StorageUnavailable('the table is gone');
    return call();
  });
}

describe('releasing a dead letter', () => {
  test('handles the message as a new one: the event is evaluated and the app is fixed', async () => {
    const { deps, host, id } = await given();
    await redriveDeadLetter(deps, id);
    expect(deps.stored.sent.at(-1)).toMatchObject({ resource: SHOP, cause: 'event', event: { id: 'e' }, attempt: 0 });
    expect(outcomesIn(deps)).toEqual({ e: null });
    expect([deps.stored.deadLetters.size, deps.stored.wakeups.size]).toEqual([0, 0]);
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('does nothing the second time', async () => {
    const { deps, host, id } = await given();
    await redriveDeadLetter(deps, id);
    const sent = deps.stored.sent.length;
    await redriveDeadLetter(deps, id);
    expect(deps.stored.sent).toHaveLength(sent);
    await host.settle();
    await redriveDeadLetter(deps, id);
    const gates = deps.stored.sent.filter(({ cause }) => cause === 'gate').length;
    expect([outcomesIn(deps), deps.stored.sent.length - gates]).toEqual([{ e: 'evaluated' }, sent]);
  });

  test('gives a dead letter again when the message fails again, and its event is dead', async () => {
    const { deps, host, id } = await given();
    trouble.over = false;
    await redriveDeadLetter(deps, id);
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ e: 'dead' });
    expect(deps.stored.deadLetters.size).toBe(1);
  });

  test('does not change another outcome that the event got meanwhile', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    await host.deliver(gridEvent('e', SHOP));
    const [message] = deps.stored.sent;
    await host.settle();
    await recordDeadLetter(deps, 'reconcile', message);
    await redriveDeadLetter(deps, onlyLetter(deps));
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });

  test('sends the message to the queue that it came from', async () => {
    const deps = fakeDeps();
    const run = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    await recordDeadLetter(deps, 'sweep', { resource: SHOP, cause: 'sweep', sweep: run, attempt: 9 });
    await redriveDeadLetter(deps, onlyLetter(deps));
    expect(deps.stored.sweeps.map(({ message }) => message)).toEqual([
      { resource: SHOP, cause: 'sweep', sweep: run, attempt: 0 },
    ]);
    expect(deps.stored.sent).toEqual([]);
  });

  test('is refused for a value that is no message, and not found for an unknown id', async () => {
    const deps = fakeDeps();
    await recordDeadLetter(deps, 'reconcile', { resource: 7 });
    await expect(redriveDeadLetter(deps, onlyLetter(deps))).rejects.toMatchObject({ code: 'invalid' });
    await expect(redriveDeadLetter(deps, 'unknown')).rejects.toMatchObject({ code: 'not-found' });
    expect([deps.stored.deadLetters.size, deps.stored.sent]).toEqual([1, []]);
  });

  test('guarantee 1: after a crash at any line without a repetition the event gets its outcome', async () => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const { deps, host, id } = await given();
        const crashing = crashingDeps(deps, at, when);
        await redriveDeadLetter(crashing.deps, id).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBe(7);
        deps.clock.advance(120);
        await runHousekeeping(deps);
        await host.settle();
        // No third state: it is still a dead letter, or it was handled.
        const open = deps.stored.deadLetters.size === 1 && outcomesIn(deps).e === 'dead';
        expect(open || recordsIn(deps, 'fix.applied').length === 1, `${when} call ${at}`).toBe(true);
        if (deps.stored.deadLetters.size === 1) await redriveDeadLetter(deps, id);
        await host.settle();
        expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
        expect(['evaluated', 'covered']).toContain(outcomesIn(deps).e);
      }
    }
  });
});

describe('events that never become dead letters', () => {
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

test('a recorded failure is cleared when its message was handled, and an error of that is no failure', async () => {
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
  test('returns to the sweep queue as a new message, and no event waits for it', async () => {
    const deps = fakeDeps();
    const sweep = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };
    const list = { cause: 'sweep' as const, subscriptionId: 'x', scope: '/subscriptions/x', part: null };
    await recordDeadLetter(deps, 'sweep', { list, sweep, attempt: 20 });
    await redriveDeadLetter(deps, onlyLetter(deps));
    expect(deps.stored.sweeps.map(({ message }) => message)).toEqual([{ list, sweep, attempt: 0 }]);
    expect([deps.stored.sent, deps.stored.wakeups.size, deps.stored.deadLetters.size]).toEqual([[], 0, 0]);
  });
});

describe('the message of a refused release', () => {
  test.each([
    ['an unknown dead letter', null, 'not-found', 'There is no dead letter with this id.'],
    [
      'a value that is no message',
      { nothing: true },
      'invalid',
      'It is no message that Plumbline can handle, now or later.',
    ],
  ])('%s', async (_, message, code, text) => {
    const deps = fakeDeps();
    if (message) await recordDeadLetter(deps, 'reconcile', message);
    const id = message ? onlyLetter(deps) : 'nobody';
    await expect(redriveDeadLetter(deps, id)).rejects.toMatchObject({ code, message: text });
  });
});
