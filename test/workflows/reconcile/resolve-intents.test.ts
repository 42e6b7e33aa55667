/** The process died around a write: what a later look finds decides what the log says about the intent. */

import { describe, expect, test } from 'vitest';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const TLS = '/properties/minTlsVersion';

/** A write fails to come back: before it left, or after Azure had carried it out. `arm` says which. */
function breaking(when: 'before' | 'after') {
  let armed = false;
  const arm = () => {
    armed = true;
  };
  const ports = (whole: FakeDeps) =>
    watchedDeps(whole, async (name, go) => {
      if (name !== 'arm.write' || !armed) return go();
      armed = false;
      if (when === 'after') await go();
      throw new Error('the process ended');
    });
  return { arm, ports };
}

async function broken(app: WebAppOptions, when: 'before' | 'after'): Promise<Scene> {
  const { arm, ports } = breaking(when);
  const made = scene({ app, ports });
  arm();
  await made.host.deliver(gridEvent('e', SHOP));
  made.world.clock.advance(30);
  await made.host.work();
  return made;
}

async function brokenApproval(app: WebAppOptions, when: 'before' | 'after'): Promise<Scene> {
  const { arm, ports } = breaking(when);
  const made = scene({ app, ports });
  await deliverAndSettle(made.host, 'e', SHOP);
  await made.host.decide(decisionOn(made.world, 'approve'));
  arm();
  await made.host.work();
  return made;
}

test('guarantee 4: an intent that a look resolves has its outcome, also when that look dies before its own writes', async () => {
  let failing = false;
  const ports = (deps: FakeDeps) =>
    watchedDeps(deps, async (name, call) => {
      if (!failing || name !== 'lease.renew') return call();
      failing = false;
      throw new StorageUnavailable('the lease cannot be renewed');
    });
  const { world, host } = scene({ app: { site: { httpsOnly: false }, config: { minTlsVersion: '1.0' } }, ports });
  world.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
  await host.deliver(gridEvent('first', SHOP));
  await host.settle(31);
  world.arm.onWrite = null;
  world.arm.change(SHOP, 'resource', '/properties/httpsOnly', true);
  failing = true;
  await host.settle();
  expect(factsIn(world, 'fix.applied').sort()).toEqual(['fix.applied webapp-https-only', 'fix.applied webapp-min-tls']);
});

describe('guarantee 4: an intent without outcome is resolved by reading again', () => {
  test('the planned value is there: applied, without a further request', async () => {
    const { world, host } = await broken(OLD_TLS, 'after');
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls']);
    await host.settle();
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(world.arm.requests).toHaveLength(1);
    expect(world.stored.events[0]?.auditIds).toEqual(expect.arrayContaining(world.stored.entries.map(({ id }) => id)));
  });

  test('the old value is there: it is written under the same intent', async () => {
    const { world, host } = await broken(OLD_TLS, 'before');
    await host.settle();
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(world.arm.requests).toHaveLength(1);
    expect(new Set(world.stored.entries.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test('the old value is there and the service was stopped: unknown; after the stop it is written, one operation', async () => {
    const { world, host } = await broken(OLD_TLS, 'before');
    storeSettings(world, { stopped: { reason: 'incident' } });
    await host.settle();
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.unknown webapp-min-tls']);
    expect(world.arm.requests).toEqual([]);
    storeSettings(world, {});
    await deliverAndSettle(host, 'later', SHOP);
    expect(factsIn(world).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(factsIn(world, 'fix.intended')).toHaveLength(1);
  });

  test('another value is there: failed, and what is wrong now is a fix of its own', async () => {
    const { world, host } = await broken(OLD_TLS, 'before');
    world.arm.change(SHOP, 'config/web', TLS, '1.1');
    await host.settle();
    expect(factsIn(world)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.failed webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    const [first, failed, second, applied] = world.stored.entries.map(({ operationId }) => operationId);
    expect([failed, applied]).toEqual([first, second]);
  });

  test('the document cannot be read: nothing is claimed to have been applied or to have failed', async () => {
    const { world, host } = await broken(OLD_TLS, 'after');
    world.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    await host.settle();
    expect(factsIn(world, 'fix.applied', 'fix.failed')).toEqual([]);
    expect(world.stored.entries.at(-1)?.message).not.toContain('still');
    world.arm.onRead = null;
    await deliverAndSettle(host, 'later', SHOP);
    expect(factsIn(world).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(world.arm.requests).toHaveLength(1);
  });

  test('the app is gone: failed, because it is gone', async () => {
    const { world, host } = await broken(OLD_TLS, 'before');
    world.arm.remove(SHOP);
    await host.settle();
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(world.stored.entries.at(-1)?.reasons).toMatchObject([{ code: 'gone' }]);
  });

  test('an approved write: the approval is applied, never cleared, whoever comes first', async () => {
    const { world, host } = await brokenApproval(RISKY, 'after');
    expect(approvals(world)).toMatchObject([{ status: 'approved' }]);
    await deliverAndSettle(host, 'echo', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world, 'approval.cleared')).toEqual([]);
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
    expect(world.arm.requests).toHaveLength(1);
  });

  test('an approved write that never left, of what has moved since: superseded, and it stays so', async () => {
    const cors = { allowedOrigins: ['*'], supportCredentials: false };
    const { world, host } = await brokenApproval({ config: { cors } }, 'before');
    world.arm.change(SHOP, 'config/web', '/properties/cors/supportCredentials', true);
    await host.settle();
    expect(approvals(world).map(({ status }) => status)).toEqual(['superseded', 'pending']);
    expect(world.arm.requests).toEqual([]);
  });
});
