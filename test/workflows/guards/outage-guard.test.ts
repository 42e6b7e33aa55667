/** After a long outage the waiting changes must not be written at once: the service stops itself and says why. */

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
import { decisionOf, recordsIn } from '../../fakes/scenarios/scene.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { failingDeps, tracedDeps } from '../../fakes/wrappers/watched.ts';

const HOUR = 3600;
const LIMITS = settingsSchema.parse({}).limits;
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const shop = (n: number) => SHOP.replace(/[^/]+$/, `shop-${n}`);
const serviceRecords = (deps: FakeDeps) => recordsIn(deps, 'service.stopped', 'service.resumed');

/** So many apps with violations, each with a waiting event; then nothing runs for so many hours. */
async function silence(
  apps: number,
  hours: number,
  settings?: Partial<Settings>,
): Promise<{ deps: FakeDeps; host: Host }> {
  const deps = fakeDeps();
  const host = createHost(deps);
  if (settings) storeSettings(deps, settings);
  for (let n = 0; n < apps; n += 1) {
    seedWebApp(deps.arm, UNSAFE, shop(n));
    await host.deliver(gridEvent(`event-${n}`, shop(n)));
  }
  deps.clock.advance(hours * HOUR);
  return { deps, host };
}

const aMessage = { resource: shop(0), cause: 'wake', attempt: 0 } as const;

describe('guarantee 11: the service stops itself after an outage', () => {
  test('the stop is in force for the message that finds the outage and for every other, and nothing is written', async () => {
    const { deps, host } = await silence(26, 7);
    await host.work();
    expect(decisionOf(deps, 'webapp-min-tls')).toContain('hold stopped');
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(deps.stored.events.map(({ outcome }) => outcome)).not.toContain(null);
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
  });

  test('the reason has the length of the outage, the number of waiting resources and what to do; the actor is the service', async () => {
    const { deps, host } = await silence(26, 7);
    await host.work();
    const { settings, stoppedAt, stoppedBy } = await loadSettings(deps);
    const reason = settings.stopped?.reason ?? '';
    for (const part of [`silent since ${START}`, 'longer than 6 h', 'more than 25 resources wait', 'to resume']) {
      expect(reason).toContain(part);
    }
    expect({ stoppedAt, stoppedBy }).toEqual({
      stoppedAt: new Date(Date.parse(START) + 7 * HOUR * 1000).toISOString(),
      stoppedBy: { objectId: PLUMBLINE.objectId, name: 'Plumbline' },
    });
    const entries = deps.stored.entries.filter(({ kind }) => /^(service|settings)/.test(kind));
    expect(entries.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['settings.changed', { type: 'service', name: 'Plumbline', objectId: PLUMBLINE.objectId }],
      ['service.stopped', { type: 'service', name: 'Plumbline', objectId: PLUMBLINE.objectId }],
    ]);
    expect(entries[1]?.message).toContain(reason);
  });

  test('without stored settings the mode and limits stay, and the rest takes its default', async () => {
    const { deps, host } = await silence(26, 7);
    expect(deps.stored.settings).toBeNull();
    await host.work();
    const { settings, revision } = await loadSettings(deps);
    expect(revision).toBe(1);
    expect({ ...settings, stopped: null }).toEqual(settingsSchema.parse({ mode: deps.options.mode }));
  });

  test.each([
    ['as many resources as the hourly limit', 25, 7],
    ['an outage as long as the limit', 26, 6],
  ])('%s: no stop, and the heartbeat moves', async (_, apps, hours) => {
    const { deps, host } = await silence(apps, hours);
    await host.settle();
    expect(serviceRecords(deps)).toEqual([]);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(3 * apps);
    expect(Date.parse(deps.stored.guards.heartbeat ?? '')).toBeGreaterThanOrEqual(
      Date.parse(START) + hours * 3_600_000,
    );
  });

  test('many events of one app are one resource', async () => {
    const { deps, host } = await silence(1, 0);
    for (let n = 0; n < 40; n += 1) await host.deliver(gridEvent(`more-${n}`, shop(0)));
    deps.clock.advance(7 * HOUR);
    await host.settle();
    expect(serviceRecords(deps)).toEqual([]);
  });

  test('the limits come from the settings', async () => {
    const limits = { ...LIMITS, fixesPerHour: 2, resumeHours: 2 };
    const { deps, host } = await silence(3, 3, { limits });
    await host.work();
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
    expect((await loadSettings(deps)).settings.limits).toEqual(limits);
  });

  test('without a heartbeat there was no outage', async () => {
    const { deps, host } = await silence(26, 7);
    deps.stored.guards.heartbeat = null;
    await host.settle();
    expect(serviceRecords(deps)).toEqual([]);
    expect(deps.stored.guards.heartbeat).not.toBeNull();
  });

  test('when the waiting resources cannot be counted, it stops and says so', async () => {
    const { deps } = await silence(1, 7);
    const uncounted: Deps = {
      ...deps,
      events: { ...deps.events, countWaitingResources: async () => ({ resources: 1, complete: false }) },
    };
    await handleWork(uncounted, aMessage);
    expect((await loadSettings(deps)).settings.stopped?.reason).toContain('nobody could count');
  });

  test.each<[string, (deps: Deps) => Promise<unknown>]>([
    ['housekeeping', runHousekeeping],
    ['a message of the queue', (deps) => handleWork(deps, aMessage)],
    ['a page of the sweep', async (deps) => handleSweepWork(deps, pageOf(deps))],
    ['a missed sweep', (deps) => startSweep(deps, [SUBSCRIPTION])],
  ])('the first to run finds the outage: %s', async (_, comes) => {
    const { deps } = await silence(26, 7);
    await comes(deps);
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
    expect(deps.stored.guards.heartbeat).toBe(deps.clock.now().toISOString());
  });
});

describe('guarantee 11: a missed sweep runs at start', () => {
  test('the outage is checked before any request and before the heartbeat moves, and nothing is written', async () => {
    const { deps, host } = await silence(26, 7);
    const trace: string[] = [];
    await startSweep(tracedDeps(deps, trace), [SUBSCRIPTION]);
    const order = [
      'guards.readHeartbeat',
      'events.countWaitingResources',
      'settings.save',
      'guards.writeHeartbeat',
      'sweeps.send',
    ];
    expect(trace.filter((name) => order.includes(name))).toEqual(order);
    await host.settle();
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
    expect(deps.arm.requests).toEqual([]);
  });

  test('with a missed housekeeping at the same time, the service stops once and the sweep begins', async () => {
    const { deps } = await silence(26, 7);
    await Promise.all([runHousekeeping(deps), startSweep(deps, [SUBSCRIPTION])]);
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
    expect(deps.stored.sweeps).toHaveLength(1);
  });

  test('when the guards cannot be read, it does not begin and the heartbeat stays', async () => {
    const { deps } = await silence(26, 7);
    const failing = failingDeps(deps, 'guards.readHeartbeat', new StorageUnavailable('down'));
    await expect(startSweep(failing, [SUBSCRIPTION])).rejects.toThrow('down');
    expect([deps.stored.sweeps, deps.stored.guards.heartbeat]).toEqual([[], START]);
  });
});

describe('guarantee 11: it stops once, and an operator resumes', () => {
  test('after the resume it does not stop again for the same waiting resources', async () => {
    const { deps, host } = await silence(27, 7);
    await handleWork(deps, aMessage);
    const { settings } = await loadSettings(deps);
    const actor = { objectId: 'olga', name: 'Olga', type: 'user' as const };
    const change = { settings: { ...settings, stopped: null }, ifMatch: '"1"', actor };
    await changeSettings(deps, change);
    expect(await deps.events.countWaitingResources(25)).toMatchObject({ resources: 26 });
    await host.settle();
    await runHousekeeping(deps);
    await host.settle();
    expect(serviceRecords(deps)).toEqual(['service.stopped null', 'service.resumed null']);
    expect(recordsIn(deps, 'fix.applied').length).toBeGreaterThan(0);
  });

  test('two instances and housekeeping at once make one entry and one revision', async () => {
    const { deps } = await silence(26, 7);
    await Promise.all([
      handleWork(deps, aMessage),
      handleWork(deps, { ...aMessage, resource: shop(1) }),
      runHousekeeping(deps),
    ]);
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
    expect((await loadSettings(deps)).revision).toBe(1);
    expect(deps.arm.requests).toEqual([]);
  });

  test('a change of settings at the same moment is kept', async () => {
    const { deps } = await silence(26, 7, {});
    let changed = false;
    const racing: Deps = {
      ...deps,
      settings: {
        load: () => deps.settings.load(),
        loadRecent: () => deps.settings.loadRecent(),
        save: async (stored, version) => {
          if (!changed) storeSettings(deps, { mode: 'approve' });
          changed = true;
          return deps.settings.save(stored, version);
        },
      },
    };
    await handleWork(racing, aMessage);
    const { settings } = await loadSettings(deps);
    expect(settings.mode).toBe('approve');
    expect(settings.stopped).not.toBeNull();
    expect(serviceRecords(deps)).toEqual(['service.stopped null']);
  });

  test('when it is stopped already, the heartbeat moves and the settings stay', async () => {
    const { deps } = await silence(26, 7, { stopped: { reason: 'night' } });
    const trace: string[] = [];
    await handleWork(tracedDeps(deps, trace), aMessage);
    expect(trace).not.toContain('events.countWaitingResources');
    expect(await loadSettings(deps)).toMatchObject({ revision: 1, settings: { stopped: { reason: 'night' } } });
    expect(deps.stored.guards.heartbeat).toBe(deps.clock.now().toISOString());
  });

  test.each(['before', 'after'] as const)('a crash %s any call gives one stop and no write', async (when) => {
    for (let at = 1; ; at += 1) {
      const { deps } = await silence(3, 7, { limits: { ...LIMITS, fixesPerHour: 2 } });
      const crashing = crashingDeps(deps, at, when);
      await runHousekeeping(crashing.deps).catch(() => {});
      if (!crashing.crashed()) {
        expect(at, 'so few calls prove nothing').toBeGreaterThan(6);
        break;
      }
      await createHost(deps).settle();
      await runHousekeeping(deps);
      expect(serviceRecords(deps)).toEqual(['service.stopped null']);
      expect(deps.arm.requests).toEqual([]);
    }
  });

  test('when the settings cannot be read, nothing is done and the heartbeat stays', async () => {
    const { deps } = await silence(26, 7);
    const failing = failingDeps(deps, 'settings.load', new StorageUnavailable('down'));
    await expect(handleWork(failing, aMessage)).rejects.toThrow('down');
    expect(deps.stored.guards.heartbeat).toBe(START);
    await handleWork(deps, aMessage);
    expect(serviceRecords(deps)).toHaveLength(1);
  });
});

describe('the heartbeat', () => {
  test('is written by housekeeping every minute, and a message only reads it', async () => {
    const { deps } = await silence(1, 0);
    for (let minute = 1; minute <= 3; minute += 1) {
      deps.clock.advance(60);
      await runHousekeeping(deps);
      expect(deps.stored.guards.heartbeat).toBe(new Date(Date.parse(START) + minute * 60_000).toISOString());
    }
    deps.clock.advance(1800);
    const trace: string[] = [];
    await handleWork(tracedDeps(deps, trace), aMessage);
    expect(trace.filter((name) => name.startsWith('guards.'))).toEqual(['guards.read']);
  });

  test('a heartbeat in the future is replaced in the next minute', async () => {
    const { deps } = await silence(1, 0);
    deps.stored.guards.heartbeat = '2027-01-01T00:00:00.000Z';
    await runHousekeeping(deps);
    expect(deps.stored.guards.heartbeat).toBe(deps.clock.now().toISOString());
  });
});

function pageOf(deps: Deps) {
  return {
    list: {
      cause: 'sweep' as const,
      subscriptionId: SUBSCRIPTION,
      scope: `/subscriptions/${SUBSCRIPTION}`,
      part: null,
    },
    sweep: { id: 'sweep', startedAt: deps.clock.now().toISOString() },
    attempt: 0,
  };
}
