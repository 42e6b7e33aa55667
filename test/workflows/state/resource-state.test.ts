/** Every save of a resource state stores only what fits into its row. */

import { expect, test } from 'vitest';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import type { ResourceState } from '../../../src/workflows/ports/resource-states.ts';
import { emptyResourceState, updateResourceState } from '../../../src/workflows/state/resource-state.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, UNSAFE } from '../../fakes/azure/resources.ts';
import { fakeDeps, START } from '../../fakes/deps.ts';
import { scene } from '../../fakes/scenarios/scene.ts';
import { finding, time } from '../../storage/samples.ts';

const shop = resourceNamed(SHOP);
const LATER = new Date(Date.parse(START) + 80 * 86_400_000).toISOString();
const full: ResourceState = {
  ...emptyResourceState(shop),
  findings: Array.from({ length: 500 }, (_, nth) => finding(shop, `webapp-${nth}`, { reason: 'r'.repeat(1500) })),
  declined: Object.fromEntries(
    Array.from({ length: 150 }, (_, nth) => [`d${nth}`, { status: 'rejected', at: time(nth), until: LATER } as const]),
  ),
};

test('a save outside of a reconcile', async () => {
  const deps = fakeDeps();
  await updateResourceState(deps, shop, () => full);
  const saved = deps.stored.resourceStates.get(shop.key);
  expect(serializedSize(saved)).toBeLessThan(500_000);
  expect(saved?.findings).toHaveLength(500);
  expect(saved?.findings[0]).toMatchObject({ rule: 'webapp-0', verdict: 'violation', changes: [] });
  expect(Object.keys(saved?.declined ?? {})).toHaveLength(100);
});

test('a save before a write, and at the end of a reconcile', async () => {
  const { deps, host } = scene({
    app: UNSAFE,
    settings: { mode: 'autofix' },
    ports: (whole) => ({
      ...whole,
      resources: {
        ...whole.resources,
        async acquire(resource, seen) {
          const lease = await whole.resources.acquire(resource, seen);
          return (
            lease && {
              ...lease,
              save: (resourceState, version) => lease.save(measured(resourceState), version),
              complete: (work) => lease.complete({ ...work, resourceState: measured(work.resourceState) }),
            }
          );
        },
      },
    }),
  });
  const sizes: [number, number][] = [];
  const measured = (resourceState: ResourceState) => {
    sizes.push([serializedSize(resourceState), Object.keys(resourceState.declined).length]);
    return resourceState;
  };
  deps.stored.resourceStates.set(shop.key, full);
  await host.deliver(gridEvent('e', SHOP));
  await host.settle();
  expect(sizes.length).toBeGreaterThan(1);
  for (const [weight, declined] of sizes) expect([weight < 500_000, declined <= 100]).toEqual([true, true]);
});
