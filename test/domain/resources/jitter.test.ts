/**
 * Jitter in every delay: what failed together is repeated at different times, within the bounds and never before the
 * time from Azure.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jitterDown, jitterUp } from '../../../src/domain/resources/jitter.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { failure, refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { handleSweepWork, handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { takeLease } from '../../fakes/take-lease.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seconds = fc.double({ min: 0, max: 86_400, noNaN: true });

test('a chosen delay is shortened by at most half', () => {
  fc.assert(
    fc.property(chance, seconds, (drawn, delay) => {
      const found = jitterDown({ random: () => drawn }, delay);
      expect(found).toBeLessThanOrEqual(delay);
      expect(found).toBeGreaterThanOrEqual(delay / 2);
    }),
  );
});

test('a delay from Azure is never shortened, and is extended by at most half of it or one minute', () => {
  fc.assert(
    fc.property(chance, seconds, (drawn, delay) => {
      const found = jitterUp({ random: () => drawn }, delay);
      expect(found).toBeGreaterThanOrEqual(delay);
      expect(found).toBeLessThanOrEqual(delay + Math.min(60, delay / 2));
    }),
  );
});

test.each([
  [0, 30, 30],
  [0.5, 30, 37.5],
  [0.5, 120, 150],
  [0.5, 600, 630],
])('with %d drawn, a delay of %d s from Azure becomes %d s', (drawn, delay, found) => {
  expect(jitterUp({ random: () => drawn }, delay)).toBe(found);
});

describe('every growing delay has jitter', () => {
  /** The delays of a workflow with the random number at one end, and at the other. */
  async function delays(way: (deps: FakeDeps, ports: Deps) => Promise<void>): Promise<readonly number[][]> {
    const ends = [0, 0.999].map(async (drawn) => {
      const deps = fakeDeps();
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      await way(deps, { ...deps, random: () => drawn });
      // The looks of a health gate come at fixed times.
      return deps.stored.delays.filter((_, index) => deps.stored.sent[index]?.cause !== 'gate');
    });
    return Promise.all(ends);
  }

  test('waiting for the lease', async () => {
    const found = await delays(async (deps, ports) => {
      await takeLease(deps, {
        id: SHOP,
        key: SHOP.toLowerCase(),
        kind: 'web-app',
        type: '',
        name: '',
        subscriptionId: '',
      });
      for (let attempt = 0; attempt < 6; attempt += 1)
        await handleWork(ports, { resource: SHOP, cause: 'decision', attempt });
    });
    expect(found).toEqual([
      [1, 2, 4, 8, 15, 15],
      [1, 2, 3, 5, 8, 8],
    ]);
  });

  test('reading again', async () => {
    const found = await delays(async (deps, ports) => {
      deps.arm.onRead = () => ({ status: 'failed', detail: 'ETIMEDOUT', retryable: true });
      const host = createHost(deps, { ports });
      await host.deliver(gridEvent('e', SHOP));
      await host.settle();
    });
    expect(found).toEqual([
      [30, 2, 4, 8, 16, 32, 60, 60, 60],
      [30, 2, 3, 5, 9, 17, 31, 31, 31],
    ]);
  });

  test('writing again, after the time from Azure', async () => {
    const found = await delays(async (deps, ports) => {
      let times = 2;
      deps.arm.onWrite = () => {
        times -= 1;
        return times < 0 ? undefined : refused('busy', 'ContainerAppOperationInProgress', 40);
      };
      const host = createHost(deps, { ports });
      await host.deliver(gridEvent('e', SHOP));
      await host.settle();
    });
    const withoutWakes = found.map((sent) => sent.filter((delay) => delay > 0));
    expect(withoutWakes).toEqual([
      [30, 40, 40],
      [30, 60, 60],
    ]);
  });

  test('listing again after a refusal of Resource Graph', async () => {
    for (const [drawn, expected] of [
      [0, [2, 4, 8, 16]],
      [0.999, [1.001, 2.002, 4.004, 8.008]],
    ] as const) {
      const deps = fakeDeps();
      deps.estate.onList = () => ({ kind: 'refused', failure: failure('transient', 'ETIMEDOUT') });
      const sent: number[] = [];
      const ports: Deps = {
        ...deps,
        random: () => drawn,
        sweeps: {
          send: async (message, delay) => {
            sent.push(delay);
            return deps.sweeps.send(message, delay);
          },
        },
      };
      const { startSweep } = await import('../../../src/workflows/sweep/sweep.ts');
      await startSweep(deps, [SHOP.split('/')[2] ?? '']);
      const [first] = deps.stored.sweeps;
      if (!first) throw new Error('the sweep has begun');
      for (let attempt = 0; attempt < 4; attempt += 1) await handleSweepWork(ports, { ...first.message, attempt });
      expect(sent.map((delay) => Number(delay.toFixed(3)))).toEqual(expected);
    }
  });
});
