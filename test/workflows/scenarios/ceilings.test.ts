/** The constraints on a violation through a whole reconcile: the decision, and that nothing else is written. */
import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { CART, RISKY, SHOP, seedContainerApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import type { SceneOptions } from '../../fakes/scenarios/scene.ts';
import { decisionOf, outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const kind = (text: string): WebAppOptions => ({ ...OLD_TLS, beside: { kind: text } });

describe('the decision is the lowest constraint', () => {
  test.each<[string, SceneOptions, string]>([
    ['no constraint', { app: OLD_TLS }, 'fix'],
    ['mode audit', { app: OLD_TLS, settings: { mode: 'audit' } }, 'report mode-audit'],
    ['mode approve', { app: OLD_TLS, settings: { mode: 'approve' } }, 'queue mode-approve'],
    ['stopped', { app: OLD_TLS, settings: { stopped: { reason: 'night' } } }, 'hold stopped'],
    ['a function app', { app: kind('functionapp,linux') }, 'queue function-app'],
    ['a logic app', { app: kind('functionapp,workflowapp') }, 'queue logic-app'],
    ['managed by another service', { app: { ...OLD_TLS, beside: { managedBy: '/x' } } }, 'report managed-by'],
    ['Plumbline itself', { app: OLD_TLS, options: { selfId: SHOP.toUpperCase() } }, 'report self'],
    [
      'a tier in the settings',
      { app: OLD_TLS, settings: { rules: { 'webapp-min-tls': { tier: 'risky' } } } },
      'queue tier-risky',
    ],
    [
      'several at once, all of them named',
      { app: kind('functionapp'), settings: { mode: 'audit', stopped: { reason: 'night' } } },
      'report mode-audit stopped function-app',
    ],
  ])('%s', async (_, options, expected) => {
    const { deps, host } = scene(options);
    await deliverAndSettle(host, 'e', SHOP);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    if (expected === 'fix') {
      expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
      return;
    }
    const [action, ...codes] = expected.split(' ');
    const [taken, ...found] = decisionOf(deps, 'webapp-min-tls')?.split(' ') ?? [];
    expect(taken).toBe(action);
    expect(found).toEqual(expect.arrayContaining(codes));
    expect(deps.arm.requests).toEqual([]);
    expect(approvals(deps)).toHaveLength(expected.startsWith('queue') ? 1 : 0);
    expect(recordsIn(deps)).toHaveLength(expected.startsWith('queue') ? 1 : 0);
  });

  test('an app on Container Apps: rules that do not apply there are not evaluated, and nothing is written', async () => {
    const { deps, host } = scene({ app: { ...UNSAFE, beside: { kind: 'app,linux,container,azurecontainerapps' } } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-https-only')).toBeNull();
    expect(deps.arm.requests).toEqual([]);
  });

  test('an app that cannot be read: nothing is written', async () => {
    const { deps, host } = scene({ app: UNSAFE });
    deps.arm.onRead = (_, name) => (name === 'resource' ? { status: 'forbidden', detail: 'no' } : undefined);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('report unread');
    expect(deps.arm.requests).toEqual([]);
  });

  test('the narrower scope wins: one app in mode audit below a subscription in autofix', async () => {
    const { deps, host } = scene({
      app: OLD_TLS,
      settings: {
        scopes: [
          { scope: SHOP, mode: 'audit' },
          { scope: '/subscriptions/11111111-2222-3333-4444-555555555555', mode: 'autofix' },
        ],
      },
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('report mode-audit');
  });

  test('an internal ingress needs an approval, an external one does not', async () => {
    for (const external of [true, false]) {
      const deps = fakeDeps();
      seedContainerApp(deps.arm, { allowInsecure: true, external });
      await deliverAndSettle(createHost(deps), 'e', CART);
      expect(deps.arm.writes).toHaveLength(external ? 1 : 0);
      expect(approvals(deps)).toHaveLength(external ? 0 : 1);
    }
  });
});

describe('holds end by themselves', () => {
  test('a fix is held during provisioning, and written when it has ended', async () => {
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
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('a fix that the stop held is written after the resume', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: { stopped: { reason: 'night' } } });
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(deps);
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    storeSettings(deps, { stopped: null });
    await runHousekeeping(deps);
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
  });
});

describe('an approved change lifts the constraints that required an approval, and no others', () => {
  test.each<[string, SceneOptions, number]>([
    ['risky', { app: RISKY }, 1],
    ['mode approve', { app: OLD_TLS, settings: { mode: 'approve' } }, 1],
    ['a function app', { app: kind('functionapp') }, 1],
  ])('%s: written', async (_, options, writes) => {
    const { deps, host } = scene(options);
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    expect(deps.arm.writes).toHaveLength(writes);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('stopped after the approval: it waits as approved, and is written after the resume', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    storeSettings(deps, { stopped: { reason: 'incident' } });
    await host.settle();
    expect([deps.arm.requests, approvals(deps).map(({ status }) => status)]).toEqual([[], ['approved']]);
    storeSettings(deps, { stopped: null });
    await runHousekeeping(deps);
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('mode audit after the approval: it waits as approved, and is written by the next reconcile in autofix', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    storeSettings(deps, { mode: 'audit' });
    await host.settle();
    expect([deps.arm.requests, approvals(deps).map(({ status }) => status)]).toEqual([[], ['approved']]);
    storeSettings(deps, { mode: 'autofix' });
    await deliverAndSettle(host, 'again', SHOP);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('managed by another service after the approval: never written, and the approval says why', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.change(SHOP, 'resource', '/managedBy', '/subscriptions/x/owner');
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'blocked', reasons: expect.arrayContaining([expect.objectContaining({ code: 'managed-by' })]) },
    ]);
  });
});

function eventFor(id: string) {
  return { id: 'e', subject: id, eventType: 'Microsoft.Resources.ResourceWriteSuccess', data: {} };
}
