/** The process died around a write: the next read decides the outcome of the intent. */

import { describe, expect, test } from 'vitest';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const TLS = '/properties/minTlsVersion';

/** A write that throws: before it was sent, or after Azure had carried it out. `arm` says which. */
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
  made.deps.clock.advance(30);
  await made.host.work();
  return made;
}

async function brokenApproval(app: WebAppOptions, when: 'before' | 'after'): Promise<Scene> {
  const { arm, ports } = breaking(when);
  const made = scene({ app, ports });
  await deliverAndSettle(made.host, 'e', SHOP);
  await made.host.decide(decisionOn(made.deps, 'approve'));
  arm();
  await made.host.work();
  return made;
}

test('guarantee 4: an intent that a reconcile resolves has its outcome, also when that reconcile dies before its own writes', async () => {
  let failing = false;
  const ports = (base: FakeDeps) =>
    watchedDeps(base, async (name, call) => {
      if (!failing || name !== 'lease.renew') return call();
      failing = false;
      throw new StorageUnavailable('the lease cannot be renewed');
    });
  const { deps, host } = scene({ app: { site: { httpsOnly: false }, config: { minTlsVersion: '1.0' } }, ports });
  deps.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
  await host.deliver(gridEvent('first', SHOP));
  await host.settle(31);
  deps.arm.onWrite = null;
  deps.arm.change(SHOP, 'resource', '/properties/httpsOnly', true);
  failing = true;
  await host.settle();
  expect(recordsIn(deps, 'fix.applied').sort()).toEqual([
    'fix.applied webapp-https-only',
    'fix.applied webapp-min-tls',
  ]);
});

describe('guarantee 4: an intent without outcome is resolved by reading again', () => {
  test('the planned value is there: applied, without a further request', async () => {
    const { deps, host } = await broken(OLD_TLS, 'after');
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls']);
    await host.settle();
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(deps.arm.requests).toHaveLength(1);
    expect(deps.stored.events[0]?.auditIds).toEqual(expect.arrayContaining(deps.stored.entries.map(({ id }) => id)));
  });

  test('the old value is there: it is written under the same intent', async () => {
    const { deps, host } = await broken(OLD_TLS, 'before');
    await host.settle();
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(deps.arm.requests).toHaveLength(1);
    expect(new Set(deps.stored.entries.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test('the old value is there and the service is stopped: unknown, and after the stop it is written in the same operation', async () => {
    const { deps, host } = await broken(OLD_TLS, 'before');
    storeSettings(deps, { stopped: { reason: 'incident' } });
    await host.settle();
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.unknown webapp-min-tls']);
    expect(deps.arm.requests).toEqual([]);
    storeSettings(deps, {});
    await deliverAndSettle(host, 'later', SHOP);
    expect(recordsIn(deps).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(recordsIn(deps, 'fix.intended')).toHaveLength(1);
  });

  test('another value is there: failed, and the current violation is a new fix', async () => {
    const { deps, host } = await broken(OLD_TLS, 'before');
    deps.arm.change(SHOP, 'config/web', TLS, '1.1');
    await host.settle();
    expect(recordsIn(deps)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.failed webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    const [first, failed, second, applied] = deps.stored.entries.map(({ operationId }) => operationId);
    expect([failed, applied]).toEqual([first, second]);
  });

  test('the document cannot be read: neither applied nor failed', async () => {
    const { deps, host } = await broken(OLD_TLS, 'after');
    deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied', 'fix.failed')).toEqual([]);
    expect(deps.stored.entries.at(-1)?.message).not.toContain('still');
    deps.arm.onRead = null;
    await deliverAndSettle(host, 'later', SHOP);
    expect(recordsIn(deps).at(-1)).toBe('fix.applied webapp-min-tls');
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('the app is deleted: failed, with the reason gone', async () => {
    const { deps, host } = await broken(OLD_TLS, 'before');
    deps.arm.remove(SHOP);
    await host.settle();
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(deps.stored.entries.at(-1)?.reasons).toMatchObject([{ code: 'gone' }]);
  });

  test('an approved write is applied, never cleared, when another message comes first', async () => {
    const { deps, host } = await brokenApproval(RISKY, 'after');
    expect(approvals(deps)).toMatchObject([{ status: 'approved' }]);
    await deliverAndSettle(host, 'echo', SHOP);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(recordsIn(deps, 'approval.cleared')).toEqual([]);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(deps.arm.requests).toHaveLength(1);
  });

  test('an approved write that was not sent and has moved since is superseded and stays so', async () => {
    const cors = { allowedOrigins: ['*'], supportCredentials: false };
    const { deps, host } = await brokenApproval({ config: { cors } }, 'before');
    deps.arm.change(SHOP, 'config/web', '/properties/cors/supportCredentials', true);
    await host.settle();
    expect(approvals(deps).map(({ status }) => status)).toEqual(['superseded', 'pending']);
    expect(deps.arm.requests).toEqual([]);
  });
});
