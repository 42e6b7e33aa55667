/** Every minute: due resources are queued, held ones are reconciled again, and Azure is never called. */

import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { resourceNamed } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { deliverAndSettle, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const shop = resourceNamed(SHOP);

describe('wakeups', () => {
  test('a due wakeup queues its resource once, and another one stays', async () => {
    const deps = fakeDeps();
    const now = deps.clock.now().getTime();
    await deps.wakeups.schedule(shop, new Date(now), 'due');
    await deps.wakeups.schedule(shop, new Date(now + 1000), 'not yet');
    await runHousekeeping(deps);
    await runHousekeeping(deps);
    expect(deps.stored.sent).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    expect([...deps.stored.wakeups.values()].map(({ why }) => why)).toEqual(['not yet']);
  });

  test('a wakeup of an invalid resource is deleted and queues nothing', async () => {
    const deps = fakeDeps();
    await deps.wakeups.schedule({ ...shop, id: '/nowhere', key: '/nowhere' }, deps.clock.now(), 'due');
    await runHousekeeping(deps);
    expect([deps.stored.sent, deps.stored.wakeups.size]).toEqual([[], 0]);
  });

  test('when the queue does not answer, the wakeup stays and is due again', async () => {
    const deps = fakeDeps();
    await deps.wakeups.schedule(shop, deps.clock.now(), 'due');
    const failing = failingDeps(deps, 'queue.send', new StorageUnavailable('down'), 1);
    await expect(runHousekeeping(failing)).rejects.toThrow('down');
    await runHousekeeping(failing);
    expect(deps.stored.sent).toHaveLength(1);
    expect(deps.stored.wakeups.size).toBe(0);
  });

  test('wakeups beyond the limit of one run are handled by the next', async () => {
    const deps = fakeDeps();
    for (let n = 0; n < 130; n += 1) {
      await deps.wakeups.schedule(resourceNamed(`${SHOP}${n}`), deps.clock.now(), 'due');
    }
    await runHousekeeping(deps);
    expect(deps.stored.sent).toHaveLength(100);
    await runHousekeeping(deps);
    expect(deps.stored.sent).toHaveLength(130);
  });
});

test('scans are removed 90 days after they began, by a look once an hour', async () => {
  const hours = new Set<number>();
  const fakes = fakeDeps();
  const history: Deps['history'] = {
    ...fakes.history,
    hasHour: async (at) => hours.has(at.getTime()),
    record: async (at) => void hours.add(at.getTime()),
  };
  const deps = { ...fakes, history };
  const actor = { type: 'user', objectId: 'someone' } as const;
  deps.clock.advance(1800);
  const start = deps.clock.now();
  await deps.scans.begin({ id: deps.scans.newId(start), scope: SHOP, startedAt: start.toISOString(), actor });
  deps.clock.advance(90 * 86_400 - 1);
  await runHousekeeping(deps);
  expect(deps.stored.scans.size).toBe(1);
  deps.clock.advance(60);
  await runHousekeeping(deps);
  expect(deps.stored.scans.size).toBe(1);
  deps.clock.advance(3600);
  await runHousekeeping(deps);
  expect(deps.stored.scans.size).toBe(0);
});

describe('guarantee 11: the stop switch', () => {
  test('held resources are queued only after the resume, once for each app', async () => {
    const { deps, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    const sent = deps.stored.sent.length;
    await runHousekeeping(deps);
    expect(deps.stored.sent).toHaveLength(sent);
    storeSettings(deps, {});
    await runHousekeeping(deps);
    expect(deps.stored.sent.slice(sent)).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(3);
    await runHousekeeping(deps);
    expect(deps.stored.queue).toEqual([]);
  });

  test('when the settings cannot be read, nothing is queued', async () => {
    const { deps, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    const sent = deps.stored.sent.length;
    await expect(runHousekeeping(failingDeps(deps, 'settings.load', new StorageUnavailable('down')))).rejects.toThrow();
    expect(deps.stored.sent).toHaveLength(sent);
  });
});

describe('an hour of a running operation costs few reconciles', () => {
  test.each([
    ['an operation of Plumbline', (deps: FakeDeps) => takeTime(deps, 3600)],
    ['an operation of somebody else', busyForAnHour],
  ])('%s: at most three reads a minute, a few messages and wakeups, and one write', async (_, begin) => {
    const deps = fakeDeps();
    seedContainerApp(deps.arm, { allowInsecure: true });
    begin(deps);
    const host = createHost(deps);
    await host.deliver(gridEvent('e', CART));
    let most = 0;
    for (let minute = 0; minute < 70; minute += 1) {
      await host.settle(60);
      deps.clock.advance(1);
      await runHousekeeping(deps);
      most = Math.max(most, deps.stored.queue.length + deps.stored.wakeups.size);
    }
    expect(deps.arm.reads.length).toBeLessThan(3 * 60);
    expect(most).toBeLessThan(10);
    expect(deps.arm.requests).toHaveLength(1);
    expect(recordsIn(deps)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });
});

test('housekeeping makes no call to Azure', async () => {
  const { deps, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
  await deliverAndSettle(host, 'e', SHOP);
  storeSettings(deps, {});
  const reads = deps.arm.reads.length;
  await runHousekeeping(deps);
  expect([deps.arm.reads.length, deps.arm.requests]).toEqual([reads, []]);
});

function busyForAnHour({ arm }: FakeDeps): void {
  const state = (value: string) => arm.change(CART, 'resource', '/properties/provisioningState', value);
  state('InProgress');
  arm.later(3600, () => state('Succeeded'));
}
