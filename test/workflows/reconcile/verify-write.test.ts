/** After the write: the values are read until they show, and long-running operations are awaited. */
import { describe, expect, test } from 'vitest';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, RISKY, SHOP, seedContainerApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const TLS = '/properties/minTlsVersion';

/** From now on a written value shows so many seconds after Azure has accepted it. */
function showLate({ arm }: FakeDeps, seconds: number): void {
  arm.onWrite = (_, take) => {
    arm.later(seconds, take);
    return { kind: 'done', arm: { status: 200 } };
  };
}

describe('guarantee 6: a write is verified', () => {
  test('a planned value that shows within 30 s is applied', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    showLate(deps, 25);
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('the old value after 30 s is unknown, and a later read resolves it to applied without a further request', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    showLate(deps, 90);
    const began = deps.clock.now().getTime();
    await host.work();
    expect((deps.clock.now().getTime() - began) / 1000).toBeLessThanOrEqual(30);
    expect((deps.clock.now().getTime() - began) / 1000).toBeGreaterThan(25);
    expect(recordsIn(deps, 'fix.unknown')).toHaveLength(1);
    expect(approvals(deps)).toMatchObject([{ status: 'unknown' }]);
    deps.clock.advance(90);
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    expect(recordsIn(deps)).toEqual([
      'approval.requested webapp-remote-debugging',
      'approval.approved webapp-remote-debugging',
      'fix.intended webapp-remote-debugging',
      'fix.unknown webapp-remote-debugging',
      'fix.applied webapp-remote-debugging',
    ]);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(deps.stored.wakeups.size).toBeLessThanOrEqual(1);
  });

  test('while Azure answers no read the attempt stays open, and the next read resolves it', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = (_, take) => {
      take();
      const failed = { status: 'failed', detail: 'NotAsked', retryable: true } as const;
      deps.arm.onRead = () => failed;
      deps.arm.later(50, () => {
        deps.arm.onRead = null;
      });
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    await host.settle(600);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('a write that never shows is repeated under the same intent', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => ({ kind: 'done', arm: { status: 200 } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps).slice(0, 2)).toEqual(['fix.intended webapp-min-tls', 'fix.unknown webapp-min-tls']);
    deps.arm.onWrite = null;
    await host.settle(7 * 3600);
    expect(recordsIn(deps).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(recordsIn(deps, 'fix.intended', 'fix.applied')).toHaveLength(2);
    expect(new Set(deps.stored.entries.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test.each([
    ['never shows', 'unknown', {}],
    ['shows as something else', 'failed', { '/properties/ftpsState': 'Disabled?' }],
  ] as const)('a value of one request that %s is %s, and the other one is applied', async (_, end, others) => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } } });
    deps.arm.onWrite = () => {
      for (const [path, value] of Object.entries({ [TLS]: '1.2', ...others })) {
        deps.arm.change(SHOP, 'config/web', path, value);
      }
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps).slice(0, 4)).toEqual([
      ...['fix.intended webapp-ftps-only', 'fix.intended webapp-min-tls'],
      ...[`fix.${end} webapp-ftps-only`, 'fix.applied webapp-min-tls'],
    ]);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('values that moved although the planned one never showed are recorded, and the rule needs an approval from then on', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    const path = '/properties/alwaysOn';
    deps.arm.change(SHOP, 'config/web', path, true);
    deps.arm.onWrite = () => {
      deps.arm.change(SHOP, 'config/web', path, false);
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.entries[1]).toMatchObject({
      kind: 'fix.unknown',
      alsoMoved: [{ path, from: true, to: false }],
      reasons: [{ code: 'not-verified' }, { code: 'also-moved' }],
    });
    expect(approvals(deps)).toMatchObject([{ reasons: [{ code: 'also-moved-before' }] }]);
  });

  test('a value that is neither the planned nor the old one is failed', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => {
      deps.arm.change(SHOP, 'config/web', TLS, '1.1');
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(deps.stored.entries.at(-1)?.reasons).toMatchObject([{ code: 'not-verified' }]);
  });

  test.each([
    ['the public network access', 'resource', '/properties/publicNetworkAccess', 'Enabled'],
    ['the identity', 'resource', '/identity/type', 'None'],
    ['whether it runs', 'resource', '/properties/state', 'Stopped'],
    ['the public network access of the configuration', 'config/web', '/properties/publicNetworkAccess', 'Disabled'],
  ] as const)('%s moved with the write: applied, and the entry has the move', async (_, document, path, to) => {
    const { deps, host } = scene({ app: { ...OLD_TLS, beside: { identity: { type: 'SystemAssigned' } } } });
    const from = deps.arm.valueOf(SHOP, document, path);
    deps.arm.onWrite = (_, take) => {
      take();
      deps.arm.change(SHOP, document, path, to);
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ document, path, from, to }],
      reasons: [{ code: 'also-moved' }],
    });
  });

  test('without a move the entry has none', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.entries.at(-1)).toMatchObject({ kind: 'fix.applied', alsoMoved: [], reasons: [] });
  });
});

describe('guarantee 6: long-running operations', () => {
  function cart(): { deps: FakeDeps; host: ReturnType<typeof createHost> } {
    const deps = fakeDeps();
    seedContainerApp(deps.arm, { allowInsecure: true });
    return { deps, host: createHost(deps) };
  }

  test('the outcome of an operation follows from the values', async () => {
    const { deps, host } = cart();
    takeTime(deps, 40);
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    await host.work();
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(recordsIn(deps)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });

  test('an operation longer than the invocation is resumed by a later message, written once and applied once', async () => {
    const { deps, host } = cart();
    takeTime(deps, 400);
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    await host.work();
    expect(recordsIn(deps)).toEqual(['fix.intended containerapp-insecure-ingress']);
    expect([...deps.stored.resourceStates.values()][0]?.attempts).toMatchObject([
      { operationUrls: ['https://azure/operations/1'], status: 'open' },
    ]);
    expect(outcomesIn(deps)).toEqual({ e: null });
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    expect(recordsIn(deps)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('an operation with a long poll delay is polled by a later message', async () => {
    const { deps, host } = cart();
    deps.arm.onWrite = (_, take) => {
      deps.arm.later(300, take);
      const accepted = deps.arm.accept(300, () => null);
      return accepted.kind === 'accepted' ? { ...accepted, retryAfter: 300 } : accepted;
    };
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    const began = deps.clock.now().getTime();
    await host.work();
    expect(deps.clock.now().getTime() - began).toBeLessThanOrEqual(120_000);
    expect(deps.stored.delays.at(-1)).toBe(300);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('an operation that fails is failed, with the message of Azure', async () => {
    const { deps, host } = cart();
    takeTime(deps, 20, 'ContainerAppOperationError');
    await deliverAndSettle(host, 'e', CART);
    expect(recordsIn(deps, 'fix.failed')).toHaveLength(1);
    expect(deps.stored.entries.at(-1)?.message).toContain('ContainerAppOperationError');
  });

  test('nothing else is written on the app while it runs, not even an approved change', async () => {
    const { deps, host } = cart();
    takeTime(deps, 400);
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    await host.work();
    await host.deliver(gridEvent('more', CART));
    await host.settle(200);
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('the values are applied only when the provisioning of the app has finished', async () => {
    const { deps, host } = cart();
    const state = (value: string) => deps.arm.change(CART, 'resource', '/properties/provisioningState', value);
    deps.arm.onWrite = (_, take) => {
      take();
      state('InProgress');
      deps.arm.later(12, () => state('Succeeded'));
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    const began = deps.clock.now().getTime();
    await host.work();
    expect(deps.clock.now().getTime() - began).toBeGreaterThanOrEqual(12_000);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });

  test('the operation is polled although the app shows no provisioning', async () => {
    const { deps, host } = cart();
    deps.arm.onWrite = (_, take) => {
      deps.arm.later(400, take);
      return deps.arm.accept(400, () => null);
    };
    await host.deliver(gridEvent('e', CART));
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    expect(recordsIn(deps)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });

  test('the outcome is recorded although the service was stopped while it ran', async () => {
    const { deps, host } = cart();
    takeTime(deps, 400);
    await host.deliver(gridEvent('e', CART));
    deps.clock.advance(30);
    await host.work();
    storeSettings(deps, { stopped: { reason: 'night' } });
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(deps.arm.requests).toHaveLength(1);
  });
});
