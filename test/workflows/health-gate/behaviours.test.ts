/**
 * Guarantees of a health gate for every way an app can behave after a fix: what falls ill is back in time, nobody is blamed
 * without a reason, and nothing of somebody else is overwritten. Bodies, minutes, lags and gaps are generated.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { containerAppState, webAppState } from '../../../src/domain/health/app-states.ts';
import type { AppState } from '../../../src/domain/health/gate.ts';
import { MINUTE_MS } from '../../../src/domain/resources/durations.ts';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { rule as insecureIngress } from '../../../src/rules/container-app/containerapp-insecure-ingress.ts';
import { rule as minTls } from '../../../src/rules/web-app/webapp-min-tls.ts';
import { BOB, gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { recordsIn } from '../../fakes/scenarios/scene.ts';
import { TLS } from '../approvals/rolling-back.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the behaviours: ${SEED}`);
const MOST = { seed: SEED, numRuns: 15 };

const INSECURE = '/properties/configuration/ingress/allowInsecure';

// What Resource Manager shows.

const site = (properties: JsonObject) => webAppState({ properties: { state: 'Running', ...properties } });
const revision = (properties: JsonObject, replicas: Json[] | null = null) =>
  containerAppState(
    { properties: { provisioningState: 'Succeeded' } },
    { name: 'cart--1', properties: { provisioningState: 'Provisioned', ...properties } },
    replicas,
  );
const replica = (ready: boolean, restartCount: number) => ({ properties: { containers: [{ ready, restartCount }] } });
const RUNS = { runningState: 'Running', healthState: 'Healthy' };

const GOOD = {
  web: fc.constantFrom(site({}), site({ availabilityState: 'Normal', usageState: 'Normal', enabled: true })),
  container: fc.constantFrom(
    revision(RUNS, [replica(true, 0)]),
    revision({ ...RUNS, runningState: 'RunningAtMaxScale' }, [replica(true, 7), replica(false, 3)]),
    revision({ runningState: 'ScaledToZero', healthState: 'Healthy' }, []),
  ),
};
const ILL = {
  web: fc.constantFrom(
    ...[{ state: 'Stopped' }, { state: 'QuotaExceeded' }, { availabilityState: 'Limited' }].map(site),
    ...[{ usageState: 'Exceeded' }, { enabled: false }].map(site),
  ),
  container: fc.constantFrom(
    revision({ ...RUNS, healthState: 'Unhealthy' }),
    revision({ runningState: 'ActivationFailed', healthState: 'None' }),
    revision({ runningState: 'Degraded', healthState: 'Healthy' }, [replica(true, 0)]),
    revision({ provisioningState: 'Failed' }),
    revision(RUNS, [replica(false, 4), replica(false, 2)]),
  ),
};

/** How an app behaves. Minutes count from the write of its fix. */
interface Way {
  readonly kind: 'web' | 'container';
  readonly good: AppState;
  readonly ill: AppState;
  /** When its state shows that it is ill; null: never. */
  readonly shows: Period | null;
  /** When its requests fail; null: never. */
  readonly fails: (Period & { readonly share: number; readonly isSlow: boolean }) | null;
  /** Its share of failed requests before the write. */
  readonly failedBefore: number;
  /** Its state was ill before, and stays so. */
  readonly isIllBefore: boolean;
  /** A minute. */
  readonly requests: number;
  /** Azure Monitor: how late minutes come, how they come until then, and which one is missing. */
  readonly lag: number;
  readonly lateAsZero: boolean;
  readonly gap: number | null;
  readonly gateMinutes: number;
  /** Seconds of the minute in which its event comes. */
  readonly second: number;
}
interface Period {
  readonly from: number;
  readonly to: number;
}

const ALWAYS = Number.POSITIVE_INFINITY;
const number = (min: number, max: number) => fc.integer({ min, max });

/** A way: an app that stays well, unless it differs. */
function wayOf(differs: { readonly [member in keyof Way]?: fc.Arbitrary<Way[member]> } = {}): fc.Arbitrary<Way> {
  return fc.constantFrom('web' as const, 'container' as const).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      good: GOOD[kind],
      ill: ILL[kind],
      shows: fc.constant(null),
      fails: fc.constant(null),
      failedBefore: fc.constantFrom(0, 0.01, 0.02),
      isIllBefore: fc.constant(false),
      requests: number(40, 200),
      lag: number(1, 3),
      lateAsZero: fc.boolean(),
      gap: fc.option(number(-15, 12)),
      gateMinutes: fc.constantFrom(10, 15, 30),
      second: number(0, 59),
      ...differs,
    }),
  );
}

/** Somebody else writes the value before so many reads of Azure since the fix; with the event of it, or without. */
interface Somebody {
  readonly beforeRead: number;
  readonly isTold: boolean;
}

/** The app from its event to its rest. */
async function lived(way: Way, somebody: Somebody | null = null) {
  const isWeb = way.kind === 'web';
  const deps = fakeDeps({ rules: [isWeb ? minTls : insecureIngress] });
  const { healthGate } = settingsSchema.parse({});
  storeSettings(deps, { healthGate: { ...healthGate, minutes: way.gateMinutes } });
  const site = way.isIllBefore ? { availabilityState: 'Limited' } : {};
  if (isWeb) seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' }, site });
  else seedContainerApp(deps.arm, { external: true, allowInsecure: true });
  const id = isWeb ? SHOP : CART;

  const writtenAt = () => (deps.arm.writes[0] ? Date.parse(deps.arm.writes[0].at) : null);
  const backAt = () => (deps.arm.writes[1] ? Date.parse(deps.arm.writes[1].at) : ALWAYS);
  const minutesAt = (time: number) => {
    const since = writtenAt();
    return since === null || time >= backAt() ? null : (time - since) / MINUTE_MS;
  };
  const isIn = (period: Period | null, minute: number | null) =>
    period !== null && minute !== null && minute >= period.from && minute < period.to;
  deps.health.state = (_, now) => (way.isIllBefore || isIn(way.shows, minutesAt(now.getTime())) ? way.ill : way.good);
  deps.health.minute = (_, at, now) => {
    const minute = minutesAt(at.getTime());
    const nothing = way.lateAsZero ? { requests: 0, failed: 0, refused: 0, seconds: null } : null;
    if (now.getTime() - at.getTime() < (1 + way.lag) * MINUTE_MS) return nothing;
    if (way.gap !== null && Math.floor(minute ?? ALWAYS) === way.gap) return null;
    const since = way.fails && isIn(way.fails, minute) ? (minute ?? 0) - way.fails.from : null;
    const share = since === null || !way.fails ? 0 : way.fails.share * (way.fails.isSlow ? Math.min(1, since / 6) : 1);
    const failed = Math.round(way.requests * Math.max(way.failedBefore, share));
    return { requests: way.requests, failed, refused: 0, seconds: 0.1 };
  };

  let reads = 0;
  const read: typeof deps.arm.read = async (resource, ...rest) => {
    if (writtenAt() !== null) reads += 1;
    if (somebody !== null && reads === somebody.beforeRead) {
      reads += 1;
      deps.arm.change(SHOP, 'config/web', TLS, '1.3');
      if (somebody.isTold) await host.deliver(gridEvent('theirs', SHOP, { by: BOB }));
    }
    return deps.arm.read(resource, ...rest);
  };
  const host = createHost(deps, { ports: { ...deps, arm: { ...deps.arm, read } } });
  deps.clock.advance(way.second);
  await host.deliver(gridEvent('first', id));
  await host.settle(60 * (way.gateMinutes + 12));
  const [first, back] = deps.arm.writes;
  return {
    back: first && back ? (Date.parse(back.at) - Date.parse(first.at)) / MINUTE_MS : null,
    writes: deps.arm.writes.length,
    value: isWeb ? deps.arm.valueOf(SHOP, 'config/web', TLS) : deps.arm.valueOf(CART, 'resource', INSECURE),
    worse: recordsIn(deps, 'health.worse').length,
    rolledBack: recordsIn(deps, 'rollback.applied').length,
    gates: [...deps.stored.endedGates.values()].map(({ status }) => status),
    reads,
  };
}

/** It was fixed, rolled back once within so many minutes, and left alone. */
function expectBack(end: Awaited<ReturnType<typeof lived>>, within: number): void {
  expect(end).toMatchObject({ writes: 2, worse: 1, rolledBack: 1, gates: ['worse'] });
  expect(['1.0', true]).toContain(end.value);
  expect(end.back).toBeLessThanOrEqual(within);
}

function expectLeft(end: Awaited<ReturnType<typeof lived>>): void {
  expect(end).toMatchObject({ writes: 1, worse: 0, rolledBack: 0 });
  expect(['1.2', false]).toContain(end.value);
  expect(end.gates).toHaveLength(1);
}

const property = (way: fc.Arbitrary<Way>, holds: (way: Way) => Promise<void>) =>
  fc.assert(fc.asyncProperty(way, holds), MOST);

describe('guarantee 15: what falls ill is back', () => {
  test('within six minutes, when its state shows it from the first minute', async () => {
    const shows = fc.record({ from: fc.constant(0), to: fc.constantFrom(8, ALWAYS) });
    await property(wayOf({ shows, requests: number(0, 200) }), async (way) => expectBack(await lived(way), 6));
  });

  test('within the gate and six minutes, when its state shows it later', async () => {
    const shows = fc.record({ from: fc.double({ min: 0, max: 9, noNaN: true }), to: fc.constant(ALWAYS) });
    await property(wayOf({ shows, requests: number(0, 200) }), async (way) =>
      expectBack(await lived(way), way.gateMinutes + 6),
    );
  });

  test('within the gate and six minutes, when only its failed requests show it, at once or slowly', async () => {
    const fails = fc.record({
      from: number(0, 3),
      to: fc.constant(ALWAYS),
      share: fc.constantFrom(0.6, 1),
      isSlow: fc.boolean(),
    });
    await property(wayOf({ fails }), async (way) => expectBack(await lived(way), way.gateMinutes + 6));
  });

  test('also with the shortest gate', async () => {
    const fails = fc.record({
      from: fc.constant(0),
      to: fc.constant(ALWAYS),
      share: fc.constant(1),
      isSlow: fc.constant(false),
    });
    const shortest = { fails, gateMinutes: fc.constant(5), gap: fc.constant(null) };
    await property(wayOf(shortest), async (way) => expectBack(await lived(way), way.gateMinutes + 6));
  });
});

describe('guarantee 15: nothing is rolled back', () => {
  test('when the app stays well, whatever Azure Monitor leaves out', async () => {
    await property(wayOf({ lag: number(1, 6), requests: number(0, 200) }), async (way) => expectLeft(await lived(way)));
  });

  test('when it was ill before: by its state', async () => {
    await property(wayOf({ isIllBefore: fc.constant(true) }), async (way) => expectLeft(await lived(way)));
  });

  test('when it was ill before: by its failed requests', async () => {
    const failedBefore = fc.double({ min: 0.06, max: 1, noNaN: true });
    const fails = fc.record({
      from: fc.constant(0),
      to: fc.constant(ALWAYS),
      share: fc.constant(1),
      isSlow: fc.boolean(),
    });
    await property(wayOf({ failedBefore, fails, requests: number(50, 200) }), async (way) =>
      expectLeft(await lived(way)),
    );
  });

  test('when there is too little traffic to say, although every request fails', async () => {
    const fails = fc.record({
      from: number(0, 6),
      to: fc.constant(ALWAYS),
      share: fc.constant(1),
      isSlow: fc.boolean(),
    });
    await property(wayOf({ fails, requests: number(0, 6) }), async (way) => expectLeft(await lived(way)));
  });

  test('when its state is ill for less than a minute, so that one look at most sees it', async () => {
    const shows = fc.double({ min: 0, max: 30, noNaN: true }).map((from) => ({ from, to: from + 0.9 }));
    await property(wayOf({ shows }), async (way) => expectLeft(await lived(way)));
  });

  test('when requests fail for the two minutes of a restart', async () => {
    const fails = fc.constant({ from: 0, to: 2, share: 1, isSlow: false });
    await property(wayOf({ fails }), async (way) => expectLeft(await lived(way)));
  });
});

test('guarantee 15: a change of somebody else is never overwritten, before whatever read it comes, with its event and without', async () => {
  const web = wayOf({ shows: fc.constant({ from: 0, to: ALWAYS }) }).filter(({ kind }) => kind === 'web');
  const somebody = fc.record({ beforeRead: number(1, 12), isTold: fc.boolean() });
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(web, somebody, async (way, theirs) => {
      const end = await lived(way, theirs);
      if (end.reads <= theirs.beforeRead) return;
      changed += 1;
      expect(end.value).toBe('1.3');
    }),
    { ...MOST, numRuns: 40 },
  );
  expect(changed).toBeGreaterThan(10);
});
