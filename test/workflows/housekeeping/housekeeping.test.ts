/** Every minute: what is due is put on the queue, what was held is looked at again, and Azure is never asked. */

import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { resourceNamed } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { deliverAndSettle, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const shop = resourceNamed(SHOP);

describe('alarms', () => {
  test('one that is due puts its resource on the queue, once; one that is not stays', async () => {
    const deps = fakeDeps();
    const now = deps.clock.now().getTime();
    await deps.wakeups.schedule(shop, new Date(now), 'due');
    await deps.wakeups.schedule(shop, new Date(now + 1000), 'not yet');
    await runHousekeeping(deps);
    await runHousekeeping(deps);
    expect(deps.stored.sent).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    expect([...deps.stored.wakeups.values()].map(({ why }) => why)).toEqual(['not yet']);
  });

  test('one of what is no resource is taken away, and queues nothing', async () => {
    const deps = fakeDeps();
    await deps.wakeups.schedule({ ...shop, id: '/nowhere', key: '/nowhere' }, deps.clock.now(), 'due');
    await runHousekeeping(deps);
    expect([deps.stored.sent, deps.stored.wakeups.size]).toEqual([[], 0]);
  });

  test('the queue does not answer: the alarm stays and rings again', async () => {
    const deps = fakeDeps();
    await deps.wakeups.schedule(shop, deps.clock.now(), 'due');
    const failing = failingDeps(deps, 'queue.send', new StorageUnavailable('down'), 1);
    await expect(runHousekeeping(failing)).rejects.toThrow('down');
    await runHousekeeping(failing);
    expect(deps.stored.sent).toHaveLength(1);
    expect(deps.stored.wakeups.size).toBe(0);
  });

  test('more than one run can take: the next takes the rest', async () => {
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

describe('guarantee 11: the stop switch', () => {
  test('what was held is released only when the stop is lifted, once for each app', async () => {
    const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    const sent = world.stored.sent.length;
    await runHousekeeping(world);
    expect(world.stored.sent).toHaveLength(sent);
    storeSettings(world, {});
    await runHousekeeping(world);
    expect(world.stored.sent.slice(sent)).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(3);
    await runHousekeeping(world);
    expect(world.stored.queue).toEqual([]);
  });

  test('settings that cannot be read release nothing', async () => {
    const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    const sent = world.stored.sent.length;
    await expect(
      runHousekeeping(failingDeps(world, 'settings.load', new StorageUnavailable('down'))),
    ).rejects.toThrow();
    expect(world.stored.sent).toHaveLength(sent);
  });
});

describe('an hour of work in Azure costs few looks', () => {
  test.each([
    ['our own operation', (deps: FakeDeps) => takeTime(deps, 3600)],
    ['somebody else works on it', busyForAnHour],
  ])('%s: at most three looks a minute, a handful of messages and alarms, and one write', async (_, begin) => {
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
    expect(factsIn(deps)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });
});

test('it never asks Azure for anything', async () => {
  const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
  await deliverAndSettle(host, 'e', SHOP);
  storeSettings(world, {});
  const reads = world.arm.reads.length;
  await runHousekeeping(world);
  expect([world.arm.reads.length, world.arm.requests]).toEqual([reads, []]);
});

function busyForAnHour({ arm }: FakeDeps): void {
  const state = (value: string) => arm.change(CART, 'resource', '/properties/provisioningState', value);
  state('InProgress');
  arm.later(3600, () => state('Succeeded'));
}
