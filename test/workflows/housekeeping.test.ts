/** Every minute: what is due is put on the queue, what was held is looked at again, and Azure is never asked. */
import { describe, expect, test } from 'vitest';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import { StorageUnavailable } from '../../src/workflows/ports.ts';
import { CART, SHOP, seedContainerApp, UNSAFE } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost } from '../world/host.ts';
import { resourceNamed } from '../world/memory-azure.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';
import { factsIn, scene } from '../world/scene.ts';
import { failingWorld } from '../world/watched-world.ts';
import { eventAndRest, takeTime } from '../world/ways.ts';

const shop = resourceNamed(SHOP);

describe('alarms', () => {
  test('one that is due puts its resource on the queue, once; one that is not stays', async () => {
    const world = memoryWorld();
    const now = world.clock.now().getTime();
    await world.alarms.set(shop, new Date(now), 'due');
    await world.alarms.set(shop, new Date(now + 1000), 'not yet');
    await housekeep(world);
    await housekeep(world);
    expect(world.stored.sent).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    expect([...world.stored.alarms.values()].map(({ why }) => why)).toEqual(['not yet']);
  });

  test('one of what is no resource is taken away, and queues nothing', async () => {
    const world = memoryWorld();
    await world.alarms.set({ ...shop, id: '/nowhere', key: '/nowhere' }, world.clock.now(), 'due');
    await housekeep(world);
    expect([world.stored.sent, world.stored.alarms.size]).toEqual([[], 0]);
  });

  test('the queue does not answer: the alarm stays and rings again', async () => {
    const world = memoryWorld();
    await world.alarms.set(shop, world.clock.now(), 'due');
    const failing = failingWorld(world, 'queue.send', new StorageUnavailable('down'), 1);
    await expect(housekeep(failing)).rejects.toThrow('down');
    await housekeep(failing);
    expect(world.stored.sent).toHaveLength(1);
    expect(world.stored.alarms.size).toBe(0);
  });

  test('more than one run can take: the next takes the rest', async () => {
    const world = memoryWorld();
    for (let n = 0; n < 130; n += 1) {
      await world.alarms.set(resourceNamed(`${SHOP}${n}`), world.clock.now(), 'due');
    }
    await housekeep(world);
    expect(world.stored.sent).toHaveLength(100);
    await housekeep(world);
    expect(world.stored.sent).toHaveLength(130);
  });
});

describe('promise 11: the stop switch', () => {
  test('what was held is released only when the stop is lifted, once for each app', async () => {
    const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await eventAndRest(host, 'e', SHOP);
    const sent = world.stored.sent.length;
    await housekeep(world);
    expect(world.stored.sent).toHaveLength(sent);
    storeSettings(world, {});
    await housekeep(world);
    expect(world.stored.sent.slice(sent)).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(3);
    await housekeep(world);
    expect(world.stored.queue).toEqual([]);
  });

  test('settings that cannot be read release nothing', async () => {
    const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
    await eventAndRest(host, 'e', SHOP);
    const sent = world.stored.sent.length;
    await expect(housekeep(failingWorld(world, 'settings.load', new StorageUnavailable('down')))).rejects.toThrow();
    expect(world.stored.sent).toHaveLength(sent);
  });
});

describe('an hour of work in Azure costs few looks', () => {
  test.each([
    ['our own operation', (world: MemoryWorld) => takeTime(world, 3600)],
    ['somebody else works on it', busyForAnHour],
  ])('%s: at most three looks a minute, a handful of messages and alarms, and one write', async (_, begin) => {
    const world = memoryWorld();
    seedContainerApp(world.arm, { allowInsecure: true });
    begin(world);
    const host = createHost(world);
    await host.deliver(gridEvent('e', CART));
    let most = 0;
    for (let minute = 0; minute < 70; minute += 1) {
      await host.settle(60);
      world.clock.advance(1);
      await housekeep(world);
      most = Math.max(most, world.stored.queue.length + world.stored.alarms.size);
    }
    expect(world.arm.reads.length).toBeLessThan(3 * 60);
    expect(most).toBeLessThan(10);
    expect(world.arm.requests).toHaveLength(1);
    expect(factsIn(world)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });
});

test('it never asks Azure for anything', async () => {
  const { world, host } = scene({ app: UNSAFE, settings: { stopped: { reason: 'night' } } });
  await eventAndRest(host, 'e', SHOP);
  storeSettings(world, {});
  const reads = world.arm.reads.length;
  await housekeep(world);
  expect([world.arm.reads.length, world.arm.requests]).toEqual([reads, []]);
});

function busyForAnHour({ arm }: MemoryWorld): void {
  const state = (value: string) => arm.change(CART, 'resource', '/properties/provisioningState', value);
  state('InProgress');
  arm.later(3600, () => state('Succeeded'));
}
