/** The slow path: what events missed is found, what is gone is confirmed, people wait for none of it. */
import { describe, expect, test } from 'vitest';
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
import { handleSweepWork, handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const SCOPE = `/subscriptions/${SUBSCRIPTION}`;

interface Stage {
  readonly world: FakeDeps;
  readonly host: Host;
  sweep(): Promise<void>;
}

/** A world whose estate shows these apps, and a sweep that is carried out to its end. */
function stage(...ids: string[]): Stage {
  const deps = fakeDeps();
  const host = createHost(deps);
  deps.estate.ids = ids;
  const sweep = async () => {
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
  };
  return { world: deps, host, sweep };
}

const readsOf = (deps: FakeDeps, id: string) => deps.arm.reads.filter(({ resource }) => same(resource, id)).length;
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

describe('guarantee 1: what no event told is found', () => {
  test('apps that were there before are read and put right; the log says that the sweep found them', async () => {
    const { world, sweep } = stage(SHOP, CART, ENVIRONMENT);
    seedWebApp(world.arm, UNSAFE);
    seedContainerApp(world.arm, { allowInsecure: true, external: true });
    seedEnvironment(world.arm);
    await sweep();
    expect([SHOP, CART, ENVIRONMENT].filter((id) => readsOf(world, id) === 0)).toEqual([]);
    expect(world.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
    expect(world.arm.valueOf(CART, 'resource', '/properties/configuration/ingress/allowInsecure')).toBe(false);
    const triggers = world.stored.entries.map(({ trigger }) => trigger?.type);
    expect(new Set(triggers)).toEqual(new Set(['sweep']));
  });

  test('an event whose message was lost is made good, and has its outcome', async () => {
    const { world, host, sweep } = stage(SHOP);
    seedWebApp(world.arm, UNSAFE);
    await host.deliver(gridEvent('lost', SHOP));
    world.stored.queue.splice(0);
    world.clock.advance(120);
    await sweep();
    expect(world.stored.events.map(({ outcome }) => outcome)).toEqual(['covered']);
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/minTlsVersion')).toBe('1.2');
  });

  test('an app whose last look was timed by a clock five hours ahead is looked at all the same', async () => {
    const { world, sweep } = stage(SHOP);
    seedWebApp(world.arm);
    const own = world.clock;
    const ahead = { ...own, now: () => new Date(own.now().getTime() + 5 * 3_600_000) };
    await handleWork({ ...world, clock: ahead }, { resource: SHOP, cause: 'wake', attempt: 0 });
    world.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    await sweep();
    expect(world.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
  });

  test('it does not look into the middle of a deployment', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm, UNSAFE);
    await host.deliver(gridEvent('e', SHOP));
    await startSweep(world, [SUBSCRIPTION]);
    await host.settle(29);
    expect(readsOf(world, SHOP)).toBe(0);
    await host.settle();
    expect(world.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated']);
  });
});

describe('what is known and not listed', () => {
  async function known(): Promise<Stage> {
    const staged = stage(SHOP);
    seedWebApp(staged.world.arm, RISKY);
    await staged.host.deliver(gridEvent('e', SHOP));
    await staged.host.settle();
    staged.world.estate.ids = [];
    staged.world.clock.advance(3600);
    return staged;
  }

  test('is cleared when Azure answers 404', async () => {
    const { world, sweep } = await known();
    world.arm.remove(SHOP);
    await sweep();
    expect(world.stored.findings).toEqual([]);
    expect([...world.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['cleared']);
  });

  test.each(['forbidden', 'failed'] as const)('is not cleared when it is %s', async (status) => {
    const { world, sweep } = await known();
    const before = readsOf(world, SHOP);
    world.arm.onRead = () =>
      status === 'failed' ? { status, detail: 'no', retryable: false } : { status, detail: 'no role' };
    await sweep();
    expect(readsOf(world, SHOP)).toBeGreaterThan(before);
    expect(world.stored.findings).not.toEqual([]);
    expect([...world.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['pending']);
  });

  test('is looked at, when the listing is merely behind, and nothing becomes of it', async () => {
    const { world, sweep } = await known();
    await sweep();
    expect([...world.stored.approvals.values()].map(({ value }) => value.status)).toEqual(['pending']);
  });
});

describe('pages, pace and quota', () => {
  const app = (name: string) => SHOP.replace(/[^/]+$/, name);
  const names = ['a', 'b', 'c', 'd', 'e'].map(app);

  async function pages(deps: FakeDeps): Promise<void> {
    deps.estate.ids = [...names];
    deps.estate.pageSize = 2;
    for (const name of names) seedWebApp(deps.arm, {}, name);
  }

  test('each page is a message of its own, and every resource is read once', async () => {
    const { world, sweep } = stage();
    await pages(world);
    await sweep();
    expect(world.estate.asked).toEqual([null, '2', '4']);
    expect(names.map((name) => readsOf(world, name))).toEqual([1, 1, 1, 1, 1]);
  });

  test('known resources of every page are looked at, whatever page they would have been on', async () => {
    const { world, sweep } = stage();
    await pages(world);
    await sweep();
    world.clock.advance(3600);
    world.estate.ids = [app('b'), app('d'), app('e')];
    for (const gone of ['a', 'c'].map(app)) world.arm.remove(gone);
    await sweep();
    const left = new Set(world.stored.findings.map(({ resource }) => resource.name));
    expect(left).toEqual(new Set(['b', 'd', 'e']));
  });

  test('at most one resource a second is begun', async () => {
    const { world } = stage();
    await pages(world);
    world.estate.pageSize = 100;
    await startSweep(world, [SUBSCRIPTION]);
    const page = world.stored.sweeps.splice(0)[0];
    if (!page) throw new Error('no page was sent');
    await handleSweepWork(world, page.message);
    const now = world.clock.now().getTime();
    expect(world.stored.sweeps.map(({ visibleAt }) => (visibleAt - now) / 1000)).toEqual([0, 1, 2, 3, 4]);
  });

  test('the next page is asked for when the resources of this one are through', async () => {
    const { world, host } = stage();
    await pages(world);
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    const next = world.stored.sweeps.find(({ message }) => 'list' in message);
    expect(((next?.visibleAt ?? 0) - world.clock.now().getTime()) / 1000).toBe(2);
  });

  test('what is listed and known gets one message', async () => {
    const { world, host, sweep } = stage();
    await pages(world);
    await sweep();
    world.estate.pageSize = 100;
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    expect(world.stored.sweeps).toHaveLength(names.length);
  });

  test('a page that is refused for now is asked again when Resource Graph allows it, and nothing is lost', async () => {
    const { world, sweep } = stage();
    await pages(world);
    const times: number[] = [];
    world.estate.onList = () => {
      times.push(world.clock.now().getTime());
      return times.length === 1 ? { kind: 'refused', failure: failure('throttled', 'RateLimiting', 90) } : undefined;
    };
    await sweep();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(90_000);
    expect(names.map((name) => readsOf(world, name))).toEqual([1, 1, 1, 1, 1]);
  });

  test('when the quota is used up, the next page waits for it', async () => {
    const { world, host } = stage();
    await pages(world);
    const times: number[] = [];
    world.estate.onList = (token) => {
      times.push(world.clock.now().getTime());
      return token === null ? { kind: 'page', ids: [], next: '2', waitSeconds: 40 } : undefined;
    };
    await startSweep(world, [SUBSCRIPTION]);
    await host.settle();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(40_000);
  });

  test('a listing that is forbidden ends as a dead letter with its reason', async () => {
    const { world, sweep } = stage(SHOP);
    world.estate.onList = () => ({ kind: 'refused', failure: failure('blocked', 'AuthorizationFailed') });
    await sweep();
    const letters = [...world.stored.deadLetters.values()];
    expect(letters.map(({ queue }) => queue)).toEqual(['sweep']);
    expect(letters[0]?.error).toContain('AuthorizationFailed');
  });
});

describe('a sweep never stands before a person', () => {
  test('a hundred resources wait on the slow queue, and the change of one app is looked at when it is due', async () => {
    const { world, host } = stage();
    const others = Array.from({ length: 100 }, (_, index) => SHOP.replace(/[^/]+$/, `other-${index}`));
    for (const id of [SHOP, ...others]) seedWebApp(world.arm, {}, id);
    world.estate.ids = others;
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    await host.deliver(gridEvent('e', SHOP));
    expect(world.stored.queue).toHaveLength(1);
    await host.settle(30);
    expect(world.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated']);
    expect(world.stored.sweeps.length).toBeGreaterThan(60);
  });

  test('what was looked at since the sweep began is not read again', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    const waiting = world.stored.sweeps.splice(0);
    world.clock.advance(120);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    const before = readsOf(world, SHOP);
    world.stored.sweeps.push(...waiting);
    await host.settle();
    expect([before, readsOf(world, SHOP), world.stored.sweeps.length]).toEqual([1, 1, 0]);
  });

  test('but is, when something could not be read then', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    const waiting = world.stored.sweeps.splice(0);
    world.clock.advance(120);
    world.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'no', retryable: false } : undefined;
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    world.arm.onRead = null;
    world.stored.sweeps.push(...waiting);
    await host.settle();
    expect(world.stored.findings.filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
  });

  test('but is, when an event still waits that nobody looks after', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    const waiting = world.stored.sweeps.splice(0);
    world.clock.advance(120);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle();
    await host.deliver(gridEvent('lost', SHOP));
    world.stored.queue.splice(0);
    world.clock.advance(120);
    world.stored.sweeps.push(...waiting);
    await host.settle();
    expect(world.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated', 'covered']);
  });

  test('a message that comes back stays on the slow queue', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    world.stored.leases.set(SHOP.toLowerCase(), { holder: 99, until: world.clock.now().getTime() + 20_000 });
    await startSweep(world, [SUBSCRIPTION]);
    await host.work();
    await host.work();
    expect([world.stored.queue.length, world.stored.sweeps.length]).toEqual([0, 1]);
    await host.settle();
    expect(readsOf(world, SHOP)).toBe(1);
  });
});

describe('scans', () => {
  test('a scan tells what it found and what it has looked at, each resource once', async () => {
    const { world, host } = stage(SHOP, CART);
    seedWebApp(world.arm);
    seedContainerApp(world.arm);
    const { id } = await startScan(world, SCOPE);
    await host.work();
    expect(await world.scans.get(id)).toMatchObject({ status: 'running', found: 2, evaluated: 0 });
    world.stored.sweeps.push(...world.stored.sweeps.map((one) => ({ ...one })));
    await host.settle();
    expect(await world.scans.get(id)).toEqual({ id, scope: SCOPE, status: 'done', found: 2, evaluated: 2 });
  });

  test('what was put back is not counted before its time', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    world.stored.leases.set(SHOP.toLowerCase(), { holder: 99, until: world.clock.now().getTime() + 20_000 });
    const { id } = await startScan(world, SCOPE);
    await host.work();
    await host.work();
    expect(await world.scans.get(id)).toMatchObject({ status: 'running', found: 1, evaluated: 0 });
    await host.settle();
    expect(await world.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
  });

  test('only what is in the scope is looked at', async () => {
    const { world, host } = stage(SHOP, CART);
    seedWebApp(world.arm);
    seedContainerApp(world.arm);
    const { id } = await startScan(world, SHOP);
    await host.settle();
    expect(await world.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
    expect([readsOf(world, SHOP), readsOf(world, CART)]).toEqual([1, 0]);
  });

  test('one that can never be handled is counted when it is given up', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm);
    world.arm.read = async () => {
      throw new Error('a defect');
    };
    const { id } = await startScan(world, SCOPE);
    await host.settle();
    expect(await world.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
    expect(world.stored.deadLetters.size).toBe(1);
  });

  test('what it does is said to be the scan', async () => {
    const { world, host } = stage(SHOP);
    seedWebApp(world.arm, UNSAFE);
    await startScan(world, SCOPE);
    await host.settle();
    expect(new Set(world.stored.entries.map(({ trigger }) => trigger?.type))).toEqual(new Set(['scan']));
  });
});

describe('a crash at any line of a scan', () => {
  async function walk(at: number | null, when: 'before' | 'after') {
    const deps = fakeDeps();
    const crashing = crashingDeps(deps, at, when);
    const host = createHost(deps, { ports: crashing.world, restart: crashing.restart });
    for (const id of [SHOP, CART]) deps.estate.ids.push(id);
    deps.estate.pageSize = 1;
    seedWebApp(deps.arm, { site: { httpsOnly: false } });
    seedContainerApp(deps.arm);
    const { id } = await startScan(deps, SCOPE);
    await host.settle(7200);
    const outcome = {
      scan: await deps.scans.get(id),
      writes: deps.arm.writes.length,
      applied: deps.stored.entries.filter(({ kind }) => kind === 'fix.applied').length,
      letters: deps.stored.deadLetters.size,
    };
    return { outcome, calls: crashing.calls.length, crashed: crashing.crashed() };
  }

  test('counts every resource once and writes once', async () => {
    const clean = await walk(null, 'before');
    expect(clean.outcome).toMatchObject({ scan: { status: 'done', found: 2, evaluated: 2 }, writes: 1, applied: 1 });
    for (const when of ['before', 'after'] as const) {
      let points = 0;
      for (let at = 1; ; at += 1) {
        const run = await walk(at, when);
        if (!run.crashed) break;
        points += 1;
        expect(run.outcome, `${when} call ${at}`).toEqual(clean.outcome);
      }
      expect(points).toBe(clean.calls);
    }
  });
});
