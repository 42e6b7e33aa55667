/** After the write: the values are read again until they show, and Azure's long-running operations are waited for. */
import { describe, expect, test } from 'vitest';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, RISKY, SHOP, seedContainerApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const TLS = '/properties/minTlsVersion';

/** From now on what is written shows so many seconds after Azure has taken it. */
function showLate({ arm }: FakeDeps, seconds: number): void {
  arm.onWrite = (_, take) => {
    arm.later(seconds, take);
    return { kind: 'done', arm: { status: 200 } };
  };
}

describe('guarantee 6: a write is verified', () => {
  test('the planned value that shows late is applied, within 30 s', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    showLate(world, 25);
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(world.arm.requests).toHaveLength(1);
  });

  test('still the old value after 30 s is unknown; a later read resolves it to applied, without a further request', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    showLate(world, 90);
    const began = world.clock.now().getTime();
    await host.work();
    expect((world.clock.now().getTime() - began) / 1000).toBeLessThanOrEqual(30);
    expect((world.clock.now().getTime() - began) / 1000).toBeGreaterThan(25);
    expect(factsIn(world, 'fix.unknown')).toHaveLength(1);
    expect(approvals(world)).toMatchObject([{ status: 'unknown' }]);
    world.clock.advance(90);
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    expect(factsIn(world)).toEqual([
      'approval.requested webapp-remote-debugging',
      'approval.approved webapp-remote-debugging',
      'fix.intended webapp-remote-debugging',
      'fix.unknown webapp-remote-debugging',
      'fix.applied webapp-remote-debugging',
    ]);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(world.stored.wakeups.size).toBeLessThanOrEqual(1);
  });

  test('a write that never shows is tried again under the same intent', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => ({ kind: 'done', arm: { status: 200 } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world).slice(0, 2)).toEqual(['fix.intended webapp-min-tls', 'fix.unknown webapp-min-tls']);
    world.arm.onWrite = null;
    await host.settle(7 * 3600);
    expect(factsIn(world).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(factsIn(world, 'fix.intended', 'fix.applied')).toHaveLength(2);
    expect(new Set(world.stored.entries.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test.each([
    ['never shows', 'unknown', {}],
    ['shows as something else', 'failed', { '/properties/ftpsState': 'Disabled?' }],
  ] as const)('a value of one request that %s is %s, and the other one applied', async (_, end, others) => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } } });
    world.arm.onWrite = () => {
      for (const [path, value] of Object.entries({ [TLS]: '1.2', ...others })) {
        world.arm.change(SHOP, 'config/web', path, value);
      }
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world).slice(0, 4)).toEqual([
      ...['fix.intended webapp-ftps-only', 'fix.intended webapp-min-tls'],
      ...[`fix.${end} webapp-ftps-only`, 'fix.applied webapp-min-tls'],
    ]);
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('what moved while the planned value never showed is named, and a person decides from then on', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    const path = '/properties/alwaysOn';
    world.arm.change(SHOP, 'config/web', path, true);
    world.arm.onWrite = () => {
      world.arm.change(SHOP, 'config/web', path, false);
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.entries[1]).toMatchObject({
      kind: 'fix.unknown',
      alsoMoved: [{ path, from: true, to: false }],
      reasons: [{ code: 'not-verified' }, { code: 'also-moved' }],
    });
    expect(approvals(world)).toMatchObject([{ reasons: [{ code: 'also-moved-before' }] }]);
  });

  test('anything else than planned or before has failed', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => {
      world.arm.change(SHOP, 'config/web', TLS, '1.1');
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(world.stored.entries.at(-1)?.reasons).toMatchObject([{ code: 'not-verified' }]);
  });

  test.each([
    ['the public network access', 'resource', '/properties/publicNetworkAccess', 'Enabled'],
    ['the identity', 'resource', '/identity/type', 'None'],
    ['whether it runs', 'resource', '/properties/state', 'Stopped'],
    ['the public network access of the configuration', 'config/web', '/properties/publicNetworkAccess', 'Disabled'],
  ] as const)('%s moved with the write: applied, and the log names it', async (_, document, path, to) => {
    const { world, host } = scene({ app: { ...OLD_TLS, beside: { identity: { type: 'SystemAssigned' } } } });
    const from = world.arm.valueOf(SHOP, document, path);
    world.arm.onWrite = (_, take) => {
      take();
      world.arm.change(SHOP, document, path, to);
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ document, path, from, to }],
      reasons: [{ code: 'also-moved' }],
    });
  });

  test('nothing moved: nothing is named', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.entries.at(-1)).toMatchObject({ kind: 'fix.applied', alsoMoved: [], reasons: [] });
  });
});

describe('guarantee 6: long-running operations', () => {
  function cart(): { world: FakeDeps; host: ReturnType<typeof createHost> } {
    const deps = fakeDeps();
    seedContainerApp(deps.arm, { allowInsecure: true });
    return { world: deps, host: createHost(deps) };
  }

  test('it is waited for, and its outcome is that of the values', async () => {
    const { world, host } = cart();
    takeTime(world, 40);
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    await host.work();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(factsIn(world)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });

  test('one that outlives the invocation is resumed by a later message; written once, applied once', async () => {
    const { world, host } = cart();
    takeTime(world, 400);
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    await host.work();
    expect(factsIn(world)).toEqual(['fix.intended containerapp-insecure-ingress']);
    expect([...world.stored.resourceStates.values()][0]?.attempts).toMatchObject([
      { operationUrls: ['https://azure/operations/1'], status: 'open' },
    ]);
    expect(outcomesIn(world)).toEqual({ e: null });
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    expect(factsIn(world)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('Azure wants it asked about after longer than an invocation should wait: a later message asks', async () => {
    const { world, host } = cart();
    world.arm.onWrite = (_, take) => {
      world.arm.later(300, take);
      const accepted = world.arm.accept(300, () => null);
      return accepted.kind === 'accepted' ? { ...accepted, retryAfter: 300 } : accepted;
    };
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    const began = world.clock.now().getTime();
    await host.work();
    expect(world.clock.now().getTime() - began).toBeLessThanOrEqual(120_000);
    expect(world.stored.delays.at(-1)).toBe(300);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
    expect(world.arm.requests).toHaveLength(1);
  });

  test('it fails after it was accepted: failed, with what Azure said', async () => {
    const { world, host } = cart();
    takeTime(world, 20, 'ContainerAppOperationError');
    await deliverAndSettle(host, 'e', CART);
    expect(factsIn(world, 'fix.failed')).toHaveLength(1);
    expect(world.stored.entries.at(-1)?.message).toContain('ContainerAppOperationError');
  });

  test('while it runs nothing else is written on the app, not even what is approved', async () => {
    const { world, host } = cart();
    takeTime(world, 400);
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    await host.work();
    await host.deliver(gridEvent('more', CART));
    await host.settle(200);
    expect(world.arm.requests).toHaveLength(1);
  });

  test('the values show while Azure still works on the app: applied only when it has finished', async () => {
    const { world, host } = cart();
    const state = (value: string) => world.arm.change(CART, 'resource', '/properties/provisioningState', value);
    world.arm.onWrite = (_, take) => {
      take();
      state('InProgress');
      world.arm.later(12, () => state('Succeeded'));
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    const began = world.clock.now().getTime();
    await host.work();
    expect(world.clock.now().getTime() - began).toBeGreaterThanOrEqual(12_000);
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('an operation is asked, too: that the app shows no work means nothing while it runs', async () => {
    const { world, host } = cart();
    world.arm.onWrite = (_, take) => {
      world.arm.later(400, take);
      return world.arm.accept(400, () => null);
    };
    await host.deliver(gridEvent('e', CART));
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    expect(factsIn(world)).toEqual([
      'fix.intended containerapp-insecure-ingress',
      'fix.applied containerapp-insecure-ingress',
    ]);
  });

  test('stopped while it runs: its outcome is recorded all the same', async () => {
    const { world, host } = cart();
    takeTime(world, 400);
    await host.deliver(gridEvent('e', CART));
    world.clock.advance(30);
    await host.work();
    storeSettings(world, { stopped: { reason: 'night' } });
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
    expect(world.arm.requests).toHaveLength(1);
  });
});
