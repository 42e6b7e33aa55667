/** One sweep of a subscription at a time, its row, and what a lost or doubled message does to it. */
import { describe, expect, test } from 'vitest';
import type { SweepProgress } from '../../../src/workflows/ports/sweeps.ts';
import { startScan, startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const OTHER = '99999999-2222-4333-8444-555555555555';
const app = (name: string) => SHOP.replace(/[^/]+$/, name);
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(app);
/** So many resources are listed in four partitions. */
const FOUR_PARTS = 3000;

function stage() {
  const deps = fakeDeps();
  deps.estate.ids = [...NAMES];
  deps.estate.counted = FOUR_PARTS;
  for (const id of NAMES) seedWebApp(deps.arm, {}, id);
  return { deps, host: createHost(deps) };
}

function runOf({ stored }: FakeDeps, subscription = SUBSCRIPTION): SweepProgress {
  const row = stored.sweepRuns.runs.get(subscription);
  if (!row) throw new Error('no sweep was stored');
  return row.value;
}

const messagesOf = ({ stored }: FakeDeps, message: string) =>
  stored.logged.filter((line) => line.message === message).map(({ fields }) => fields);

describe('a sweep', () => {
  test('has a row with its progress, changed once a partition', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    expect(runOf(deps)).toMatchObject({ state: 'running', parts: null, position: 0, listed: 0 });
    await host.work();
    expect(runOf(deps)).toMatchObject({ state: 'running', parts: 4, position: 1, counted: FOUR_PARTS });
    await host.settle();
    expect(runOf(deps)).toMatchObject({
      state: 'done',
      position: 4,
      listed: 7,
      queued: 7,
      missing: 0,
      distrusted: null,
    });
    // Once when it began, and once for each partition.
    expect(deps.stored.sweepRuns.runs.get(SUBSCRIPTION)?.version).toBe(5);
  });

  test('does not begin while one runs, and does in another subscription', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const { id } = runOf(deps);
    const waiting = deps.stored.sweeps.length;
    await startSweep(deps, [SUBSCRIPTION, OTHER]);
    expect([runOf(deps).id, runOf(deps, OTHER).state]).toEqual([id, 'running']);
    expect(deps.stored.sweeps).toHaveLength(waiting + 1);
    expect(messagesOf(deps, 'sweep not begun: one runs')).toEqual([
      expect.objectContaining({ sweep: id, subscriptionId: SUBSCRIPTION, position: 1, parts: 4 }),
    ]);
  });

  test('begins again when the last one is done', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    const { id } = runOf(deps);
    await startSweep(deps, [SUBSCRIPTION]);
    expect(runOf(deps)).toMatchObject({ state: 'running', listed: 0, before: { parts: 4, listed: 7 } });
    expect(runOf(deps).id).not.toBe(id);
  });

  test.each([
    ['59 minutes', 59, 'is still one that runs'],
    ['61 minutes', 61, 'has ended, and says so'],
  ])('without progress for %s %s', async (_, minutes, what) => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const { id } = runOf(deps);
    deps.stored.sweeps.splice(0);
    deps.clock.advance(minutes * 60);
    await startSweep(deps, [SUBSCRIPTION]);
    const hasEnded = what.includes('ended');
    expect(runOf(deps).id === id).toBe(!hasEnded);
    expect(messagesOf(deps, 'sweep ended without progress')).toHaveLength(hasEnded ? 1 : 0);
  });

  test('whose progress lies in the future, by a wrong clock, has ended', async () => {
    const { deps } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    const { id } = runOf(deps);
    deps.clock.advance(-7200);
    await startSweep(deps, [SUBSCRIPTION]);
    expect(runOf(deps).id).not.toBe(id);
  });

  test('that another instance has begun is left to it', async () => {
    const { deps } = stage();
    await Promise.all([startSweep(deps, [SUBSCRIPTION]), startSweep(deps, [SUBSCRIPTION])]);
    expect(deps.stored.sweeps).toHaveLength(1);
  });

  test('does not hold a scan, and no scan holds a sweep', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    const scan = await startScan(deps, `/subscriptions/${SUBSCRIPTION}`);
    await startScan(deps, SHOP);
    await host.settle();
    expect(await deps.scans.get(scan.id)).toMatchObject({ status: 'done', found: 7, evaluated: 7 });
    await startScan(deps, SHOP);
    await startSweep(deps, [SUBSCRIPTION]);
    expect(runOf(deps).state).toBe('running');
  });
});

describe('messages of a sweep', () => {
  test('a partition that is delivered again changes nothing, and no second chain goes on', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    const first = deps.stored.sweeps.map((one) => ({ ...one }));
    await host.work();
    const second = deps.stored.sweeps.filter(({ message }) => 'list' in message).map((one) => ({ ...one }));
    deps.stored.sweeps.push(...first, ...second);
    await host.settle();
    expect(runOf(deps)).toMatchObject({ state: 'done', listed: 7, queued: 7 });
    expect(deps.estate.requests.filter((query) => query === 'resources 2/4')).toHaveLength(1);
    expect(deps.arm.reads).toHaveLength(7);
  });

  test('a message of a sweep that has ended does nothing', async () => {
    const { deps, host } = stage();
    await startSweep(deps, [SUBSCRIPTION]);
    await host.work();
    const late = deps.stored.sweeps.splice(0).filter(({ message }) => 'list' in message);
    deps.clock.advance(7200);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    const [requests, { id }] = [deps.estate.requests.length, runOf(deps)];
    deps.stored.sweeps.push(...late);
    await host.settle();
    expect([deps.estate.requests.length, runOf(deps).id]).toEqual([requests, id]);
  });

  test('at most the messages of one partition wait at a time', async () => {
    const { deps, host } = stage();
    const many = Array.from({ length: 400 }, (_, index) => app(`many-${index}`));
    deps.estate.ids = many;
    for (const id of many) seedWebApp(deps.arm, {}, id);
    await startSweep(deps, [SUBSCRIPTION]);
    let most = 0;
    for (let second = 0; second < 120; second += 1) {
      await host.settle(1);
      most = Math.max(most, deps.stored.sweeps.length);
    }
    expect(runOf(deps).state).toBe('done');
    // About a quarter of them, and the next partition.
    expect(most).toBeLessThan(150);
  });
});

describe('a crash at any line of a sweep', () => {
  async function walk(at: number | null, when: 'before' | 'after') {
    const { deps } = stage();
    deps.estate.ids = NAMES.slice(0, 3);
    deps.estate.counted = 1000;
    const crashing = crashingDeps(deps, at, when);
    const host = createHost(deps, { ports: crashing.deps, restart: crashing.restart });
    await host.ask((own) => startSweep(own, [SUBSCRIPTION]));
    await host.settle(7200);
    const { state, listed, position } = runOf(deps);
    const looked = NAMES.filter((id) => deps.arm.reads.some(({ resource }) => resource === id));
    const outcome = { state, listed, position, looked, letters: deps.stored.deadLetters.size };
    return { outcome, calls: crashing.calls.length, crashed: crashing.crashed() };
  }

  test('ends with every resource looked at', async () => {
    const clean = await walk(null, 'before');
    expect(clean.outcome).toEqual({ state: 'done', listed: 3, position: 2, looked: NAMES.slice(0, 3), letters: 0 });
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
