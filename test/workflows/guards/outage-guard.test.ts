/** After a long silence nobody wants what has piled up to be written at once: the service stops itself and says why. */

import { describe, expect, test } from 'vitest';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { changeSettings, loadSettings } from '../../../src/workflows/settings/change-settings.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { PLUMBLINE } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START, storeSettings } from '../../fakes/deps.ts';
import { handleSweepWork, handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { decisionOf, factsIn } from '../../fakes/scenarios/scene.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { failingDeps, tracedDeps } from '../../fakes/wrappers/watched.ts';

const HOUR = 3600;
const LIMITS = settingsSchema.parse({}).limits;
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const shop = (n: number) => SHOP.replace(/[^/]+$/, `shop-${n}`);
const serviceFacts = (deps: FakeDeps) => factsIn(deps, 'service.stopped', 'service.resumed');

/** So many apps with violations, each with an event that waits; then nothing runs for so many hours. */
async function silence(
  apps: number,
  hours: number,
  settings?: Partial<Settings>,
): Promise<{ world: FakeDeps; host: Host }> {
  const deps = fakeDeps();
  const host = createHost(deps);
  if (settings) storeSettings(deps, settings);
  for (let n = 0; n < apps; n += 1) {
    seedWebApp(deps.arm, UNSAFE, shop(n));
    await host.deliver(gridEvent(`event-${n}`, shop(n)));
  }
  deps.clock.advance(hours * HOUR);
  return { world: deps, host };
}

const aMessage = { resource: shop(0), cause: 'wake', attempt: 0 } as const;

describe('guarantee 11: after silence the service pulls its own stop switch', () => {
  test('the stop is in force for the very message that finds it, and for every other; nothing is written', async () => {
    const { world, host } = await silence(26, 7);
    await host.work();
    expect(decisionOf(world, 'webapp-min-tls')).toContain('hold stopped');
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(world.stored.events.map(({ outcome }) => outcome)).not.toContain(null);
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
  });

  test('it says since when it was silent, how much waits, and what to do; the log names the service', async () => {
    const { world, host } = await silence(26, 7);
    await host.work();
    const { settings, stoppedAt, stoppedBy } = await loadSettings(world);
    const reason = settings.stopped?.reason ?? '';
    for (const part of [`silent since ${START}`, 'longer than 6 h', 'more than 25 resources wait', 'to resume']) {
      expect(reason).toContain(part);
    }
    expect({ stoppedAt, stoppedBy }).toEqual({
      stoppedAt: new Date(Date.parse(START) + 7 * HOUR * 1000).toISOString(),
      stoppedBy: { objectId: PLUMBLINE.objectId, name: 'Plumbline' },
    });
    const entries = world.stored.entries.filter(({ kind }) => /^(service|settings)/.test(kind));
    expect(entries.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['settings.changed', { type: 'service', name: 'Plumbline', objectId: PLUMBLINE.objectId }],
      ['service.stopped', { type: 'service', name: 'Plumbline', objectId: PLUMBLINE.objectId }],
    ]);
    expect(entries[1]?.message).toContain(reason);
  });

  test('nothing was stored before: mode and limits stay what they were, and the rest takes its default', async () => {
    const { world, host } = await silence(26, 7);
    expect(world.stored.settings).toBeNull();
    await host.work();
    const { settings, revision } = await loadSettings(world);
    expect(revision).toBe(1);
    expect({ ...settings, stopped: null }).toEqual(settingsSchema.parse({ mode: world.options.mode }));
  });

  test.each([
    ['as many as may be fixed in an hour', 25, 7],
    ['a silence as long as is allowed', 26, 6],
  ])('%s: no stop, and the heartbeat moves', async (_, apps, hours) => {
    const { world, host } = await silence(apps, hours);
    await host.settle();
    expect(serviceFacts(world)).toEqual([]);
    expect(factsIn(world, 'fix.applied')).toHaveLength(3 * apps);
    expect(Date.parse(world.stored.guards.heartbeat ?? '')).toBeGreaterThanOrEqual(
      Date.parse(START) + hours * 3_600_000,
    );
  });

  test('many events of one app are one resource', async () => {
    const { world, host } = await silence(1, 0);
    for (let n = 0; n < 40; n += 1) await host.deliver(gridEvent(`more-${n}`, shop(0)));
    world.clock.advance(7 * HOUR);
    await host.settle();
    expect(serviceFacts(world)).toEqual([]);
  });

  test('the limits are those of the settings', async () => {
    const limits = { ...LIMITS, fixesPerHour: 2, resumeHours: 2 };
    const { world, host } = await silence(3, 3, { limits });
    await host.work();
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
    expect((await loadSettings(world)).settings.limits).toEqual(limits);
  });

  test('a service that never ran was not silent', async () => {
    const { world, host } = await silence(26, 7);
    world.stored.guards.heartbeat = null;
    await host.settle();
    expect(serviceFacts(world)).toEqual([]);
    expect(world.stored.guards.heartbeat).not.toBeNull();
  });

  test('what waits cannot be counted in bounded time: stopped, and it says so', async () => {
    const { world } = await silence(1, 7);
    const uncounted: Deps = {
      ...world,
      events: { ...world.events, countWaitingResources: async () => ({ resources: 1, complete: false }) },
    };
    await handleWork(uncounted, aMessage);
    expect((await loadSettings(world)).settings.stopped?.reason).toContain('nobody could count');
  });

  test.each<[string, (deps: Deps) => Promise<unknown>]>([
    ['housekeeping', runHousekeeping],
    ['a message of the queue', (deps) => handleWork(deps, aMessage)],
    ['a page of the sweep', async (deps) => handleSweepWork(deps, pageOf(deps))],
    ['a sweep that was missed', (deps) => startSweep(deps, [SUBSCRIPTION])],
  ])('whoever comes first finds it: %s', async (_, comes) => {
    const { world } = await silence(26, 7);
    await comes(world);
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
    expect(world.stored.guards.heartbeat).toBe(world.clock.now().toISOString());
  });
});

describe('guarantee 11: a sweep that was missed runs at start', () => {
  test('the silence is judged before it asks for anything and before the heartbeat moves; nothing it finds is written', async () => {
    const { world, host } = await silence(26, 7);
    const trace: string[] = [];
    await startSweep(tracedDeps(world, trace), [SUBSCRIPTION]);
    const order = [
      'guards.readHeartbeat',
      'events.countWaitingResources',
      'settings.save',
      'guards.writeHeartbeat',
      'sweeps.send',
    ];
    expect(trace.filter((name) => order.includes(name))).toEqual(order);
    await host.settle();
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
    expect(world.arm.requests).toEqual([]);
  });

  test('with the housekeeping that was missed, too: stopped once, and the sweep begins', async () => {
    const { world } = await silence(26, 7);
    await Promise.all([runHousekeeping(world), startSweep(world, [SUBSCRIPTION])]);
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
    expect(world.stored.sweeps).toHaveLength(1);
  });

  test('guards that cannot be read: it does not begin, and the silence is not forgotten', async () => {
    const { world } = await silence(26, 7);
    const failing = failingDeps(world, 'guards.readHeartbeat', new StorageUnavailable('down'));
    await expect(startSweep(failing, [SUBSCRIPTION])).rejects.toThrow('down');
    expect([world.stored.sweeps, world.stored.guards.heartbeat]).toEqual([[], START]);
  });
});

describe('guarantee 11: it stops once, and a person resumes', () => {
  test('an operator resumes as always; it does not stop again, though as much waits', async () => {
    const { world, host } = await silence(27, 7);
    await handleWork(world, aMessage);
    const { settings } = await loadSettings(world);
    const actor = { objectId: 'olga', name: 'Olga', type: 'user' as const };
    const change = { settings: { ...settings, stopped: null }, ifMatch: '"1"', actor };
    await changeSettings(world, change);
    expect(await world.events.countWaitingResources(25)).toMatchObject({ resources: 26 });
    await host.settle();
    await runHousekeeping(world);
    await host.settle();
    expect(serviceFacts(world)).toEqual(['service.stopped null', 'service.resumed null']);
    expect(factsIn(world, 'fix.applied').length).toBeGreaterThan(0);
  });

  test('two instances and the housekeeping at once: one entry, one revision', async () => {
    const { world } = await silence(26, 7);
    await Promise.all([
      handleWork(world, aMessage),
      handleWork(world, { ...aMessage, resource: shop(1) }),
      runHousekeeping(world),
    ]);
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
    expect((await loadSettings(world)).revision).toBe(1);
    expect(world.arm.requests).toEqual([]);
  });

  test('an operator changes the settings at the same moment: both changes stand', async () => {
    const { world } = await silence(26, 7, {});
    let changed = false;
    const racing: Deps = {
      ...world,
      settings: {
        load: () => world.settings.load(),
        save: async (stored, version) => {
          if (!changed) storeSettings(world, { mode: 'approve' });
          changed = true;
          return world.settings.save(stored, version);
        },
      },
    };
    await handleWork(racing, aMessage);
    const { settings } = await loadSettings(world);
    expect(settings.mode).toBe('approve');
    expect(settings.stopped).not.toBeNull();
    expect(serviceFacts(world)).toEqual(['service.stopped null']);
  });

  test('it is stopped already: the heartbeat moves, and the settings stay', async () => {
    const { world } = await silence(26, 7, { stopped: { reason: 'night' } });
    const trace: string[] = [];
    await handleWork(tracedDeps(world, trace), aMessage);
    expect(trace).not.toContain('events.countWaitingResources');
    expect(await loadSettings(world)).toMatchObject({ revision: 1, settings: { stopped: { reason: 'night' } } });
    expect(world.stored.guards.heartbeat).toBe(world.clock.now().toISOString());
  });

  test.each(['before', 'after'] as const)('a crash %s any call of it: stopped once, no write', async (when) => {
    for (let at = 1; ; at += 1) {
      const { world } = await silence(3, 7, { limits: { ...LIMITS, fixesPerHour: 2 } });
      const crashing = crashingDeps(world, at, when);
      await runHousekeeping(crashing.world).catch(() => {});
      if (!crashing.crashed()) {
        expect(at, 'so few calls prove nothing').toBeGreaterThan(6);
        break;
      }
      await createHost(world).settle();
      await runHousekeeping(world);
      expect(serviceFacts(world)).toEqual(['service.stopped null']);
      expect(world.arm.requests).toEqual([]);
    }
  });

  test('settings that cannot be read: nothing is done, and the silence is not forgotten', async () => {
    const { world } = await silence(26, 7);
    const failing = failingDeps(world, 'settings.load', new StorageUnavailable('down'));
    await expect(handleWork(failing, aMessage)).rejects.toThrow('down');
    expect(world.stored.guards.heartbeat).toBe(START);
    await handleWork(world, aMessage);
    expect(serviceFacts(world)).toHaveLength(1);
  });
});

describe('the heartbeat', () => {
  test('housekeeping moves it every minute; a message does not, and costs one read', async () => {
    const { world } = await silence(1, 0);
    for (let minute = 1; minute <= 3; minute += 1) {
      world.clock.advance(60);
      await runHousekeeping(world);
      expect(world.stored.guards.heartbeat).toBe(new Date(Date.parse(START) + minute * 60_000).toISOString());
    }
    world.clock.advance(1800);
    const trace: string[] = [];
    await handleWork(tracedDeps(world, trace), aMessage);
    expect(trace.filter((name) => name.startsWith('guards.'))).toEqual(['guards.read']);
  });

  test('a clock that ran ahead leaves nothing behind that the next minute does not put right', async () => {
    const { world } = await silence(1, 0);
    world.stored.guards.heartbeat = '2027-01-01T00:00:00.000Z';
    await runHousekeeping(world);
    expect(world.stored.guards.heartbeat).toBe(world.clock.now().toISOString());
  });
});

function pageOf(deps: Deps) {
  return {
    list: {
      cause: 'sweep' as const,
      subscriptionId: SUBSCRIPTION,
      scope: `/subscriptions/${SUBSCRIPTION}`,
      token: null,
      after: '',
    },
    sweep: { id: 'sweep', startedAt: deps.clock.now().toISOString() },
    attempt: 0,
  };
}
