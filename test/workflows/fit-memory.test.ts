/** Whoever saves the memory of a resource saves what has room in its row. */
import { expect, test } from 'vitest';
import { weightOf } from '../../src/domain/limits.ts';
import { changeMemory } from '../../src/workflows/change-memory.ts';
import { nothingKnown } from '../../src/workflows/load-facts.ts';
import type { ResourceMemory } from '../../src/workflows/ports.ts';
import { resourceNamed } from '../domain/examples.ts';
import { finding, time } from '../storage/samples.ts';
import { SHOP, UNSAFE } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { memoryWorld, START } from '../world/memory-world.ts';
import { scene } from '../world/scene.ts';

const shop = resourceNamed(SHOP);
const LATER = new Date(Date.parse(START) + 80 * 86_400_000).toISOString();
const full: ResourceMemory = {
  ...nothingKnown(shop),
  findings: Array.from({ length: 500 }, (_, nth) => finding(shop, `webapp-${nth}`, { reason: 'r'.repeat(1500) })),
  declined: Object.fromEntries(
    Array.from({ length: 150 }, (_, nth) => [`d${nth}`, { status: 'rejected', at: time(nth), until: LATER } as const]),
  ),
};

test('beside a look', async () => {
  const world = memoryWorld();
  await changeMemory(world, shop, () => full);
  const saved = world.stored.memories.get(shop.key);
  expect(weightOf(saved)).toBeLessThan(500_000);
  expect(saved?.findings).toHaveLength(500);
  expect(saved?.findings[0]).toMatchObject({ rule: 'webapp-0', verdict: 'violation', changes: [] });
  expect(Object.keys(saved?.declined ?? {})).toHaveLength(100);
});

test('before a write, and at the end of a look', async () => {
  const { world, host } = scene({
    app: UNSAFE,
    settings: { mode: 'autofix' },
    ports: (whole) => ({
      ...whole,
      memories: {
        ...whole.memories,
        async save(resource, memory, version) {
          sizes.push([weightOf(memory), Object.keys(memory.declined).length]);
          return whole.memories.save(resource, memory, version);
        },
      },
    }),
  });
  const sizes: [number, number][] = [];
  world.stored.memories.set(shop.key, full);
  await host.deliver(gridEvent('e', SHOP));
  await host.settle();
  expect(sizes.length).toBeGreaterThan(1);
  for (const [weight, declined] of sizes) expect([weight < 500_000, declined <= 100]).toEqual([true, true]);
});
