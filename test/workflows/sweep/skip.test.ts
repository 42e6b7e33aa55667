/** What rows save: apps that are as they were are not read, and nothing is decided because of a row. */
import { beforeAll, describe, expect, test } from 'vitest';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { publish } from '../../fakes/azure/resource-graph.ts';
import { SHOP, seedWebApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const app = (index: number) => SHOP.replace(/[^/]+$/, `app-${index}`);
/** More than the looks that must agree before a row counts. */
const LEARNING = 220;
const TLS = '/properties/minTlsVersion';

/** So rarely that no test below meets the rotation by chance. */
const RARELY = { fullReadDays: 30, activityLog: true };

async function stage(count: number) {
  const deps = fakeDeps();
  storeSettings(deps, { sweep: RARELY });
  for (let index = 0; index < count; index += 1) {
    // Both values of what the tests change are known.
    const options: WebAppOptions = { config: { minTlsVersion: index % 2 === 0 ? '1.2' : '1.3' } };
    seedWebApp(deps.arm, options, app(index));
    await publish(deps, app(index));
  }
  deps.arm.reads.splice(0);
  return { deps, host: createHost(deps), ...sweeping(deps) };
}

function sweeping(deps: FakeDeps) {
  const host = createHost(deps);
  /** Returns the resources that were read. */
  const sweep = async (hours = 0.1): Promise<string[]> => {
    deps.clock.advance(hours * 3600);
    deps.arm.reads.splice(0);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle(3000);
    return [...new Set(deps.arm.reads.map(({ resource }) => resource))];
  };
  return { sweep };
}

const runOf = ({ stored }: FakeDeps) => stored.sweepRuns.runs.get(SUBSCRIPTION)?.value;
const publishAll = async (deps: FakeDeps, ids: readonly string[]) => {
  for (const id of ids) await publish(deps, id);
  deps.arm.reads.splice(0);
};

describe('after learning', () => {
  let scene: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    scene = await stage(LEARNING);
    expect(await scene.sweep()).toHaveLength(LEARNING);
  });

  test('apps whose rows are as they were cost no read, no write, and two queries a partition', async () => {
    const { deps, sweep } = scene;
    deps.estate.requests.splice(0);
    expect(await sweep()).toEqual([]);
    expect(runOf(deps)).toMatchObject({ listed: LEARNING, skipped: LEARNING, queued: 0 });
    expect(deps.estate.requests).toHaveLength(5);
    const rows = JSON.stringify([...deps.stored.sweepRuns.apps]);
    expect(await sweep()).toEqual([]);
    expect(JSON.stringify([...deps.stored.sweepRuns.apps])).toBe(rows);
  });

  test('a row with another value that was seen before is looked at when a verdict changes, and only then', async () => {
    const { deps, sweep } = scene;
    const [harmless, harmful] = [app(0), app(1)];
    deps.arm.change(harmless, 'config/web', TLS, '1.3');
    deps.arm.change(harmful, 'resource', '/properties/httpsOnly', false);
    await publishAll(deps, [harmless, harmful]);
    expect(await sweep()).toEqual([harmful]);
    expect(deps.arm.valueOf(harmful, 'resource', '/properties/httpsOnly')).toBe(true);
    await publishAll(deps, [harmful]);
    await sweep();
    expect(await sweep()).toEqual([]);
  });

  test('a value that was not seen before is looked at', async () => {
    const { deps, sweep } = scene;
    deps.arm.change(app(2), 'config/web', '/properties/ftpsState', 'Disabled');
    await publishAll(deps, [app(2)]);
    expect(await sweep()).toEqual([app(2)]);
    expect(await sweep()).toEqual([]);
  });

  test('a row that is missing is looked at, of an app and of its configuration', async () => {
    const { deps, sweep } = scene;
    const key = `configurations ${app(3).toLowerCase()}`;
    const row = deps.estate.columns.get(key) ?? {};
    deps.estate.columns.delete(key);
    deps.estate.ids.splice(deps.estate.ids.indexOf(app(4)), 1);
    expect((await sweep()).sort()).toEqual([app(3), app(4)]);
    deps.estate.columns.set(key, row);
    deps.estate.ids.push(app(4));
    await sweep();
    expect(await sweep()).toEqual([]);
  });

  test('a table that Azure refuses falls back to reading', async () => {
    const { deps, sweep } = scene;
    const failure = { kind: 'invalid', code: 'DisallowedLogicalTableName', message: 'no', retryAfter: null } as const;
    deps.estate.onList = ({ table }) => (table === 'configurations' ? { kind: 'refused', failure } : undefined);
    expect(await sweep()).toHaveLength(LEARNING);
    deps.estate.onList = null;
    await sweep();
    expect(await sweep()).toEqual([]);
  });

  test('a violation that an event found is looked at, whatever the row says', async () => {
    const { deps, host, sweep } = scene;
    storeSettings(deps, { mode: 'audit', sweep: RARELY });
    await sweep();
    // The row stays behind.
    deps.arm.change(app(5), 'resource', '/properties/httpsOnly', false);
    await host.deliver(gridEvent('of 5', app(5)));
    await host.settle(120);
    const marked = [...deps.stored.sweepRuns.marks];
    expect(marked.map(([key]) => key)).toEqual([app(5).toLowerCase()]);
    // The same violation is marked once.
    await host.deliver(gridEvent('again of 5', app(5)));
    await host.settle(120);
    expect([...deps.stored.sweepRuns.marks]).toEqual(marked);
    storeSettings(deps, { mode: 'autofix', sweep: RARELY });
    expect(await sweep()).toEqual([app(5)]);
    expect(deps.arm.valueOf(app(5), 'resource', '/properties/httpsOnly')).toBe(true);
    expect(await sweep()).toEqual([]);
  });

  test('reported violations are looked at again under other settings', async () => {
    const { deps, sweep } = scene;
    storeSettings(deps, { mode: 'audit', sweep: RARELY });
    deps.arm.change(app(6), 'resource', '/properties/httpsOnly', false);
    await publishAll(deps, [app(6)]);
    expect(await sweep()).toEqual([app(6)]);
    expect(await sweep()).toEqual([]);
    storeSettings(deps, { mode: 'autofix', sweep: RARELY });
    expect(await sweep()).toEqual([app(6)]);
    expect(deps.arm.valueOf(app(6), 'resource', '/properties/httpsOnly')).toBe(true);
    await publishAll(deps, [app(6)]);
    await sweep();
    expect(await sweep()).toEqual([]);
  });

  test('a violation behind a row that does not change is found within the rotation', async () => {
    const { deps, sweep } = scene;
    deps.arm.change(app(7), 'config/web', '/properties/ftpsState', 'AllAllowed');
    storeSettings(deps, { sweep: { fullReadDays: 7, activityLog: true } });
    const started = deps.clock.now().getTime();
    let found = false;
    while (!found && deps.clock.now().getTime() - started < 30 * 86_400_000) found = (await sweep(6)).includes(app(7));
    expect(found).toBe(true);
    expect(deps.clock.now().getTime() - started).toBeLessThanOrEqual(7.25 * 86_400_000);
    expect(deps.arm.valueOf(app(7), 'config/web', '/properties/ftpsState')).not.toBe('AllAllowed');
  });

  test('a leaf whose row says something else than Azure is disqualified, and its apps are read again', async () => {
    const { deps, sweep } = scene;
    const row = deps.estate.columns.get(`configurations ${app(8).toLowerCase()}`) ?? {};
    const [column] = Object.entries(row).find(([, value]) => value === '1.2' || value === '1.3') ?? [''];
    deps.estate.columns.set(`configurations ${app(8).toLowerCase()}`, {
      ...row,
      [column]: row[column] === '1.2' ? '1.3' : '1.2',
    });
    deps.clock.advance(31 * 86_400);
    expect(await sweep()).toHaveLength(LEARNING);
    const after = await sweep();
    expect(after).toHaveLength(LEARNING);
    expect(deps.stored.sweepRuns.evidence?.value.leaves[`microsoft.web/sites/config ${TLS}`]?.differed).toBe(1);
    expect(deps.stored.counters.counts['comparedLeaves differed']).toBeGreaterThan(0);
  });
});

describe('before that', () => {
  test('every app is read in every sweep', async () => {
    const { sweep } = await stage(30);
    expect([(await sweep()).length, (await sweep()).length, (await sweep()).length]).toEqual([30, 30, 30]);
  });
});
