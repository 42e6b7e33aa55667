/** The hour's budget at work: how many are written, what becomes of the rest, and who is told. */

import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const OTHER_SUBSCRIPTION = '22222222-2222-3333-4444-555555555555';
const HOUR = 3600;

describe('guarantee 11: at most fixesPerHour resources are written automatically per hour and subscription', () => {
  test('100 apps in one minute, 10 an hour: ten are written, the rest by tens in later hours, told once', async () => {
    const { world, host } = await withLimit(10);
    const apps = Array.from({ length: 100 }, (_, index) => appNamed(`app-${index}`));
    for (const app of apps) {
      seedWebApp(world.arm, OLD_TLS, app);
      await host.deliver(gridEvent(`of ${app}`, app));
      world.clock.advance(0.6);
    }
    for (let hour = 0; hour < 10; hour++) {
      await settleUntil(world, host, hour * HOUR + 10 * 60);
      // Those of one minute come in any order.
      expect(byNumber(written(world).slice(hour * 10))).toEqual(apps.slice(hour * 10, (hour + 1) * 10));
      expect(held(world)).toEqual(apps.slice((hour + 1) * 10));
    }
    expect(world.stored.published).toMatchObject([{ kind: 'budget.held', subject: `/subscriptions/${SUBSCRIPTION}` }]);
    expect(warnings(world)).toHaveLength(1);
    await settleUntil(world, host, 48 * HOUR);
    expect(world.arm.requests).toHaveLength(100);
    expect([...world.stored.queue, ...world.stored.wakeups.keys()]).toEqual([]);
  });

  test('what is held says how many were written of how many, and when its turn comes', async () => {
    const { world, host } = await withLimit(1);
    await drift(world, host, 'first');
    await drift(world, host, 'second');
    const decision = findingOf(world, 'second')?.decision;
    expect(decision).toMatchObject({ action: 'hold', until: minutesAfterStart(60.5) });
    expect(decision?.reasons.map(({ code }) => code)).toEqual(['budget']);
    expect(decision?.reasons[0]?.text).toContain(`1 of at most 1 resources`);
    expect(decision?.reasons[0]?.text).toContain(minutesAfterStart(60.5));
    expect(decision?.ceilings).toMatchObject([{ code: 'budget', ifLifted: 'fix' }]);
  });

  test('what a person approved is written meanwhile, and uses nothing', async () => {
    const { world, host } = await withLimit(1);
    await drift(world, host, 'first');
    await drift(world, host, 'asked', { ...RISKY, site: { httpsOnly: false } });
    expect(held(world)).toEqual([appNamed('asked')]);
    await host.decide(decisionOn(world, 'approve'));
    await settleUntil(world, host, 10 * 60);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(written(world)).toEqual([appNamed('first'), appNamed('asked')]);
    expect(world.arm.valueOf(appNamed('asked'), 'resource', '/properties/httpsOnly')).toBe(false);
    await settleUntil(world, host, 2 * HOUR);
    expect(world.arm.valueOf(appNamed('asked'), 'resource', '/properties/httpsOnly')).toBe(true);
  });

  test('a rollback is written meanwhile, too', async () => {
    const { world, host } = await withLimit(1);
    await drift(world, host, 'first');
    await limitTo(world, 0);
    await host.rollBack(rollbackOf(world));
    await host.settle(60);
    expect(world.arm.valueOf(appNamed('first'), 'config/web', '/properties/minTlsVersion')).toBe('1.0');
  });

  test('each subscription has its own', async () => {
    const { world, host } = await withLimit(1);
    await drift(world, host, 'first');
    await drift(world, host, 'elsewhere', OLD_TLS, OTHER_SUBSCRIPTION);
    expect(written(world)).toHaveLength(2);
    expect(held(world)).toEqual([]);
  });

  test('0 writes nothing automatically, hour after hour; approved changes pass', async () => {
    const { world, host } = await withLimit(0);
    await drift(world, host, 'first', { ...RISKY, site: { httpsOnly: false } });
    await settleUntil(world, host, 5 * HOUR);
    expect([world.arm.requests, held(world)]).toEqual([[], [appNamed('first')]]);
    expect(findingOf(world, 'first')?.decision?.reasons.at(-1)?.text).toContain('while fixesPerHour is 0');
    await host.decide(decisionOn(world, 'approve'));
    await settleUntil(world, host, 6 * HOUR);
    expect(world.arm.writes.map(({ document }) => document)).toEqual(['config/web']);
  });

  test('a limit that an operator raises lets what is held through within minutes', async () => {
    const { world, host } = await withLimit(1);
    for (const name of ['a', 'b', 'c', 'd']) await drift(world, host, name);
    expect(written(world)).toHaveLength(1);
    await limitTo(world, 3);
    await minutes(world, host, 5);
    expect(written(world)).toEqual(['a', 'b', 'c'].map((name) => appNamed(name)));
  });

  test('an app of several documents, a write that is tried again, and a second drift use one place', async () => {
    const { world, host } = await withLimit(2);
    world.arm.onWrite = () => (world.arm.requests.length < 3 ? refused('throttled', 'TooManyRequests', 60) : undefined);
    await drift(world, host, 'first', UNSAFE);
    await drift(world, host, 'first', OLD_TLS);
    expect(world.arm.writes).toHaveLength(3);
    await drift(world, host, 'second');
    await drift(world, host, 'third');
    expect(held(world)).toEqual([appNamed('third')]);
  });

  test('for what a person approved, in mode audit and while stopped nothing is claimed', async () => {
    const { world, host } = await withLimit(1);
    await drift(world, host, 'asked', RISKY);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle(60);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    for (const settings of [{ mode: 'audit' }, { mode: 'autofix', stopped: { reason: 'night' } }]) {
      await change(world, settings);
      await drift(world, host, 'first');
    }
    expect(world.stored.budgets).toEqual(new Map());
  });
});

describe('guarantee 9: without the budget nothing is written', () => {
  test('a budget that cannot be read: no request leaves, and when it can be read the fix is made', async () => {
    const deps = fakeDeps();
    const ports = failingDeps(deps, 'budgets.claim', new StorageUnavailable('no table'), 3);
    const host = createHost(deps, { ports });
    seedWebApp(deps.arm, UNSAFE);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(80);
    expect([deps.arm.requests, deps.stored.entries]).toEqual([[], []]);
    await host.settle();
    expect(deps.arm.writes).toHaveLength(2);
  });
});

describe('who does not need its turn any more keeps nobody waiting', () => {
  test.each<[string, (deps: FakeDeps, app: string) => void]>([
    ['its owner has put it right', ({ arm }, app) => arm.change(app, 'config/web', '/properties/minTlsVersion', '1.2')],
    ['it is gone', ({ arm }, app) => arm.remove(app)],
  ])('%s', async (_, happens) => {
    const { world, host } = await withLimit(1);
    for (const name of ['first', 'second', 'third']) await drift(world, host, name);
    happens(world, appNamed('second'));
    await eventAndRestFor(host, 'second again', appNamed('second'));
    expect(world.stored.budgets.get(SUBSCRIPTION)?.waiting.map(({ resource }) => resource)).toEqual([
      appNamed('third').toLowerCase(),
    ]);
    await settleUntil(world, host, 24 * HOUR);
    expect(written(world)).toEqual([appNamed('first'), appNamed('third')]);
  });
});

test('when the line has become shorter, the sweep brings who was told to wait longer', async () => {
  const { world, host } = await withLimit(1);
  // What was held soon after a change of the settings is looked at again anyway.
  world.clock.advance(600);
  for (const name of ['a', 'b', 'c', 'd']) await drift(world, host, name);
  for (const name of ['b', 'c']) {
    world.arm.change(appNamed(name), 'config/web', '/properties/minTlsVersion', '1.2');
    await eventAndRestFor(host, `${name} is right`, appNamed(name));
  }
  await settleUntil(world, host, 1.5 * HOUR);
  expect(held(world)).toEqual([appNamed('d')]);
  const sweep = { id: 'sweep', startedAt: world.clock.now().toISOString() };
  await world.sweeps.send({ resource: appNamed('d'), cause: 'sweep', sweep, attempt: 0 }, 0);
  await host.settle(60);
  expect(written(world)).toEqual([appNamed('a'), appNamed('d')]);
});

describe('people are told once in an hour that holds', () => {
  test('not again for what waits, nor by looking again; in a later hour under another id', async () => {
    const { world, host } = await withLimit(1);
    for (const name of ['a', 'b', 'c']) await drift(world, host, name);
    for (const name of ['b', 'c', 'b'])
      await eventAndRestFor(host, `${name} again ${world.stored.events.length}`, appNamed(name));
    expect(world.stored.published).toHaveLength(1);
    await settleUntil(world, host, 1.5 * HOUR);
    expect(written(world)).toHaveLength(2);
    await drift(world, host, 'd');
    expect(held(world)).toEqual([appNamed('c'), appNamed('d')]);
    expect(new Set(world.stored.published.map(({ id }) => id)).size).toBe(2);
    expect(world.stored.published).toHaveLength(2);
    expect(warnings(world)).toHaveLength(2);
  });

  test('a crash before it is told, or right behind, tells it under the same id', async () => {
    for (const failing of ['notifications.publish', 'resourceStates.save']) {
      const { world, host } = await withLimit(1);
      await drift(world, host, 'first');
      const ports = failingDeps(world, failing, new Error('the process has ended'), 1);
      await drift(world, createHost(world, { ports }), 'second');
      const ids = world.stored.published.map(({ id }) => id);
      expect(ids).toHaveLength(failing === 'notifications.publish' ? 1 : 2);
      expect(new Set(ids).size).toBe(1);
    }
  });
});

async function withLimit(fixesPerHour: number) {
  const deps = fakeDeps();
  await limitTo(deps, fixesPerHour);
  return { world: deps, host: createHost(deps) };
}

async function limitTo(deps: FakeDeps, fixesPerHour: number): Promise<void> {
  await change(deps, { mode: 'autofix', limits: { fixesPerHour } });
}

async function change(deps: FakeDeps, settings: unknown): Promise<void> {
  const person = { objectId: 'operator', name: 'Olga' };
  await changeSettings(deps, {
    settings: settingsSchema.parse(settings),
    ifMatch: '*',
    actor: { ...person, type: 'user' },
  });
}

function appNamed(name: string, subscription = SUBSCRIPTION): string {
  return `${SHOP.slice(0, SHOP.lastIndexOf('/'))}/${name}`.replace(SUBSCRIPTION, subscription);
}

/** Somebody makes, or makes again, an app like this; the events about it come to rest. */
async function drift(deps: FakeDeps, host: Host, name: string, looks = OLD_TLS, subscription = SUBSCRIPTION) {
  const app = appNamed(name, subscription);
  seedWebApp(deps.arm, looks, app);
  await eventAndRestFor(host, `${name} ${deps.stored.events.length}`, app);
}

async function eventAndRestFor(host: Host, id: string, app: string): Promise<void> {
  await host.deliver(gridEvent(id, app));
  await host.settle(200);
}

async function settleUntil({ clock }: FakeDeps, host: Host, seconds: number): Promise<void> {
  const end = Date.parse(START) + seconds * 1000;
  await host.settle((end - clock.now().getTime()) / 1000);
  clock.advanceTo(new Date(end));
}

/** Housekeeping runs every minute. */
async function minutes(deps: FakeDeps, host: Host, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    deps.clock.advance(60);
    await runHousekeeping(deps);
    await host.settle(0);
  }
}

function minutesAfterStart(count: number): string {
  return new Date(Date.parse(START) + count * 60_000).toISOString();
}

/** In the order in which they were written. */
function written({ arm }: FakeDeps): string[] {
  return [...new Set(arm.writes.map(({ resource }) => resource))];
}

function held({ stored }: FakeDeps): string[] {
  const ids = stored.findings.filter(({ decision }) => decision?.action === 'hold').map(({ resource }) => resource.id);
  return byNumber([...new Set(ids)]);
}

function byNumber(ids: readonly string[]): string[] {
  return [...ids].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function findingOf({ stored }: FakeDeps, name: string) {
  return stored.findings.find(({ resource, verdict }) => resource.name === name && verdict === 'violation');
}

function warnings({ stored }: FakeDeps): string[] {
  return stored.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
}
