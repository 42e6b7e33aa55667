/** Who may not have a fix put back, what cannot be, and that asking twice is asking once. */

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
import { factsIn, scene } from '../../fakes/scenarios/scene.ts';
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

describe('who and what is refused, in this order', () => {
  const audit = { mode: 'audit' } as const;
  const stopped = { stopped: { reason: 'night' } };
  const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(SHOP) ?? [];
  const named = { scopes: [{ scope: subscription, approvers: ['dddddddd-0000-4000-8000-00000000000d'] }] };

  test.each<[string, string, Partial<Settings>, typeof bob, string]>([
    ['a value that moved', '1.3', audit, bob, 'moved'],
    ['a value that is back already', '1.0', audit, bob, 'moved'],
    ['mode audit', '1.2', audit, bob, 'audit-mode'],
    ['the stop', '1.2', stopped, bob, 'stopped'],
    ['who is none of the approvers that are named', '1.2', named, bob, 'forbidden'],
    ['who changed it', '1.2', {}, bob, 'own-change'],
    ['nobody else', '1.2', {}, ada, 'approved'],
  ])('%s', async (_, value, settings, person, expected) => {
    const { world } = await fixed();
    world.arm.change(SHOP, 'config/web', TLS, value);
    storeSettings(world, settings);
    expect(await answer(world, { person })).toBe(expected);
    if (expected !== 'approved') expect(approvals(world)).toEqual([]);
  });

  test('moved names what we wrote and what is there', async () => {
    const { world } = await fixed();
    world.arm.change(SHOP, 'config/web', TLS, '1.3');
    await expect(requestRollback(world, rollbackOf(world))).rejects.toMatchObject({
      members: { moved: [{ document: 'config/web', path: TLS, from: '1.2', to: '1.3' }] },
    });
  });

  test('what cannot be read is not put back', async () => {
    const { world } = await fixed();
    world.arm.onRead = (_, document) =>
      document === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined;
    expect(await answer(world)).toBe('moved');
  });

  test('an entry that is no applied fix, or whose value came from nothing', async () => {
    const { world } = await fixed();
    const { entry } = rollbackOf(world);
    const intent = world.stored.entries.find(({ kind }) => kind === 'fix.intended');
    if (!intent) throw new Error('there was an intent');
    expect(await answer(world, { entry: intent })).toBe('not-reversible');
    const changes = entry.changes.map((change) => ({ ...change, from: null }));
    expect(await answer(world, { entry: { ...entry, changes } })).toBe('not-reversible');
  });

  test('one more than may be open on one resource, and what is open stays', async () => {
    const { world } = await fixed();
    const [memory] = world.stored.resourceStates.values();
    if (!memory) throw new Error('nothing was remembered');
    const open = Array.from({ length: 200 }, (_, nth) => `a${nth}`);
    world.stored.resourceStates.set(shop.key, { ...memory, openApprovals: open });
    const asked = requestRollback(world, rollbackOf(world));
    await expect(asked).rejects.toMatchObject({
      code: 'not-reversible',
      message: '200 approvals of this resource are open already; decide some of them first.',
    });
    expect(approvals(world)).toEqual([]);
    expect(world.stored.resourceStates.get(shop.key)?.openApprovals).toEqual(open);
    expect(world.stored.queue).toEqual([]);
    world.stored.resourceStates.set(shop.key, { ...memory, openApprovals: open.slice(1) });
    expect(await answer(world)).toBe('approved');
  });

  test('guarantee 12: what would be written over a secret', async () => {
    const { world } = await fixed();
    world.arm.onRead = (_, document) =>
      document === 'config/web'
        ? { status: 'read', body: { properties: { minTlsVersion: '1.2' } }, redactedPaths: [TLS] }
        : undefined;
    expect(await answer(world)).toBe('not-reversible');
    expect(approvals(world)).toEqual([]);
  });

  test('each of those whose change was put right is refused, those who changed it since as well', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await host.deliver(gridEvent('b', SHOP, { by: BOB }));
    await host.settle();
    for (const person of [ada, bob]) expect(await answer(world, { person })).toBe('own-change');
    await host.deliver(gridEvent('c', SHOP, { by: { objectId: carol.objectId } }));
    expect(await answer(world, { person: carol })).toBe('own-change');
    expect(await answer(world, { person: { objectId: 'dora', name: 'Dora' } })).toBe('approved');
  });

  test('separation of duties switched off: the changer may', async () => {
    const off = {
      separationOfDuties: false,
      unknownChanger: 'allow' as const,
      expireHours: 168,
      rejectedDays: 90,
      fromSweep: false,
    };
    const { world } = await fixed({ approvals: off });
    expect(await answer(world, { person: bob })).toBe('approved');
  });

  test('nobody known: anyone may, and the record says so', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    await host.deliver(gridEvent('nobody', SHOP, { by: null }));
    await host.settle();
    await host.rollBack(rollbackOf(world));
    expect(approvals(world)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(world.stored.entries.at(-1)?.message).toContain('not known');
  });
});

describe('guarantee 8: asked however often, it is one approval and one write', () => {
  test('the same person gets the first answer again, before and after it was written', async () => {
    const { world, host } = await fixed();
    const request = rollbackOf(world);
    const first = await host.rollBack(request);
    expect(await host.rollBack(request)).toMatchObject({ id: first.id, status: 'approved' });
    await host.settle();
    expect(await host.rollBack(request)).toMatchObject({ id: first.id, status: 'applied' });
    await host.settle();
    expect(approvals(world)).toHaveLength(1);
    expect(factsIn(world, 'rollback.intended')).toHaveLength(1);
  });

  test('asking again brings back what has fallen off the queue', async () => {
    const { world, host } = await fixed();
    const request = rollbackOf(world);
    await host.rollBack(request);
    world.stored.queue.length = 0;
    await host.rollBack(request);
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
  });

  test('two at the same moment: one is told that it is decided', async () => {
    const { world, host } = await fixed();
    const answers = await Promise.all([answer(world), answer(world, { person: carol })]);
    expect(answers.sort()).toEqual(['approved', 'decided']);
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world, 'approval.approved', 'rollback.applied')).toHaveLength(2);
  });

  test('one that came to nothing may be asked again', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    world.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle();
    world.arm.change(SHOP, 'config/web', TLS, '1.2');
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(approvals(world).map(({ status }) => status)).toEqual(['superseded', 'applied']);
    expect(tlsNow(world)).toBe('1.0');
  });

  test.each([
    'approvals.claimId',
    'arm.read',
    'settings.load',
    'resourceStates.load',
    'wakeups.schedule',
    'resourceStates.save',
    'approvals.save',
  ])('%s fails: nothing is stored, and nothing is written', async (call) => {
    const { world, host } = await fixed();
    const failing = failingDeps(world, call, new StorageUnavailable('down'));
    await expect(requestRollback(failing, rollbackOf(world))).rejects.toThrow('down');
    expect(approvals(world)).toEqual([]);
    await host.settle();
    expect(tlsNow(world)).toBe('1.2');
  });

  test.each(['audit.append', 'queue.send', 'wakeups.cancel'])(
    '%s fails: it stands, and is carried out',
    async (call) => {
      const { world, host } = await fixed();
      const failing = failingDeps(world, call, new StorageUnavailable('down'));
      await expect(requestRollback(failing, rollbackOf(world))).rejects.toThrow('down');
      await host.settle();
      expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
      expect(tlsNow(world)).toBe('1.0');
    },
  );
});
