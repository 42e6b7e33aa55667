/** The refusals of a rollback, and that a repeated request is one rollback. */

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { type RollbackRequest, requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { ADA, BOB, gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { approvals, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';
import { ada, bob, carol, fixed, TLS, tlsNow } from './rolling-back.ts';

const shop = resourceNamed(SHOP);

/** The code of the refusal, or the status of the approval. */
async function answer(deps: FakeDeps, differs: Partial<RollbackRequest> = {}): Promise<string> {
  try {
    return (await requestRollback(deps, { ...rollbackOf(deps), ...differs })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('the order of refusals', () => {
  const audit = { mode: 'audit' } as const;
  const stopped = { stopped: { reason: 'night' } };
  const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(SHOP) ?? [];
  const named = { scopes: [{ scope: subscription, approvers: ['dddddddd-0000-4000-8000-00000000000d'] }] };

  test.each<[string, string, Partial<Settings>, typeof bob, string]>([
    ['a moved value', '1.3', audit, bob, 'moved'],
    ['a value that is rolled back already', '1.0', audit, bob, 'moved'],
    ['mode audit', '1.2', audit, bob, 'audit-mode'],
    ['the stop', '1.2', stopped, bob, 'stopped'],
    ['a user who is not among the named approvers', '1.2', named, bob, 'forbidden'],
    ['a changer', '1.2', {}, bob, 'own-change'],
    ['anybody else', '1.2', {}, ada, 'approved'],
  ])('%s', async (_, value, settings, person, expected) => {
    const { deps } = await fixed();
    deps.arm.change(SHOP, 'config/web', TLS, value);
    storeSettings(deps, settings);
    expect(await answer(deps, { person })).toBe(expected);
    if (expected !== 'approved') expect(approvals(deps)).toEqual([]);
  });

  test('a moved rollback names the written and the current value', async () => {
    const { deps } = await fixed();
    deps.arm.change(SHOP, 'config/web', TLS, '1.3');
    await expect(requestRollback(deps, rollbackOf(deps))).rejects.toMatchObject({
      members: { moved: [{ document: 'config/web', path: TLS, from: '1.2', to: '1.3' }] },
    });
  });

  test('a document that cannot be read is refused', async () => {
    const { deps } = await fixed();
    deps.arm.onRead = (_, document) => (document === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined);
    expect(await answer(deps)).toBe('moved');
  });

  test('an entry that is no applied fix, or whose value was null before, is refused', async () => {
    const { deps } = await fixed();
    const { entry } = rollbackOf(deps);
    const intent = deps.stored.entries.find(({ kind }) => kind === 'fix.intended');
    if (!intent) throw new Error('there was an intent');
    expect(await answer(deps, { entry: intent })).toBe('not-reversible');
    const changes = entry.changes.map((change) => ({ ...change, from: null }));
    expect(await answer(deps, { entry: { ...entry, changes } })).toBe('not-reversible');
  });

  test('a rollback beyond the limit of open approvals is refused, and the open ones stay', async () => {
    const { deps } = await fixed();
    const [memory] = deps.stored.resourceStates.values();
    if (!memory) throw new Error('nothing was remembered');
    const open = Array.from({ length: 200 }, (_, nth) => `a${nth}`);
    deps.stored.resourceStates.set(shop.key, { ...memory, openApprovals: open });
    const requested = requestRollback(deps, rollbackOf(deps));
    await expect(requested).rejects.toMatchObject({
      code: 'not-reversible',
      message: '200 approvals of this resource are open already; decide some of them first.',
    });
    expect(approvals(deps)).toEqual([]);
    expect(deps.stored.resourceStates.get(shop.key)?.openApprovals).toEqual(open);
    expect(deps.stored.queue).toEqual([]);
    deps.stored.resourceStates.set(shop.key, { ...memory, openApprovals: open.slice(1) });
    expect(await answer(deps)).toBe('approved');
  });

  test('guarantee 12: a rollback that would overwrite a secret is refused', async () => {
    const { deps } = await fixed();
    deps.arm.onRead = (_, document) =>
      document === 'config/web'
        ? { status: 'read', body: { properties: { minTlsVersion: '1.2' } }, redactedPaths: [TLS] }
        : undefined;
    expect(await answer(deps)).toBe('not-reversible');
    expect(approvals(deps)).toEqual([]);
  });

  test('everybody who changed the value before or after the fix is refused', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await host.deliver(gridEvent('b', SHOP, { by: BOB }));
    await host.settle();
    for (const person of [ada, bob]) expect(await answer(deps, { person })).toBe('own-change');
    await host.deliver(gridEvent('c', SHOP, { by: { objectId: carol.objectId } }));
    expect(await answer(deps, { person: carol })).toBe('own-change');
    expect(await answer(deps, { person: { objectId: 'dora', name: 'Dora' } })).toBe('approved');
  });

  test('with separation of duties off, the changer may roll back', async () => {
    const off = {
      separationOfDuties: false,
      unknownChanger: 'allow' as const,
      expireHours: 168,
      rejectedDays: 90,
      fromSweep: false,
    };
    const { deps } = await fixed({ approvals: off });
    expect(await answer(deps, { person: bob })).toBe('approved');
  });

  test('without a known changer anybody may roll back, and the record says so', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    await host.deliver(gridEvent('nobody', SHOP, { by: null }));
    await host.settle();
    await host.rollBack(rollbackOf(deps));
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(deps.stored.entries.at(-1)?.message).toContain('not known');
  });
});

describe('guarantee 8: a rollback requested several times is one approval and one write', () => {
  test('the same user gets the first answer again, before and after the write', async () => {
    const { deps, host } = await fixed();
    const request = rollbackOf(deps);
    const first = await host.rollBack(request);
    expect(await host.rollBack(request)).toMatchObject({ id: first.id, status: 'approved' });
    await host.settle();
    expect(await host.rollBack(request)).toMatchObject({ id: first.id, status: 'applied' });
    await host.settle();
    expect(approvals(deps)).toHaveLength(1);
    expect(recordsIn(deps, 'rollback.intended')).toHaveLength(1);
  });

  test('a repeated request queues a rollback that was lost from the queue', async () => {
    const { deps, host } = await fixed();
    const request = rollbackOf(deps);
    await host.rollBack(request);
    deps.stored.queue.length = 0;
    await host.rollBack(request);
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
  });

  test('of two requests at the same moment one is refused as decided', async () => {
    const { deps, host } = await fixed();
    const answers = await Promise.all([answer(deps), answer(deps, { person: carol })]);
    expect(answers.sort()).toEqual(['approved', 'decided']);
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(recordsIn(deps, 'approval.approved', 'rollback.applied')).toHaveLength(2);
  });

  test('a superseded rollback may be requested again', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    deps.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle();
    deps.arm.change(SHOP, 'config/web', TLS, '1.2');
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(approvals(deps).map(({ status }) => status)).toEqual(['superseded', 'applied']);
    expect(tlsNow(deps)).toBe('1.0');
  });

  test.each([
    'approvals.claimId',
    'arm.read',
    'settings.load',
    'resources.loadState',
    'wakeups.schedule',
    'resources.saveState',
    'approvals.save',
  ])('when %s fails, nothing is stored and nothing is written', async (call) => {
    const { deps, host } = await fixed();
    const failing = failingDeps(deps, call, new StorageUnavailable('down'));
    await expect(requestRollback(failing, rollbackOf(deps))).rejects.toThrow('down');
    expect(approvals(deps)).toEqual([]);
    await host.settle();
    expect(tlsNow(deps)).toBe('1.2');
  });

  test.each(['audit.append', 'queue.send', 'wakeups.cancel'])(
    'when %s fails, the rollback stands and is executed',
    async (call) => {
      const { deps, host } = await fixed();
      const failing = failingDeps(deps, call, new StorageUnavailable('down'));
      await expect(requestRollback(failing, rollbackOf(deps))).rejects.toThrow('down');
      await host.settle();
      expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
      expect(tlsNow(deps)).toBe('1.0');
    },
  );
});
