/** Rules about what only the sweep reads: judged by it, standing between two of them, and never a read on an event. */
import { beforeEach, describe, expect, test } from 'vitest';
import { compliant } from '../../src/domain/rule.ts';
import { bodyOf } from '../../src/domain/snapshot.ts';
import { startSweep } from '../../src/workflows/sweep.ts';
import { resourceNamed, ruleLike } from '../domain/examples.ts';
import { CART, SHOP, seedWebApp } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost, type Host } from '../world/host.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';

const backed = ruleLike({
  id: 'webapp-backed',
  documents: ['resource', 'backups'],
  writes: [],
  check: (snapshot) =>
    bodyOf(snapshot, 'backups')
      ? { verdict: 'violation', reason: 'There is no backup.', changes: [] }
      : { verdict: 'unknown', reason: 'backups was not read' },
});
const quick = ruleLike({ id: 'webapp-quick', documents: ['resource'] });

let world: MemoryWorld;
let host: Host;

beforeEach(() => {
  world = memoryWorld({ rules: [quick, backed] });
  host = createHost(world);
  world.estate.ids = [SHOP];
  seedWebApp(world.arm);
  const documents = { resource: world.arm.valueOf(SHOP, 'resource', ''), backups: { value: [] } };
  world.arm.seed(SHOP, documents);
});

async function event(id: string): Promise<void> {
  world.clock.advance(60);
  await host.deliver(gridEvent(id, SHOP));
  await host.settle();
}

async function sweep(): Promise<void> {
  world.clock.advance(3600);
  await startSweep(world, [SUBSCRIPTION]);
  await host.settle();
}

const verdicts = () => world.stored.findings.map(({ rule, verdict }) => `${rule} ${verdict}`);
const documentsRead = () => world.arm.reads.flatMap(({ documents }) => documents);

describe('a rule about a document that only the sweep reads', () => {
  test('costs no read on an event, and has no verdict before the first sweep', async () => {
    await event('e');
    expect(documentsRead()).toEqual(['resource']);
    expect(verdicts()).toEqual(['webapp-quick compliant']);
  });

  test('is judged by the sweep; its verdict stands, as it was, through later events', async () => {
    await sweep();
    const [found] = world.stored.findings.filter(({ rule }) => rule === backed.id);
    expect(found?.verdict).toBe('violation');
    world.arm.reads.splice(0);
    await event('later');
    expect(documentsRead()).not.toContain('backups');
    expect(world.stored.findings.filter(({ rule }) => rule === backed.id)).toEqual([found]);
    expect(verdicts()).toEqual(['webapp-backed violation', 'webapp-quick compliant']);
  });

  test('what it was judged on is shown with it', async () => {
    await sweep();
    await event('later');
    const memory = await world.memories.load(resourceNamed(SHOP));
    expect(memory?.value.documents).toEqual([
      { name: 'resource', status: 'read' },
      { name: 'backups', status: 'read' },
    ]);
  });

  test('is looked at by every sweep, although an event was since it began', async () => {
    for (const sweeps of [1, 2]) {
      await startSweep(world, [SUBSCRIPTION]);
      const waiting = world.stored.sweeps.splice(0);
      world.clock.advance(300);
      await event(`e${sweeps}`);
      expect(documentsRead().filter((name) => name === 'backups')).toHaveLength(sweeps - 1);
      world.stored.sweeps.push(...waiting);
      await host.settle();
      expect(documentsRead().filter((name) => name === 'backups')).toHaveLength(sweeps);
    }
    expect(verdicts()).toEqual(['webapp-backed violation', 'webapp-quick compliant']);
  });

  test('has no finding any more once it is switched off', async () => {
    await sweep();
    storeSettings(world, { rules: { [backed.id]: { enabled: false } } });
    await event('later');
    expect(verdicts()).toEqual(['webapp-quick compliant']);
  });
});

describe('the subscription itself', () => {
  const itself = `/subscriptions/${SUBSCRIPTION}`;
  const watched = ruleLike({
    id: 'subscription-watched',
    kind: 'subscription',
    documents: ['subscription/pricings/AppServices'],
    writes: [],
    check: () => compliant('It is on.'),
  });

  test('is looked at once by each sweep, when there are rules about it, and is nothing that a scan finds', async () => {
    world = memoryWorld({ rules: [quick, watched] });
    host = createHost(world);
    world.estate.ids = [SHOP, CART];
    world.estate.pageSize = 1;
    seedWebApp(world.arm);
    world.arm.seed(itself, { resource: { id: itself }, 'subscription/pricings/AppServices': { properties: {} } });
    await sweep();
    await sweep();
    expect(world.arm.reads.filter(({ resource }) => resource === itself)).toHaveLength(2);
    expect(verdicts()).toContain('subscription-watched compliant');
  });

  test('is not asked for where no rule is about it', async () => {
    await sweep();
    expect(world.arm.reads.filter(({ resource }) => resource === itself)).toEqual([]);
  });
});
