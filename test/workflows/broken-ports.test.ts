/** Fail closed: what a write rests on is a port, and while one of those cannot be used nothing is written. */
import { describe, expect, test } from 'vitest';
import { StorageUnavailable } from '../../src/workflows/ports.ts';
import { releaseLetter } from '../../src/workflows/release-letter.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost, type Host } from '../world/host.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';
import { portsOf, watchedWorld } from '../world/watched-world.ts';
import { decisionOn, eventAndRest } from '../world/ways.ts';

/** What no write rests on: where messages go next, lists that people look at, what is told afterwards, who wrote when it is known. */
const BESIDE = ['queue', 'sweeps', 'scans', 'estate', 'findings', 'deadLetters', 'notices', 'activity'];

const CHANGES = [
  {
    what: 'a fix',
    // Nobody was asked for it.
    needless: ['approvals'],
    async begin(host: Host, world: MemoryWorld) {
      seedWebApp(world.arm, UNSAFE);
      await host.deliver(gridEvent('first', SHOP));
    },
    writes: 2,
  },
  {
    what: 'an approved change',
    // What people decided counts in no budget.
    needless: ['budgets'],
    async begin(host: Host, world: MemoryWorld) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      await host.decide(decisionOn(world, 'approve'));
    },
    writes: 1,
  },
];

describe.each(CHANGES)('promise 9: $what is not written', ({ needless, begin, writes }) => {
  const ports = portsOf(memoryWorld()).filter((port) => ![...BESIDE, ...needless].includes(port));

  test.each(ports)('while %s cannot be used; afterwards it is', async (port) => {
    const world = memoryWorld();
    let broken = false;
    const watched = watchedWorld(world, async (name, call) => {
      if (broken && name.startsWith(`${port}.`)) throw new StorageUnavailable(`${name} does not answer`);
      return call();
    });
    const host = createHost(world, { ports: watched });
    await begin(host, world);
    broken = true;
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    broken = false;
    for (const letter of world.stored.deadLetters.keys()) await host.ask((given) => releaseLetter(given, letter));
    await eventAndRest(host, 'second', SHOP);
    expect(world.arm.writes).toHaveLength(writes);
    expect(world.stored.events.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
  });
});
