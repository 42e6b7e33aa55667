/** The sweep: it finds what events missed and confirms deletions, and no event waits for it. */
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
  readonly deps: FakeDeps;
  readonly host: Host;
  sweep(): Promise<void>;
}

/** Dependencies whose estate lists these apps, and a sweep that runs to its end. */
function stage(...ids: string[]): Stage {
  const deps = fakeDeps();
  const host = createHost(deps);
  deps.estate.ids = ids;
  const sweep = async () => {
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
  };
  return { deps, host, sweep };
}

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

describe('pages, pace and quota', () => {
  const app = (name: string) => SHOP.replace(/[^/]+$/, name);
  const names = ['a', 'b', 'c', 'd', 'e'].map(app);

  async function pages(deps: FakeDeps): Promise<void> {
    deps.estate.ids = [...names];
    deps.estate.pageSize = 2;
    for (const name of names) seedWebApp(deps.arm, {}, name);
  }

  test('each page is a separate message, and every resource is read once', async () => {
    const { deps, sweep } = stage();
    await pages(deps);
    await sweep();
    expect(deps.estate.requests).toEqual([null, '2', '4']);
    expect(names.map((name) => readsOf(deps, name))).toEqual([1, 1, 1, 1, 1]);
  });

  test('known resources of every page are reconciled, whichever page would have listed them', async () => {
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

  test('at most one resource per second is started', async () => {
    const { deps } = stage();
    await pages(deps);
    deps.estate.pageSize = 100;
    await startSweep(deps, [SUBSCRIPTION]);
    const page = deps.stored.sweeps.splice(0)[0];
    if (!page) throw new Error('no page was sent');
    await handleSweepWork(deps, page.message);
    const now = deps.clock.now().getTime();
    expect(deps.stored.sweeps.map(({ visibleAt }) => (visibleAt - now) / 1000)).toEqual([0, 1, 2, 3, 4]);
  });

  test('the next page is listed after the resources of this one', async () => {
    const { deps, host } = stage();
    await pages(deps);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const next = deps.stored.sweeps.find(({ message }) => 'list' in message);
    expect(((next?.visibleAt ?? 0) - deps.clock.now().getTime()) / 1000).toBe(2);
  });

  test('a resource that is listed and known gets one message', async () => {
    const { deps, host, sweep } = stage();
    await pages(deps);
    await sweep();
    deps.estate.pageSize = 100;
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    expect(deps.stored.sweeps).toHaveLength(names.length);
  });

  test('a refused page is listed again when Resource Graph allows it, and no resource is lost', async () => {
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

  test('when the quota is used up, the next page waits for it', async () => {
    const { deps, host } = stage();
    await pages(deps);
    const times: number[] = [];
    deps.estate.onList = (token) => {
      times.push(deps.clock.now().getTime());
      return token === null ? { kind: 'page', ids: [], next: '2', waitSeconds: 40 } : undefined;
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
    expect(deps.stored.sweeps.length).toBeGreaterThan(60);
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

describe('scans', () => {
  test('a scan counts found and evaluated resources, each once', async () => {
    const { deps, host } = stage(SHOP, CART);
    seedWebApp(deps.arm);
    seedContainerApp(deps.arm);
    const { id } = await startScan(deps, SCOPE);
    await host.work();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'running', found: 2, evaluated: 0 });
    deps.stored.sweeps.push(...deps.stored.sweeps.map((one) => ({ ...one })));
    await host.settle();
    expect(await deps.scans.get(id)).toEqual({ id, scope: SCOPE, status: 'done', found: 2, evaluated: 2 });
  });

  test('a requeued resource is not counted before it was evaluated', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    deps.stored.leases.set(SHOP.toLowerCase(), { holder: 99, until: deps.clock.now().getTime() + 20_000 });
    const { id } = await startScan(deps, SCOPE);
    await host.work();
    await host.work();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'running', found: 1, evaluated: 0 });
    await host.settle();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
  });

  test('only resources in the scope are evaluated', async () => {
    const { deps, host } = stage(SHOP, CART);
    seedWebApp(deps.arm);
    seedContainerApp(deps.arm);
    const { id } = await startScan(deps, SHOP);
    await host.settle();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
    expect([readsOf(deps, SHOP), readsOf(deps, CART)]).toEqual([1, 0]);
  });

  test('a resource whose message is a dead letter is counted', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    deps.arm.read = async () => {
      throw new Error('a defect');
    };
    const { id } = await startScan(deps, SCOPE);
    await host.settle();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
    expect(deps.stored.deadLetters.size).toBe(1);
  });

  test('the entries have the scan as trigger', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm, UNSAFE);
    await startScan(deps, SCOPE);
    await host.settle();
    expect(new Set(deps.stored.entries.map(({ trigger }) => trigger?.type))).toEqual(new Set(['scan']));
  });
});

describe('a crash at any line of a scan', () => {
  async function walk(at: number | null, when: 'before' | 'after') {
    const deps = fakeDeps();
    const crashing = crashingDeps(deps, at, when);
    const host = createHost(deps, { ports: crashing.deps, restart: crashing.restart });
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
