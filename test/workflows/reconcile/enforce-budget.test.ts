/** The hourly budget: how many resources are written, what happens to the rest, and the notification. */

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
  test('of 100 apps in one minute, ten are written per hour, and one notification is published', async () => {
    const { deps, host } = await withLimit(10);
    const apps = Array.from({ length: 100 }, (_, index) => appNamed(`app-${index}`));
    for (const app of apps) {
      seedWebApp(deps.arm, OLD_TLS, app);
      await host.deliver(gridEvent(`of ${app}`, app));
      deps.clock.advance(0.6);
    }
    for (let hour = 0; hour < 10; hour++) {
      await settleUntil(deps, host, hour * HOUR + 10 * 60);
      // Those of one minute come in any order.
      expect(byNumber(written(deps).slice(hour * 10))).toEqual(apps.slice(hour * 10, (hour + 1) * 10));
      expect(held(deps)).toEqual(apps.slice((hour + 1) * 10));
    }
    expect(deps.stored.published).toMatchObject([{ kind: 'budget.held', subject: `/subscriptions/${SUBSCRIPTION}` }]);
    expect(warnings(deps)).toHaveLength(1);
    await settleUntil(deps, host, 48 * HOUR);
    expect(deps.arm.requests).toHaveLength(100);
    expect([...deps.stored.queue, ...deps.stored.wakeups.keys()]).toEqual([]);
  });

  test('a held fix has the used places and the limit, and the time of its turn', async () => {
    const { deps, host } = await withLimit(1);
    await drift(deps, host, 'first');
    await drift(deps, host, 'second');
    const decision = findingOf(deps, 'second')?.decision;
    expect(decision).toMatchObject({ action: 'hold', until: minutesAfterStart(60.5) });
    expect(decision?.reasons.map(({ code }) => code)).toEqual(['budget']);
    expect(decision?.reasons[0]?.text).toContain(`1 of at most 1 resources`);
    expect(decision?.reasons[0]?.text).toContain(minutesAfterStart(60.5));
    expect(decision?.ceilings).toMatchObject([{ code: 'budget', ifLifted: 'fix' }]);
  });

  test('an approved change is written meanwhile and uses no place', async () => {
    const { deps, host } = await withLimit(1);
    await drift(deps, host, 'first');
    await drift(deps, host, 'asked', { ...RISKY, site: { httpsOnly: false } });
    expect(held(deps)).toEqual([appNamed('asked')]);
    await host.decide(decisionOn(deps, 'approve'));
    await settleUntil(deps, host, 10 * 60);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(written(deps)).toEqual([appNamed('first'), appNamed('asked')]);
    expect(deps.arm.valueOf(appNamed('asked'), 'resource', '/properties/httpsOnly')).toBe(false);
    await settleUntil(deps, host, 2 * HOUR);
    expect(deps.arm.valueOf(appNamed('asked'), 'resource', '/properties/httpsOnly')).toBe(true);
  });

  test('a rollback is written meanwhile', async () => {
    const { deps, host } = await withLimit(1);
    await drift(deps, host, 'first');
    await limitTo(deps, 0);
    await host.rollBack(rollbackOf(deps));
    await host.settle(60);
    expect(deps.arm.valueOf(appNamed('first'), 'config/web', '/properties/minTlsVersion')).toBe('1.0');
  });

  test('each subscription has its own budget', async () => {
    const { deps, host } = await withLimit(1);
    await drift(deps, host, 'first');
    await drift(deps, host, 'elsewhere', OLD_TLS, OTHER_SUBSCRIPTION);
    expect(written(deps)).toHaveLength(2);
    expect(held(deps)).toEqual([]);
  });

  test('a limit of 0 allows no automatic write, but approved changes', async () => {
    const { deps, host } = await withLimit(0);
    await drift(deps, host, 'first', { ...RISKY, site: { httpsOnly: false } });
    await settleUntil(deps, host, 5 * HOUR);
    expect([deps.arm.requests, held(deps)]).toEqual([[], [appNamed('first')]]);
    expect(findingOf(deps, 'first')?.decision?.reasons.at(-1)?.text).toContain('while fixesPerHour is 0');
    await host.decide(decisionOn(deps, 'approve'));
    await settleUntil(deps, host, 6 * HOUR);
    expect(deps.arm.writes.map(({ document }) => document)).toEqual(['config/web']);
  });

  test('after the limit is raised, held fixes are written within minutes', async () => {
    const { deps, host } = await withLimit(1);
    for (const name of ['a', 'b', 'c', 'd']) await drift(deps, host, name);
    expect(written(deps)).toHaveLength(1);
    await limitTo(deps, 3);
    await minutes(deps, host, 5);
    expect(written(deps)).toEqual(['a', 'b', 'c'].map((name) => appNamed(name)));
  });

  test('an app with several documents, a repeated write and a second drift uses one place', async () => {
    const { deps, host } = await withLimit(2);
    deps.arm.onWrite = () => (deps.arm.requests.length < 3 ? refused('throttled', 'TooManyRequests', 60) : undefined);
    await drift(deps, host, 'first', UNSAFE);
    await drift(deps, host, 'first', OLD_TLS);
    expect(deps.arm.writes).toHaveLength(3);
    await drift(deps, host, 'second');
    await drift(deps, host, 'third');
    expect(held(deps)).toEqual([appNamed('third')]);
  });

  test('approved changes, mode audit and a stop claim no place', async () => {
    const { deps, host } = await withLimit(1);
    await drift(deps, host, 'asked', RISKY);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle(60);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    for (const settings of [{ mode: 'audit' }, { mode: 'autofix', stopped: { reason: 'night' } }]) {
      await change(deps, settings);
      await drift(deps, host, 'first');
    }
    expect(deps.stored.budgets).toEqual(new Map());
  });
});

describe('guarantee 9: without the budget nothing is written', () => {
  test('when the budget cannot be read, no request is sent, and the fix is written later', async () => {
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

describe('a waiting resource that needs no fix any more', () => {
  test.each<[string, (deps: FakeDeps, app: string) => void]>([
    ['its owner has fixed it', ({ arm }, app) => arm.change(app, 'config/web', '/properties/minTlsVersion', '1.2')],
    ['it is deleted', ({ arm }, app) => arm.remove(app)],
  ])('gives up its turn: %s', async (_, happens) => {
    const { deps, host } = await withLimit(1);
    for (const name of ['first', 'second', 'third']) await drift(deps, host, name);
    happens(deps, appNamed('second'));
    await eventAndRestFor(host, 'second again', appNamed('second'));
    expect(deps.stored.budgets.get(SUBSCRIPTION)?.waiting.map(({ resource }) => resource)).toEqual([
      appNamed('third').toLowerCase(),
    ]);
    await settleUntil(deps, host, 24 * HOUR);
    expect(written(deps)).toEqual([appNamed('first'), appNamed('third')]);
  });
});

test('when the line becomes shorter, the sweep brings a resource with a later turn', async () => {
  const { deps, host } = await withLimit(1);
  // A fix held soon after a change of the settings is decided again anyway.
  deps.clock.advance(600);
  for (const name of ['a', 'b', 'c', 'd']) await drift(deps, host, name);
  for (const name of ['b', 'c']) {
    deps.arm.change(appNamed(name), 'config/web', '/properties/minTlsVersion', '1.2');
    await eventAndRestFor(host, `${name} is right`, appNamed(name));
  }
  await settleUntil(deps, host, 1.5 * HOUR);
  expect(held(deps)).toEqual([appNamed('d')]);
  const sweep = { id: 'sweep', startedAt: deps.clock.now().toISOString() };
  await deps.sweeps.send({ resource: appNamed('d'), cause: 'sweep', sweep, attempt: 0 }, 0);
  await host.settle(60);
  expect(written(deps)).toEqual([appNamed('a'), appNamed('d')]);
});

describe('one notification per hour with held fixes', () => {
  test('is not repeated for further held fixes or reconciles, and has another id in a later hour', async () => {
    const { deps, host } = await withLimit(1);
    for (const name of ['a', 'b', 'c']) await drift(deps, host, name);
    for (const name of ['b', 'c', 'b'])
      await eventAndRestFor(host, `${name} again ${deps.stored.events.length}`, appNamed(name));
    expect(deps.stored.published).toHaveLength(1);
    await settleUntil(deps, host, 1.5 * HOUR);
    expect(written(deps)).toHaveLength(2);
    await drift(deps, host, 'd');
    expect(held(deps)).toEqual([appNamed('c'), appNamed('d')]);
    expect(new Set(deps.stored.published.map(({ id }) => id)).size).toBe(2);
    expect(deps.stored.published).toHaveLength(2);
    expect(warnings(deps)).toHaveLength(2);
  });

  test('has the same id after a crash before or after it', async () => {
    for (const failing of ['notifications.publish', 'lease.complete']) {
      const { deps, host } = await withLimit(1);
      await drift(deps, host, 'first');
      const ports = failingDeps(deps, failing, new Error('the process has ended'), 1);
      await drift(deps, createHost(deps, { ports }), 'second');
      const ids = deps.stored.published.map(({ id }) => id);
      expect(ids).toHaveLength(failing === 'notifications.publish' ? 1 : 2);
      expect(new Set(ids).size).toBe(1);
    }
  });
});

async function withLimit(fixesPerHour: number) {
  const deps = fakeDeps();
  await limitTo(deps, fixesPerHour);
  return { deps, host: createHost(deps) };
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

/** Somebody creates or drifts an app with these properties, and its events are processed. */
async function drift(deps: FakeDeps, host: Host, name: string, site = OLD_TLS, subscription = SUBSCRIPTION) {
  const app = appNamed(name, subscription);
  seedWebApp(deps.arm, site, app);
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

/** In the order of the writes. */
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
