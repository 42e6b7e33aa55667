/** Going back: only what a fix wrote, only while it is still that, by somebody who did not cause it; and then it stays. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { askRollback, type RollbackRequest } from '../../src/workflows/ask-rollback.ts';
import { StorageUnavailable } from '../../src/workflows/ports.ts';
import { RISKY, SHOP, seedWebApp, WORKSPACE } from '../world/apps.ts';
import { ADA, BOB, gridEvent, OURSELVES } from '../world/event-grid.ts';
import { createHost } from '../world/host.ts';
import { refused } from '../world/memory-azure.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';
import { decisionOf, factsIn, type Scene, scene } from '../world/scene.ts';
import { failingWorld } from '../world/watched-world.ts';
import { approvals, decisionOn, eventAndRest, rollbackOf } from '../world/ways.ts';

const TLS = '/properties/minTlsVersion';
const ada = { objectId: ADA.objectId, name: 'Ada' };
const bob = { objectId: BOB.objectId, name: 'Bob' };
const carol = { objectId: 'carol', name: 'Carol' };
const WEEK = 7 * 86_400;

/** The shop, after Bob set TLS 1.0 and it was fixed. */
async function fixed(settings?: Partial<Settings>): Promise<Scene> {
  const made = scene({ app: { config: { minTlsVersion: '1.0' } }, ...(settings ? { settings } : {}) });
  await eventAndRest(made.host, 'first', SHOP);
  expect(made.world.arm.valueOf(SHOP, 'config/web', TLS)).toBe('1.2');
  return made;
}

/** The code of the refusal, or the status of the approval. */
async function answer(world: MemoryWorld, differs: Partial<RollbackRequest> = {}): Promise<string> {
  try {
    return (await askRollback(world, { ...rollbackOf(world), ...differs })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const tlsNow = ({ arm }: MemoryWorld): Json => arm.valueOf(SHOP, 'config/web', TLS);

describe('a fix is put back', () => {
  test('by an approval that who asked has decided, through the one path to a write', async () => {
    const { world, host } = await fixed();
    const { entry } = rollbackOf(world);
    const approval = await host.rollBack(rollbackOf(world));
    expect(approval).toMatchObject({
      purpose: 'rollback',
      status: 'approved',
      changes: [{ document: 'config/web', path: TLS, from: '1.2', to: '1.0' }],
      decision: { by: ada, comment: 'The old clients need it.' },
      auditIds: [entry.id, expect.any(String)],
    });
    expect(tlsNow(world)).toBe('1.2');
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world).slice(2)).toEqual([
      'approval.approved webapp-min-tls',
      'rollback.intended webapp-min-tls',
      'exemption.created webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    const applied = world.stored.entries.findLast(({ kind }) => kind === 'rollback.applied');
    expect(applied).toMatchObject({ approvalId: approval.id, trigger: { type: 'decision' } });
  });

  test('and stays for seven days, whatever events come; then it is fixed again', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(decisionOf(world, 'webapp-min-tls')).toMatch(/^exempt /);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await eventAndRest(host, 'another', SHOP);
    expect(tlsNow(world)).toBe('1.0');
    const [exemption] = [...world.stored.exemptions.values()];
    expect(exemption?.value).toMatchObject({ scope: SHOP, rule: 'webapp-min-tls', owner: 'Ada' });
    world.clock.advance(WEEK);
    await eventAndRest(host, 'a week later', SHOP);
    expect(tlsNow(world)).toBe('1.2');
  });

  test('what an approval changed goes back the same way, its siblings with it', async () => {
    const cors = { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true };
    const { world, host } = scene({ app: { config: { cors } } });
    await eventAndRest(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/cors/allowedOrigins')).toEqual(['https://a.example']);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/cors')).toEqual(cors);
    expect(approvals(world).map(({ purpose, status }) => `${purpose} ${status}`)).toEqual([
      'fix applied',
      'rollback applied',
    ]);
  });

  test('only what the entry says: another fix of the same look stays', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } } });
    await eventAndRest(host, 'first', SHOP);
    const entry = world.stored.entries.find((one) => one.kind === 'fix.applied' && one.rule === 'webapp-min-tls');
    if (!entry) throw new Error('it was fixed');
    await host.rollBack({ ...rollbackOf(world), entry });
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/ftpsState')).toBe('FtpsOnly');
    expect(world.arm.writes.at(-1)?.body).toEqual({ properties: { minTlsVersion: '1.0' } });
  });
});

describe('diagnostic settings, which Azure hands back with members of its own', () => {
  const LOGS = '/value/plumbline/properties/logs';

  async function exporting(): Promise<Scene> {
    const world = memoryWorld({
      rules: rules.filter(({ id }) => id === 'webapp-diagnostics'),
      options: { workspaceId: WORKSPACE },
    });
    const host = createHost(world);
    seedWebApp(world.arm);
    world.arm.change(SHOP, 'diagnosticSettings', '/value', []);
    return { world, host };
  }

  test('one that was made is deleted', async () => {
    const { world, host } = await exporting();
    await eventAndRest(host, 'first', SHOP);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).not.toBeNull();
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.writes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toBeNull();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('one that was extended is as it was', async () => {
    const { world, host } = await exporting();
    await eventAndRest(host, 'first', SHOP);
    const before = [{ categoryGroup: 'allLogs', enabled: false, retentionPolicy: { enabled: false, days: 0 } }];
    world.arm.change(SHOP, 'diagnosticSettings', LOGS, before);
    await eventAndRest(host, 'second', SHOP);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toMatchObject([{ enabled: true }]);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toEqual(before);
  });
});

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
    await expect(askRollback(world, rollbackOf(world))).rejects.toMatchObject({
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
    const off = { separationOfDuties: false, expireHours: 168, rejectedDays: 90, fromSweep: false };
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

describe('promise 8: asked however often, it is one approval and one write', () => {
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
    'approvals.claim',
    'arm.read',
    'settings.load',
    'memories.load',
    'alarms.set',
    'memories.save',
    'approvals.save',
  ])('%s fails: nothing is stored, and nothing is written', async (call) => {
    const { world, host } = await fixed();
    const failing = failingWorld(world, call, new StorageUnavailable('down'));
    await expect(askRollback(failing, rollbackOf(world))).rejects.toThrow('down');
    expect(approvals(world)).toEqual([]);
    await host.settle();
    expect(tlsNow(world)).toBe('1.2');
  });

  test.each(['audit.append', 'queue.send', 'alarms.clear'])('%s fails: it stands, and is carried out', async (call) => {
    const { world, host } = await fixed();
    const failing = failingWorld(world, call, new StorageUnavailable('down'));
    await expect(askRollback(failing, rollbackOf(world))).rejects.toThrow('down');
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(tlsNow(world)).toBe('1.0');
  });
});

describe('between the decision and the write', () => {
  test('the value moves: nothing is written, and the approval says what moved', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    world.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle();
    expect(tlsNow(world)).toBe('1.3');
    expect(approvals(world)).toMatchObject([
      { status: 'superseded', supersededBy: null, moved: [{ path: TLS, from: '1.2', to: '1.3' }] },
    ]);
    expect(world.stored.exemptions.size).toBe(0);
  });

  test('somebody puts it back: cleared, and the rule goes on as ever', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    world.arm.change(SHOP, 'config/web', TLS, '1.0');
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'cleared' }]);
    expect(tlsNow(world)).toBe('1.2');
    expect(factsIn(world, 'rollback.intended')).toEqual([]);
  });

  test('the service is stopped: it waits, and is carried out when it resumes', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    storeSettings(world, { stopped: { reason: 'night' } });
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'approved' }]);
    expect(tlsNow(world)).toBe('1.2');
    storeSettings(world, { stopped: null });
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(tlsNow(world)).toBe('1.0');
  });

  test('a lock refuses it: blocked, and tried again at the next look under the same intent', async () => {
    const { world, host } = await fixed();
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'blocked' }]);
    expect(world.stored.exemptions.size).toBe(0);
    world.arm.onWrite = null;
    await eventAndRest(host, 'second', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world, 'rollback.intended', 'rollback.blocked', 'rollback.applied')).toEqual([
      'rollback.intended webapp-min-tls',
      'rollback.blocked webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
  });

  test('the rule asks for more by now: the person wins, and its fix waits', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    storeSettings(world, { rules: { 'webapp-min-tls': { tier: 'safe', parameters: { minimum: '1.3' } } } });
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('two rollbacks of one place: the second finds it moved', async () => {
    const { world, host } = await fixed();
    const first = rollbackOf(world);
    world.arm.change(SHOP, 'config/web', TLS, '1.1');
    await eventAndRest(host, 'second', SHOP);
    await host.rollBack(first);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    await eventAndRest(host, 'third', SHOP);
    expect(approvals(world).map(({ status }) => status)).toEqual(['applied', 'superseded']);
    expect(tlsNow(world)).toBe('1.0');
  });

  test('an approval of another rule goes on beside it', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0', ...RISKY.config } } });
    await eventAndRest(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(approvals(world).map(({ status }) => status)).toEqual(['applied', 'applied']);
    // Both are changes of one document, so they travel in one request.
    expect(world.arm.writes).toHaveLength(2);
  });
});
