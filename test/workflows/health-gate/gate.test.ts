/** Health gates from the write to their end: what is rolled back, what people are told, what it costs. */
import { describe, expect, test } from 'vitest';
import type { AppState } from '../../../src/domain/health/gate.ts';
import type { MetricPoint } from '../../../src/domain/health/metrics.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { TLS, tlsNow } from '../approvals/rolling-back.ts';

const MINUTE = 60_000;
const GOOD: AppState = { condition: 'good', text: 'its state is Running' };
const ILL: AppState = { condition: 'ill', text: 'its availability is Limited' };

/** The shop with TLS 1.0, which is fixed once its event has come. */
function shop(settings: Partial<Settings> = {}): Scene {
  return scene({ app: { config: { minTlsVersion: '1.0' } }, settings });
}

/** Milliseconds of the first write. */
function writtenAt({ arm }: FakeDeps): number {
  return Date.parse(arm.writes[0]?.at ?? '');
}

/** From so many minutes after the write on, until so many. */
function from(deps: FakeDeps, now: Date, minute: number, to = Number.POSITIVE_INFINITY): boolean {
  const since = now.getTime() - writtenAt(deps);
  return deps.arm.writes.length > 0 && since >= minute * MINUTE && since < to * MINUTE;
}

/** So many requests a minute; all fail while `fails`, unless the rollback was written. */
function traffic(deps: FakeDeps, requests: number, fails: (at: Date) => boolean) {
  deps.health.minute = (_, at): Omit<MetricPoint, 'at'> => {
    const backAt = deps.arm.writes[1]?.at;
    const isBad = fails(at) && (backAt === undefined || at < new Date(backAt));
    return { requests, failed: isBad ? requests : 0, refused: 0, seconds: 0.1 };
  };
}

async function deliver({ host }: Scene, id = 'first'): Promise<void> {
  await host.deliver(gridEvent(id, SHOP));
  await host.settle(3600);
}

const ends = ({ stored }: FakeDeps) => [...stored.endedGates.values()].map(({ status }) => status);
const told = ({ stored }: FakeDeps) => stored.published.map(({ kind }) => kind);
const gateSettings = (members: object) => ({
  healthGate: { ...settingsSchema.parse({}).healthGate, ...members },
});
/** Minutes from the write to its rollback. */
const backAfter = ({ arm }: FakeDeps) =>
  (Date.parse(arm.writes[1]?.at ?? '') - Date.parse(arm.writes[0]?.at ?? '')) / MINUTE;

describe('guarantee 15: an app that is worse after a fix', () => {
  test('by its state is back within six minutes, once, and a person decides about the rule', async () => {
    const made = shop();
    const { deps } = made;
    deps.health.state = (_, now) => (from(deps, now, 0) && deps.arm.writes.length === 1 ? ILL : GOOD);
    await deliver(made);
    expect(tlsNow(deps)).toBe('1.0');
    expect(backAfter(deps)).toBeLessThanOrEqual(6);
    expect(recordsIn(deps, 'health.worse', 'rollback.intended', 'rollback.applied')).toEqual([
      'health.worse webapp-min-tls',
      'rollback.intended webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    expect([ends(deps), told(deps)]).toEqual([['worse'], []]);
    expect(approvals(deps)).toMatchObject([
      { purpose: 'rollback', status: 'applied', decision: { by: { name: 'Plumbline' } } },
      { purpose: 'fix', status: 'pending', reasons: [{ code: 'health-gate' }, { code: 'changer-unknown' }] },
    ]);
    expect(deps.stored.exemptions.size).toBe(0);
    // Our own write makes an event, too; without one a wake-up does the same.
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('queue health-gate');
    expect(recordsIn(deps, 'approval.requested')).toEqual(['approval.requested webapp-min-tls']);
    const worse = deps.stored.entries.find(({ kind }) => kind === 'health.worse');
    const fix = deps.stored.entries.find(({ kind }) => kind === 'fix.applied');
    expect(worse).toMatchObject({ operationId: fix?.operationId, changes: [{ path: TLS, from: '1.2', to: '1.0' }] });
    expect(worse?.message).toContain('now its availability is Limited');
  });

  test('by its requests alone is back within the gate and six minutes', async () => {
    for (const start of [0, 3, 6]) {
      const made = shop();
      const { deps } = made;
      traffic(deps, 60, (at) => from(deps, at, start));
      await deliver(made);
      expect([tlsNow(deps), ends(deps)]).toEqual(['1.0', ['worse']]);
      expect(backAfter(deps)).toBeLessThanOrEqual(16);
    }
  });

  test('is looked at again after a week: then the rule fixes it by itself', async () => {
    const made = shop();
    const { deps, host } = made;
    deps.health.state = (_, now) => (from(deps, now, 0) && deps.arm.writes.length === 1 ? ILL : GOOD);
    await deliver(made);
    await host.settle(7 * 86_400);
    await host.deliver(gridEvent('later', SHOP));
    await host.settle();
    expect(tlsNow(deps)).toBe('1.2');
  });
});

describe('the health check of a web app', () => {
  const falling = (deps: FakeDeps) => {
    traffic(deps, 5, () => false);
    deps.health.check = (_, at) => (from(deps, at, 0) && deps.arm.writes.length === 1 ? 0 : 100);
  };

  test('that falls twice in a row is rolled back, also without traffic', async () => {
    const made = shop(gateSettings({ minutes: 20 }));
    falling(made.deps);
    await deliver(made);
    expect([tlsNow(made.deps), ends(made.deps), told(made.deps)]).toEqual(['1.0', ['worse'], []]);
    expect(backAfter(made.deps)).toBeLessThanOrEqual(26);
    expect(made.deps.stored.entries.find(({ kind }) => kind === 'health.worse')?.message).toContain('health check');
  });

  test('that falls at the end of a gate is told', async () => {
    const made = shop();
    falling(made.deps);
    await deliver(made);
    expect([tlsNow(made.deps), ends(made.deps), told(made.deps)]).toEqual(['1.2', ['unknown'], ['health.told']]);
  });
});

describe('guarantee 15: nothing is rolled back', () => {
  test.each<[string, (deps: FakeDeps) => void, string[], string[]]>([
    ['when the app stays well', (deps) => traffic(deps, 60, () => false), ['well'], []],
    ['when it has no traffic', () => undefined, ['unknown'], []],
    ['when it has little traffic that fails', (deps) => traffic(deps, 5, (at) => from(deps, at, 0)), ['unknown'], []],
    [
      'when it fails for two minutes after the restart',
      (deps) => traffic(deps, 60, (at) => from(deps, at, 0, 2)),
      ['well'],
      [],
    ],
    ['when it failed before', (deps) => traffic(deps, 60, () => true), ['unknown'], []],
    [
      'when it is ill for a look and then not',
      (deps) => {
        deps.health.state = (_, now) => (from(deps, now, 2, 3.5) ? ILL : GOOD);
      },
      ['unknown'],
      [],
    ],
    [
      'when the metrics cannot be read',
      (deps) => {
        deps.health.unread = 'AuthorizationFailed';
      },
      ['unknown'],
      [],
    ],
    [
      'when its requests are refused, but people are told',
      (deps) => {
        deps.health.minute = (_, at) => ({ requests: 60, failed: 0, refused: from(deps, at, 0) ? 50 : 0, seconds: 1 });
      },
      ['well'],
      ['health.told'],
    ],
    [
      'when its callers stay away, but people are told',
      (deps) => {
        deps.health.minute = (_, at) => ({ requests: from(deps, at, 0) ? 1 : 60, failed: 0, refused: 0, seconds: 1 });
      },
      ['unknown'],
      ['health.told'],
    ],
  ])('%s', async (_, prepare, status, notifications) => {
    const made = shop();
    prepare(made.deps);
    await deliver(made);
    expect([tlsNow(made.deps), ends(made.deps), told(made.deps)]).toEqual(['1.2', status, notifications]);
    expect(recordsIn(made.deps, 'health.worse')).toEqual([]);
  });

  const illAfterwards = (deps: FakeDeps) => {
    deps.health.state = (resource, now) => (resource.id === SHOP && from(deps, now, 0) ? ILL : GOOD);
  };

  test('when it was ill before the write, and people are told', async () => {
    const made = scene({ app: { config: { minTlsVersion: '1.0' }, site: { availabilityState: 'Limited' } } });
    illAfterwards(made.deps);
    await deliver(made);
    expect([tlsNow(made.deps), ends(made.deps), told(made.deps)]).toEqual(['1.2', ['unknown'], ['health.told']]);
  });

  test('when somebody else wrote it meanwhile, and people are told', async () => {
    const made = shop();
    const { deps, host } = made;
    illAfterwards(deps);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(60);
    await host.deliver(gridEvent('second', SHOP, { by: BOB }));
    await host.settle(3600);
    expect([tlsNow(deps), ends(deps), told(deps)]).toEqual(['1.2', ['unknown'], ['health.told']]);
  });

  test('when its neighbour fell ill, too, and people are told', async () => {
    const made = shop();
    const { deps, host } = made;
    const neighbour = SHOP.replace(/[^/]+$/, 'neighbour');
    seedWebApp(deps.arm, {}, neighbour);
    await host.deliver(gridEvent('neighbour', neighbour));
    await host.settle(60);
    deps.health.state = (_, now) => (from(deps, now, 0) ? ILL : GOOD);
    traffic(deps, 60, () => false);
    await deliver(made);
    expect([tlsNow(deps), ends(deps), told(deps)]).toEqual(['1.2', ['unknown'], ['health.told']]);
  });

  test('when its values have moved, and the log says so', async () => {
    const made = shop();
    const { deps, host } = made;
    illAfterwards(deps);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(60);
    deps.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle(3600);
    expect([tlsNow(deps), recordsIn(deps, 'health.worse')]).toEqual(['1.3', ['health.worse webapp-min-tls']]);
    expect(deps.stored.entries.find(({ kind }) => kind === 'health.worse')?.message).toContain('no longer those');
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('when the settings only tell, and the log says so', async () => {
    const made = shop(gateSettings({ rollback: false }));
    illAfterwards(made.deps);
    await deliver(made);
    expect([tlsNow(made.deps), ends(made.deps)]).toEqual(['1.2', ['worse']]);
    expect(made.deps.stored.entries.find(({ kind }) => kind === 'health.worse')?.message).toContain(
      'healthGate.rollback',
    );
  });
});

describe('what holds a rollback', () => {
  test.each<[string, Partial<Settings>, string]>([
    ['a stop', { stopped: { reason: 'We look first.' } }, 'We look first.'],
    ['a stop of its scope', { scopes: [{ scope: SHOP, stopped: { reason: 'A fair.' } }] }, 'A fair.'],
    ['mode audit', { mode: 'audit' }, 'Mode audit'],
  ])('%s does, until it is lifted; the log says so', async (_, settings, why) => {
    const made = shop();
    const { deps, host } = made;
    deps.health.state = (_, now) => (from(deps, now, 0) && deps.arm.writes.length === 1 ? ILL : GOOD);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(60);
    storeSettings(deps, settings);
    await host.settle(1200);
    expect([tlsNow(deps), recordsIn(deps, 'health.worse').length]).toEqual(['1.2', 1]);
    expect(deps.stored.entries.find(({ kind }) => kind === 'health.worse')?.message).toContain('It is held. ');
    expect(deps.stored.entries.find(({ kind }) => kind === 'health.worse')?.message).toContain(why);
    storeSettings(deps, {});
    await host.settle(1200);
    expect(tlsNow(deps)).toBe('1.0');
  });

  test('a freeze and the hourly budget do not', async () => {
    const made = shop();
    const { deps, host } = made;
    deps.health.state = (_, now) => (from(deps, now, 0) && deps.arm.writes.length === 1 ? ILL : GOOD);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(60);
    const until = new Date(deps.clock.now().getTime() + 86_400_000).toISOString();
    const scope = SHOP.split('/').slice(0, 3).join('/');
    storeSettings(deps, {
      limits: { ...settingsSchema.parse({}).limits, fixesPerHour: 0 },
      scopes: [{ scope, frozen: { until, reason: 'Holidays.' } }],
    });
    await host.settle(1200);
    expect(tlsNow(deps)).toBe('1.0');
  });
});

describe('guarantee 15: what it costs', () => {
  test('a healthy app: two looks and two requests for metrics; nothing for other writes, and nothing in mode audit', async () => {
    const made = shop();
    traffic(made.deps, 60, () => false);
    await deliver(made);
    expect(made.deps.health.asked.map(({ what }) => what)).toEqual(['state', 'state', 'metrics', 'metrics']);
    expect(made.deps.health.asked.length).toBeLessThanOrEqual(6);
    await made.host.deliver(gridEvent('own', SHOP, { by: OURSELVES }));
    await made.host.settle();
    expect(made.deps.health.asked).toHaveLength(4);
    for (const settings of [gateSettings({ enabled: false }), { mode: 'audit' as const }]) {
      const other = shop(settings);
      await deliver(other);
      expect([other.deps.health.asked, ends(other.deps)]).toEqual([[], []]);
    }
  });

  test('a container app: a look before the write, too, because that of a web app was read for the fix', async () => {
    const deps = fakeDeps();
    seedContainerApp(deps.arm, { external: true, allowInsecure: true });
    const host = createHost(deps);
    await host.deliver(gridEvent('cart', CART));
    await host.settle(3600);
    expect(ends(deps)).toEqual(['unknown']);
    expect(deps.health.asked.map(({ what }) => what)).toEqual(['state', 'state', 'state', 'metrics']);
  });
});
