/** Scans: a sweep of a part of a subscription, with a status that clients can read. */
import { describe, expect, test } from 'vitest';
import { cancelScan, startScan } from '../../../src/workflows/sweep/sweep.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';

const SCOPE = `/subscriptions/${SHOP.split('/')[2]}`;
/** So many resources are listed in two partitions. */
const TWO_PARTS = 1000;

function stage(...ids: string[]) {
  const deps = fakeDeps();
  deps.estate.ids = ids;
  return { deps, host: createHost(deps) };
}

const readsOf = (deps: FakeDeps, id: string) => deps.arm.reads.filter(({ resource }) => resource === id).length;

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
    expect(await deps.scans.get(id)).toMatchObject({ id, scope: SCOPE, status: 'done', found: 2, evaluated: 2 });
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

describe('a cancelled scan', () => {
  const ada = { type: 'user', objectId: 'ada' } as const;

  test('drops what waits for it without a read, and what is under way ends', async () => {
    const { deps, host } = stage(SHOP, CART);
    seedWebApp(deps.arm);
    seedContainerApp(deps.arm);
    const { id } = await startScan(deps, SCOPE);
    await host.work();
    const read = deps.arm.read;
    deps.arm.read = async (...asked) => {
      await cancelScan(deps, id, ada);
      return read(...asked);
    };
    await host.settle();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'cancelled', found: 2, evaluated: 1, cancelledBy: ada });
    expect(readsOf(deps, SHOP) + readsOf(deps, CART)).toBe(1);
    expect(deps.stored.sweeps).toEqual([]);
  });

  test('lists nothing more', async () => {
    const { deps, host } = stage(SHOP);
    const { id } = await startScan(deps, SCOPE);
    await cancelScan(deps, id, ada);
    await host.settle();
    expect(await deps.scans.get(id)).toMatchObject({ status: 'cancelled', found: 0 });
    expect([deps.stored.sweeps, deps.arm.reads]).toEqual([[], []]);
  });

  test('that has ended stays as it is, and an unknown one is null', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    const { id } = await startScan(deps, SCOPE, ada);
    await host.settle();
    const done = { status: 'done', actor: ada, cancelledBy: null };
    expect(await cancelScan(deps, id, ada)).toMatchObject(done);
    expect(await cancelScan(deps, 'unknown', ada)).toBeNull();
  });
});

describe('a scan and known resources', () => {
  test('those that are not listed count, within its scope', async () => {
    const { deps, host } = stage(SHOP);
    seedWebApp(deps.arm);
    seedContainerApp(deps.arm);
    for (const id of [SHOP, CART]) await host.deliver(gridEvent(`of ${id}`, id));
    await host.settle();
    const scan = await startScan(deps, SCOPE);
    const other = await startScan(deps, SHOP);
    await host.settle();
    expect(await deps.scans.get(scan.id)).toMatchObject({ status: 'done', found: 2, evaluated: 2 });
    expect(await deps.scans.get(other.id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
  });
});

describe('a crash at any line of a scan', () => {
  async function walk(at: number | null, when: 'before' | 'after') {
    const deps = fakeDeps();
    const crashing = crashingDeps(deps, at, when);
    const host = createHost(deps, { ports: crashing.deps, restart: crashing.restart });
    for (const id of [SHOP, CART]) deps.estate.ids.push(id);
    deps.estate.counted = TWO_PARTS;
    seedWebApp(deps.arm, { site: { httpsOnly: false } });
    seedContainerApp(deps.arm);
    const { id } = await startScan(deps, SCOPE);
    await host.settle(7200);
    const { status, found, evaluated } = (await deps.scans.get(id)) ?? {};
    const outcome = {
      scan: { status, found, evaluated },
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
