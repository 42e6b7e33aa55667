/** The sweep: it finds what events missed and confirms deletions, and no event waits for it. */
import { describe, expect, test } from 'vitest';
import { pauses } from '../../../src/workflows/ports/runtime.ts';
import { startScan, startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { failure } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import {
  CART,
  ENVIRONMENT,
  RISKY,
  SHOP,
  seedContainerApp,
  seedEnvironment,
  seedWebApp,
  UNSAFE,
} from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const SCOPE = `/subscriptions/${SUBSCRIPTION}`;

interface Stage {
  readonly deps: FakeDeps;
  readonly host: Host;
  sweep(): Promise<void>;
}

/** Two reads a second: a web app of these rules takes one second. */
const SLOW = { pauses: { ...pauses.parse({}), sweepReadsPerSecond: 2 } };
/** So many resources are listed in four partitions. */
const FOUR_PARTS = 3000;

/** Dependencies whose estate lists these apps, and a sweep that runs to its end. */
function stage(...ids: string[]): Stage {
  const deps = fakeDeps({ options: SLOW });
  const host = createHost(deps);
  deps.estate.ids = ids;
  const sweep = async () => {
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
  };
  return { deps, host, sweep };
}

const row = (...ids: string[]) => ids.map((id) => ({ id, columns: {} }));
const readsOf = (deps: FakeDeps, id: string) => deps.arm.reads.filter(({ resource }) => same(resource, id)).length;
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

describe('guarantee 1: the sweep finds changes without an event', () => {
  test('existing apps are read and fixed, and the log has the sweep as trigger', async () => {
    const { deps, sweep } = stage(SHOP, CART, ENVIRONMENT);
    seedWebApp(deps.arm, UNSAFE);
    seedContainerApp(deps.arm, { allowInsecure: true, external: true });
    seedEnvironment(deps.arm);
    await sweep();
    expect([SHOP, CART, ENVIRONMENT].filter((id) => readsOf(deps, id) === 0)).toEqual([]);
    expect(deps.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
    expect(deps.arm.valueOf(CART, 'resource', '/properties/configuration/ingress/allowInsecure')).toBe(false);
    const triggers = deps.stored.entries.map(({ trigger }) => trigger?.type);
    expect(new Set(triggers)).toEqual(new Set(['sweep']));
  });

  test('an event whose message was lost gets its outcome', async () => {
    const { deps, host, sweep } = stage(SHOP);
    seedWebApp(deps.arm, UNSAFE);
    await host.deliver(gridEvent('lost', SHOP));
    deps.stored.queue.splice(0);
    deps.clock.advance(120);
    await sweep();
    expect(deps.stored.events.map(({ outcome }) => outcome)).toEqual(['covered']);
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/minTlsVersion')).toBe('1.2');
  });

  test('an app that was reconciled by a clock five hours ahead is reconciled', async () => {
    const { deps, sweep } = stage(SHOP);
    seedWebApp(deps.arm);
    const own = deps.clock;
    const ahead = { ...own, now: () => new Date(own.now().getTime() + 5 * 3_600_000) };
    await handleWork({ ...deps, clock: ahead }, { resource: SHOP, cause: 'wake', attempt: 0 });
    deps.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    await sweep();
    expect(deps.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
  });

  test('an app is not read within the settle delay of an event', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm, UNSAFE);
    await host.deliver(gridEvent('e', SHOP));
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle(29);
    expect(readsOf(deps, SHOP)).toBe(0);
    await host.settle();
    expect(deps.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated']);
  });
});

describe('a known resource that is not listed', () => {
  async function known(): Promise<Stage> {
    const staged = stage(SHOP);
    seedWebApp(staged.deps.arm, RISKY);
    await staged.host.deliver(gridEvent('e', SHOP));
    await staged.host.settle();
    staged.deps.estate.ids = [];
    staged.deps.clock.advance(3600);
    return staged;
  }

  test('is cleared when Azure answers 404', async () => {
    const { deps, sweep } = await known();
    deps.arm.remove(SHOP);
    await sweep();
    expect(deps.stored.findings).toEqual([]);
    expect([...deps.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['cleared']);
  });

  test.each(['forbidden', 'failed'] as const)('is not cleared when it is %s', async (status) => {
    const { deps, sweep } = await known();
    const before = readsOf(deps, SHOP);
    deps.arm.onRead = () =>
      status === 'failed' ? { status, detail: 'no', retryable: false } : { status, detail: 'no role' };
    await sweep();
    expect(readsOf(deps, SHOP)).toBeGreaterThan(before);
    expect(deps.stored.findings).not.toEqual([]);
    expect([...deps.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['pending']);
  });

  test('is read and unchanged when the listing is only behind', async () => {
    const { deps, sweep } = await known();
    await sweep();
    expect([...deps.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['pending']);
  });
});

describe('partitions, pace and quota', () => {
  const app = (name: string) => SHOP.replace(/[^/]+$/, name);
  const names = ['a', 'b', 'c', 'd', 'e'].map(app);

  async function pages(deps: FakeDeps): Promise<void> {
    deps.estate.ids = [...names];
    deps.estate.counted = FOUR_PARTS;
    for (const name of names) seedWebApp(deps.arm, {}, name);
  }

  test('each partition is a separate message, and every resource is read once', async () => {
    const { deps, host } = stage();
    await pages(deps);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const first = ['count', 'shared 0/1', 'groups 0/1', 'resources 0/4', 'configurations 0/4'];
    expect(deps.estate.requests).toEqual(first);
    await host.settle();
    const next = [1, 2, 3].flatMap((index) => [`resources ${index}/4`, `configurations ${index}/4`]);
    expect(deps.estate.requests.slice(first.length)).toEqual(next);
    expect(names.map((name) => readsOf(deps, name))).toEqual([1, 1, 1, 1, 1]);
  });

  test('known resources of every partition are reconciled, whichever partition would have listed them', async () => {
    const { deps, sweep } = stage();
    await pages(deps);
    await sweep();
    deps.clock.advance(3600);
    deps.estate.ids = [app('b'), app('d'), app('e')];
    for (const gone of ['a', 'c'].map(app)) deps.arm.remove(gone);
    await sweep();
    const left = new Set(deps.stored.findings.map(({ resource }) => resource.name));
    expect(left).toEqual(new Set(['b', 'd', 'e']));
  });

  test('a known resource that no sweep has listed is reconciled', async () => {
    const { deps, host, sweep } = stage();
    await pages(deps);
    seedWebApp(deps.arm);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    deps.arm.remove(SHOP);
    await sweep();
    expect(deps.stored.findings.filter(({ resource }) => same(resource.id, SHOP))).toEqual([]);
  });

  test('reads begin at the pace, after the reads that were possible at once', async () => {
    const { deps, host } = stage();
    const many = Array.from({ length: 20 }, (_, index) => app(`many-${index}`));
    deps.estate.ids = many;
    for (const id of many) seedWebApp(deps.arm, {}, id);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const now = deps.clock.now().getTime();
    const delays = deps.stored.sweeps.map(({ visibleAt }) => (visibleAt - now) / 1000);
    // Ten seconds of reads were possible at once; each look reads twice, which takes a second.
    expect(delays).toEqual([...Array(11).fill(0), ...Array.from({ length: 9 }, (_, index) => index + 1)]);
  });

  test('at no time more reads have begun than half of what Azure allows: 250 at once, and 25 a second', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    deps.estate.ids = Array.from({ length: 150 }, (_, index) => app(`many-${index}`));
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const now = deps.clock.now().getTime();
    let reads = 0;
    for (const { message, visibleAt } of deps.stored.sweeps.filter((one) => 'resource' in one.message)) {
      reads += 'resource' in message ? (message.reads ?? 0) : 0;
      // The reads of the look that begins then are still to come.
      expect(reads - 2).toBeLessThanOrEqual((250 + (25 * (visibleAt - now)) / 1000) / 2);
    }
    expect(reads).toBe(300);
  });

  test('the next partition is listed when the reads of this one have begun', async () => {
    const { deps, host } = stage();
    await pages(deps);
    deps.estate.onList = ({ part }) =>
      part.index === 0
        ? { kind: 'listed', complete: true, waitSeconds: 0, rows: row(...names, ...names.map((id) => `${id}2`)) }
        : undefined;
    await deps.sweepRuns.reserve(SUBSCRIPTION, 10, deps.clock.now());
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const next = deps.stored.sweeps.find(({ message }) => 'list' in message);
    expect(((next?.visibleAt ?? 0) - deps.clock.now().getTime()) / 1000).toBe(10);
  });

  test('sweeps, scans and requests share the reserved time of a subscription', async () => {
    const { deps, host } = stage();
    await pages(deps);
    deps.estate.counted = null;
    deps.estate.ids = Array.from({ length: 12 }, (_, index) => app(`many-${index}`));
    await startSweep(deps, [SUBSCRIPTION]);
    await startScan(deps, SCOPE);
    await host.work();
    await host.work();
    const now = deps.clock.now().getTime();
    const scanned = deps.stored.sweeps.filter(({ message }) => 'cause' in message && message.cause === 'scan');
    expect(scanned.map(({ visibleAt }) => (visibleAt - now) / 1000)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 2),
    );
  });

  test('messages that were late are spaced out where they are handled', async () => {
    const { deps, host } = stage();
    deps.estate.ids = Array.from({ length: 40 }, (_, index) => app(`many-${index}`));
    for (const id of deps.estate.ids) seedWebApp(deps.arm, {}, id);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    deps.clock.advance(3600);
    await host.settle(9);
    // Eleven at once and one a second.
    expect(deps.arm.reads).toHaveLength(20);
    await host.settle(60);
    expect(deps.arm.reads).toHaveLength(40);
  });

  test('a resource that is listed and known gets one message', async () => {
    const { deps, host, sweep } = stage();
    await pages(deps);
    await sweep();
    deps.estate.counted = null;
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    expect(deps.stored.sweeps).toHaveLength(names.length);
  });

  test('a refused partition is listed again when Resource Graph allows it, and no resource is lost', async () => {
    const { deps, sweep } = stage();
    await pages(deps);
    const times: number[] = [];
    deps.estate.onList = () => {
      times.push(deps.clock.now().getTime());
      return times.length === 1 ? { kind: 'refused', failure: failure('throttled', 'RateLimiting', 90) } : undefined;
    };
    await sweep();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(90_000);
    expect(names.map((name) => readsOf(deps, name))).toEqual([1, 1, 1, 1, 1]);
  });

  test('when the quota is used up, the next partition waits for it', async () => {
    const { deps, host } = stage();
    await pages(deps);
    const times: number[] = [];
    deps.estate.onList = ({ table, part }) => {
      if (table !== 'resources') return undefined;
      times.push(deps.clock.now().getTime());
      return part.index === 0 ? { kind: 'listed', rows: [], complete: true, waitSeconds: 40 } : undefined;
    };
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(40_000);
  });

  test('a forbidden listing becomes a dead letter with its reason', async () => {
    const { deps, sweep } = stage(SHOP);
    deps.estate.onList = () => ({ kind: 'refused', failure: failure('blocked', 'AuthorizationFailed') });
    await sweep();
    const letters = [...deps.stored.deadLetters.values()];
    expect(letters.map(({ queue }) => queue)).toEqual(['sweep']);
    expect(letters[0]?.error).toContain('AuthorizationFailed');
  });
});

describe('a sweep does not delay events', () => {
  test('with a hundred resources on the sweep queue, the event of one app is reconciled when it is due', async () => {
    const { deps, host } = stage();
    const others = Array.from({ length: 100 }, (_, index) => SHOP.replace(/[^/]+$/, `other-${index}`));
    for (const id of [SHOP, ...others]) seedWebApp(deps.arm, {}, id);
    deps.estate.ids = others;
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    await host.deliver(gridEvent('e', SHOP));
    expect(deps.stored.queue).toHaveLength(1);
    await host.settle(30);
    expect(deps.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated']);
    expect(deps.stored.sweeps.length).toBeGreaterThan(50);
  });

  test('a resource that was reconciled since the sweep began is not read again', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const waiting = deps.stored.sweeps.splice(0);
    deps.clock.advance(120);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    const before = readsOf(deps, SHOP);
    deps.stored.sweeps.push(...waiting);
    await host.settle();
    expect([before, readsOf(deps, SHOP), deps.stored.sweeps.length]).toEqual([1, 1, 0]);
  });

  test('a resource with unread documents is read again', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const waiting = deps.stored.sweeps.splice(0);
    deps.clock.advance(120);
    deps.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'no', retryable: false } : undefined;
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    deps.arm.onRead = null;
    deps.stored.sweeps.push(...waiting);
    await host.settle();
    expect(deps.stored.findings.filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
  });

  test('a resource with a lost waiting event is read again', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const waiting = deps.stored.sweeps.splice(0);
    deps.clock.advance(120);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle();
    await host.deliver(gridEvent('lost', SHOP));
    deps.stored.queue.splice(0);
    deps.clock.advance(120);
    deps.stored.sweeps.push(...waiting);
    await host.settle();
    expect(deps.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated', 'covered']);
  });

  test('a message that is requeued stays on the sweep queue', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    deps.stored.leases.set(SHOP.toLowerCase(), { holder: 99, until: deps.clock.now().getTime() + 20_000 });
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    await host.work();
    expect([deps.stored.queue.length, deps.stored.sweeps.length]).toEqual([0, 1]);
    await host.settle();
    expect(readsOf(deps, SHOP)).toBe(1);
  });
});
