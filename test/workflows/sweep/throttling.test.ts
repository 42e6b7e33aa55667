/** What Azure refuses to a sweep holds the sweep, and slows no change down. */
import { describe, expect, test } from 'vitest';
import { startScan, startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { outcomesIn } from '../../fakes/scenarios/scene.ts';

const OURS = SHOP.split('/')[2] ?? '';
const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const SWEPT = SHOP.replace(/[^/]+$/, 'swept');
const CHANGED = SHOP.replace(/[^/]+$/, 'changed');

function stage() {
  const deps = fakeDeps();
  for (const id of [SWEPT, CHANGED]) seedWebApp(deps.arm, OLD_TLS, id);
  deps.estate.ids = [SWEPT];
  return { deps, host: createHost(deps) };
}

/** The next write is throttled, once. */
function throttleOneWrite({ arm }: FakeDeps, retryAfter: number | null): void {
  arm.onWrite = () => {
    arm.onWrite = null;
    return refused('throttled', 'SubscriptionRequestsThrottled', retryAfter);
  };
}

describe('what Azure refuses to a sweep', () => {
  /** A sweep whose first read is throttled. */
  async function refusedSweep() {
    const scene = stage();
    const { deps, host } = scene;
    deps.arm.onRead = (resource) =>
      resource.id === SWEPT
        ? { status: 'failed', detail: 'slow', retryable: true, throttled: true, retryAfter: 300 }
        : undefined;
    await startSweep(deps, [OURS]);
    await host.settle(5);
    deps.arm.onRead = null;
    deps.arm.reads.splice(0);
    return scene;
  }

  test('slows no change of the subscription down', async () => {
    const { deps, host } = await refusedSweep();
    expect([deps.stored.guards.throttles.size, deps.stored.guards.sweepThrottles?.size]).toEqual([0, 1]);
    await host.deliver(gridEvent('e', CHANGED));
    await host.settle(60);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(deps.arm.valueOf(CHANGED, 'config/web', '/properties/minTlsVersion')).toBe('1.2');
  });

  test('holds the sweep, its next partition and scans until then', async () => {
    const { deps, host } = await refusedSweep();
    const { requests } = deps.estate;
    const asked = requests.length;
    await startScan(deps, `/subscriptions/${OURS}`);
    await host.settle(290);
    expect([deps.arm.reads, requests.length]).toEqual([[], asked]);
    await host.settle();
    expect(deps.arm.reads.length).toBeGreaterThan(0);
    expect(requests.length).toBeGreaterThan(asked);
  });

  test('to a change holds the sweep, too', async () => {
    const { deps, host } = stage();
    throttleOneWrite(deps, 300);
    await host.deliver(gridEvent('e', CHANGED));
    await host.settle(31);
    deps.arm.reads.splice(0);
    await startSweep(deps, [OURS]);
    await host.settle(200);
    expect([deps.estate.requests, deps.arm.reads]).toEqual([[], []]);
  });
});
