/** A listing that cannot be believed clears nothing and floods nothing. */
import { describe, expect, test } from 'vitest';
import { distrustOf, missingAllowed, partsFor } from '../../../src/workflows/sweep/listing-trust.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { partOf } from '../../fakes/azure/resource-graph.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const app = (index: number) => SHOP.replace(/[^/]+$/, `app-${index}`);
const APPS = Array.from({ length: 100 }, (_, index) => app(index));

/** A hundred apps that one sweep has seen. */
async function known() {
  const deps = fakeDeps();
  const host = createHost(deps);
  deps.estate.ids = [...APPS];
  for (const id of APPS) seedWebApp(deps.arm, {}, id);
  const sweep = async () => {
    deps.clock.advance(3600);
    deps.arm.reads.splice(0);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
  };
  await sweep();
  return { deps, host, sweep };
}

const runOf = ({ stored }: FakeDeps) => stored.sweepRuns.runs.get(SUBSCRIPTION)?.value;
const foundOf = ({ stored }: FakeDeps) => new Set(stored.findings.map(({ resource }) => resource.id)).size;
const warnings = ({ stored }: FakeDeps) =>
  stored.logged.filter(({ level, message }) => level === 'warn' && message.startsWith('the listing is not believed'));

describe('missing rows', () => {
  test('few of them are looked at, and what Azure still has stays', async () => {
    const { deps, sweep } = await known();
    deps.estate.ids = APPS.slice(20);
    deps.arm.remove(app(0));
    await sweep();
    expect(deps.arm.reads).toHaveLength(100);
    expect(foundOf(deps)).toBe(99);
    expect(runOf(deps)).toMatchObject({ state: 'done', listed: 80, missing: 20, distrusted: null });
  });

  test.each([
    ['more than 2 % and 20 of the known resources', APPS.slice(21)],
    ['all of them', []],
  ])('%s: nothing is looked at for it, everything is kept, and it is said', async (_, ids) => {
    const { deps, sweep } = await known();
    deps.estate.ids = [...ids];
    deps.estate.requests.splice(0);
    await sweep();
    // The count alone says so: nothing is listed.
    expect(deps.estate.requests).toEqual(['count']);
    expect(foundOf(deps)).toBe(100);
    expect(deps.arm.reads.filter(({ resource }) => !ids.includes(resource))).toEqual([]);
    expect(runOf(deps)).toMatchObject({ state: 'done', distrusted: expect.stringMatching(/^Resource Graph /) });
    expect(deps.stored.counters.counts.distrustedListings).toBe(1);
    expect(warnings(deps)).toHaveLength(1);
  });

  test('the next sweep compares with the last listing that was believed', async () => {
    const { deps, sweep } = await known();
    deps.estate.ids = [];
    await sweep();
    await sweep();
    expect(runOf(deps)?.distrusted).toContain('100 are known');
    deps.estate.ids = [...APPS];
    await sweep();
    expect(runOf(deps)).toMatchObject({ listed: 100, distrusted: null });
  });

  test('resources that Azure says are gone are not missing', async () => {
    const { deps, host, sweep } = await known();
    for (const id of APPS.slice(0, 50)) {
      deps.arm.remove(id);
      await deps.queue.send({ resource: id, cause: 'wake', attempt: 0 }, 0);
    }
    await host.settle(60);
    deps.estate.ids = APPS.slice(50);
    await sweep();
    expect(runOf(deps)).toMatchObject({ listed: 50, missing: 0, distrusted: null });
    expect(deps.stored.sweepRuns.apps.size).toBe(50);
  });

  test('known resources that no sweep has seen are bounded, too, and few of them are looked at', async () => {
    // In lower case, as the list of findings has them.
    const unseen = (count: number) => Array.from({ length: count }, (_, index) => app(1000 + index).toLowerCase());
    for (const [count, isBelieved] of [
      [20, true],
      [21, false],
    ] as const) {
      const { deps, host, sweep } = await known();
      for (const id of unseen(count)) {
        seedWebApp(deps.arm, {}, id);
        await deps.queue.send({ resource: id, cause: 'wake', attempt: 0 }, 0);
      }
      await host.settle(60);
      await sweep();
      const read = deps.arm.reads.filter(({ resource }) => unseen(count).includes(resource));
      expect([read.length, runOf(deps)?.distrusted === null]).toEqual([isBelieved ? count : 0, isBelieved]);
      expect(foundOf(deps)).toBe(100 + count);
    }
  });

  test('rows that vanish after the count are bounded, too', async () => {
    const { deps, sweep } = await known();
    deps.estate.onList = () => ({ kind: 'listed', rows: [], complete: true, waitSeconds: 0 });
    await sweep();
    expect([foundOf(deps), deps.arm.reads.length]).toEqual([100, 0]);
    expect(runOf(deps)?.distrusted).toContain('100');
    expect(warnings(deps)).toHaveLength(1);
  });
});

describe('a partition with other rows than were counted', () => {
  const listed = APPS.slice(0, 30).map((id) => ({ id, columns: {} }));

  test('is asked for once more', async () => {
    const { deps, sweep } = await known();
    let asked = 0;
    deps.estate.onList = ({ table }) => {
      if (table !== 'resources') return undefined;
      asked += 1;
      return asked === 1 ? { kind: 'listed', rows: listed, complete: false, waitSeconds: 0 } : undefined;
    };
    await sweep();
    expect(asked).toBe(2);
    expect(runOf(deps)).toMatchObject({ listed: 100, notListed: 0, distrusted: null });
  });

  test('twice: its other known resources are read when it is their turn, and none is missing', async () => {
    const { deps, sweep } = await known();
    deps.estate.onList = () => ({ kind: 'listed', rows: listed, complete: false, waitSeconds: 0 });
    await sweep();
    expect(runOf(deps)).toMatchObject({ listed: 30, notListed: 70, missing: 0, distrusted: null });
    expect(deps.arm.reads).toHaveLength(30);
    expect(foundOf(deps)).toBe(100);
    deps.clock.advance(7 * 86_400);
    await sweep();
    expect(deps.arm.reads).toHaveLength(100);
  });
});

describe('partitions', () => {
  test.each([
    [0, null, 1],
    [900, null, 1],
    [901, null, 2],
    [10_000, null, 16],
    [100_000, null, 128],
    // They are kept while the estate is not four times smaller.
    [500, 2, 2],
    [450, 4, 1],
    [1000, 4, 4],
    [10_000, 2, 16],
  ])('%i resources, divided into %s before, are %i', (total, before, parts) => {
    expect(partsFor(total, before)).toBe(parts);
    expect(total / parts).toBeLessThanOrEqual(900);
  });

  test('another number of partitions loses no resource', async () => {
    const { deps, sweep } = await known();
    deps.estate.counted = 1500;
    deps.arm.remove(app(7));
    deps.estate.ids = APPS.filter((id) => id !== app(7));
    await sweep();
    expect(runOf(deps)).toMatchObject({ parts: 2, listed: 99, missing: 1, distrusted: null });
    expect(foundOf(deps)).toBe(99);
    expect([...deps.stored.sweepRuns.apps.keys()].every((key) => key.includes(' 2-'))).toBe(true);
    expect(partOf(app(7), 2)).toBeLessThan(2);
  });

  test.each([
    [0, 20],
    [1000, 20],
    [1001, 21],
    [100_000, 2000],
  ])('of %i known resources %i may be missing', (count, allowed) => {
    expect(missingAllowed(count)).toBe(allowed);
    expect(distrustOf(count, count - allowed) === null || count < allowed).toBe(true);
    expect(distrustOf(count + 100, count + 99 - missingAllowed(count + 100))).not.toBeNull();
  });
});
