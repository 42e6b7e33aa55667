/** The ceilings at work: what becomes of a violation on the way through reconcile, and that nothing else is written. */
import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { CART, RISKY, SHOP, seedContainerApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import type { SceneOptions } from '../../fakes/scenarios/scene.ts';
import { decisionOf, factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const kind = (text: string): WebAppOptions => ({ ...OLD_TLS, beside: { kind: text } });

describe('a decision is the lowest ceiling', () => {
  test.each<[string, SceneOptions, string]>([
    ['nothing stands against it', { app: OLD_TLS }, 'fix'],
    ['mode audit', { app: OLD_TLS, settings: { mode: 'audit' } }, 'report mode-audit'],
    ['mode approve', { app: OLD_TLS, settings: { mode: 'approve' } }, 'queue mode-approve'],
    ['stopped', { app: OLD_TLS, settings: { stopped: { reason: 'night' } } }, 'hold stopped'],
    ['a function app', { app: kind('functionapp,linux') }, 'queue function-app'],
    ['a logic app', { app: kind('functionapp,workflowapp') }, 'queue logic-app'],
    ['managed by another service', { app: { ...OLD_TLS, beside: { managedBy: '/x' } } }, 'report managed-by'],
    ['Plumbline itself', { app: OLD_TLS, options: { selfId: SHOP.toUpperCase() } }, 'report self'],
    [
      'a tier of the settings',
      { app: OLD_TLS, settings: { rules: { 'webapp-min-tls': { tier: 'risky' } } } },
      'queue tier-risky',
    ],
    [
      'several at once: all are named',
      { app: kind('functionapp'), settings: { mode: 'audit', stopped: { reason: 'night' } } },
      'report mode-audit stopped function-app',
    ],
  ])('%s', async (_, looks, expected) => {
    const { world, host } = scene(looks);
    await deliverAndSettle(host, 'e', SHOP);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    if (expected === 'fix') {
      expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
      return;
    }
    const [action, ...codes] = expected.split(' ');
    const [taken, ...found] = decisionOf(world, 'webapp-min-tls')?.split(' ') ?? [];
    expect(taken).toBe(action);
    expect(found).toEqual(expect.arrayContaining(codes));
    expect(world.arm.requests).toEqual([]);
    expect(approvals(world)).toHaveLength(expected.startsWith('queue') ? 1 : 0);
    expect(factsIn(world)).toHaveLength(expected.startsWith('queue') ? 1 : 0);
  });

  test('hosted on Container Apps: what App Service does not apply there is not judged, and nothing is written', async () => {
    const { world, host } = scene({ app: { ...UNSAFE, beside: { kind: 'app,linux,container,azurecontainerapps' } } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-https-only')).toBeNull();
    expect(world.arm.requests).toEqual([]);
  });

  test('the app itself could not be read: nothing on it is written', async () => {
    const { world, host } = scene({ app: UNSAFE });
    world.arm.onRead = (_, name) => (name === 'resource' ? { status: 'forbidden', detail: 'no' } : undefined);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('report unread');
    expect(world.arm.requests).toEqual([]);
  });

  test('a narrower scope wins: one app in mode audit below a subscription in autofix', async () => {
    const { world, host } = scene({
      app: OLD_TLS,
      settings: {
        scopes: [
          { scope: SHOP, mode: 'audit' },
          { scope: '/subscriptions/11111111-2222-3333-4444-555555555555', mode: 'autofix' },
        ],
      },
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('report mode-audit');
  });

  test('an internal ingress needs a person, an external one does not', async () => {
    for (const external of [true, false]) {
      const deps = fakeDeps();
      seedContainerApp(deps.arm, { allowInsecure: true, external });
      await deliverAndSettle(createHost(deps), 'e', CART);
      expect(deps.arm.writes).toHaveLength(external ? 1 : 0);
      expect(approvals(deps)).toHaveLength(external ? 0 : 1);
    }
  });
});

describe('unfinished provisioning holds, and housekeeping comes back', () => {
  test('it is held while Azure works, and fixed when that has ended', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    seedContainerApp(deps.arm, { allowInsecure: true });
    deps.arm.change(CART, 'resource', '/properties/provisioningState', 'InProgress');
    deps.arm.later(100, () => deps.arm.change(CART, 'resource', '/properties/provisioningState', 'Succeeded'));
    await host.deliver({ ...eventFor(CART) });
    await host.settle(60);
    expect(decisionOf(deps, 'containerapp-insecure-ingress')).toBe('hold provisioning');
    expect([deps.arm.requests, outcomesIn(deps)]).toEqual([[], { e: null }]);
    await host.settle();
    expect(factsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('what the stop held is fixed after the stop is lifted', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(world);
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    storeSettings(world, { stopped: null });
    await runHousekeeping(world);
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
  });
});

describe('an approved change lifts the ceilings that asked for a person; the others stand', () => {
  test.each<[string, SceneOptions, number]>([
    ['risky', { app: RISKY }, 1],
    ['mode approve', { app: OLD_TLS, settings: { mode: 'approve' } }, 1],
    ['a function app', { app: kind('functionapp') }, 1],
  ])('%s: written', async (_, looks, writes) => {
    const { world, host } = scene(looks);
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(world.arm.writes).toHaveLength(writes);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('stopped after the approval: it waits as approved, and is written when the stop is lifted', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    storeSettings(world, { stopped: { reason: 'incident' } });
    await host.settle();
    expect([world.arm.requests, approvals(world).map(({ status }) => status)]).toEqual([[], ['approved']]);
    storeSettings(world, { stopped: null });
    await runHousekeeping(world);
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('mode audit after the approval: it waits as approved; back in autofix the next look writes it', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    storeSettings(world, { mode: 'audit' });
    await host.settle();
    expect([world.arm.requests, approvals(world).map(({ status }) => status)]).toEqual([[], ['approved']]);
    storeSettings(world, { mode: 'autofix' });
    await deliverAndSettle(host, 'again', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('managed by another service meanwhile: never written, and the approval says why', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.change(SHOP, 'resource', '/managedBy', '/subscriptions/x/owner');
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(approvals(world)).toMatchObject([
      { status: 'blocked', reasons: expect.arrayContaining([expect.objectContaining({ code: 'managed-by' })]) },
    ]);
  });
});

function eventFor(id: string) {
  return { id: 'e', subject: id, eventType: 'Microsoft.Resources.ResourceWriteSuccess', data: {} };
}
