/** The life of an approval: asked once, compared with every fresh read, decided once, executed once, and then not again. */
import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { ADA, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle, pending } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const DEBUGGING = '/properties/remoteDebuggingEnabled';
const ORIGINS = '/properties/cors/allowedOrigins';
const WILD = { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } };
const DAY = 86_400;

const statuses = (deps: Parameters<typeof approvals>[0]) => approvals(deps).map(({ status }) => status);

describe('guarantee 7: an approval is bound to what was shown', () => {
  test('it is asked once, and carries what a person must know', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(world)).toHaveLength(1);
    expect(factsIn(world)).toEqual(['approval.requested webapp-remote-debugging']);
    expect(pending(world)).toMatchObject({
      purpose: 'fix',
      resource: { id: SHOP, name: 'shop' },
      rule: { id: 'webapp-remote-debugging', impact: 'restart', reversible: true },
      changes: [{ document: 'config/web', path: DEBUGGING, from: true, to: false }],
      changedBy: { objectId: BOB.objectId },
      reasons: [{ code: 'tier-risky' }],
      requestedAt: '2026-03-01T12:00:30.000Z',
      expiresAt: '2026-03-08T12:00:30.000Z',
      outbox: [],
    });
    expect(pending(world).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(pending(world).auditIds).toEqual([world.stored.entries[0]?.id]);
  });

  test('keep: what else changes on the app leaves it alone', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const before = pending(world);
    world.arm.change(SHOP, 'config/web', '/properties/alwaysOn', false);
    world.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(world)).toEqual([before]);
  });

  test('clear: somebody has put it right', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.change(SHOP, 'config/web', DEBUGGING, false);
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'already-right' }] }]);
    expect(factsIn(world).at(-1)).toBe('approval.cleared webapp-remote-debugging');
  });

  test('clear: the rule is switched off', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    storeSettings(world, { rules: { 'webapp-remote-debugging': { enabled: false } } });
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(world)).toEqual(['cleared']);
  });

  test('supersede: the value moved; a new approval says from what was shown to what is there', async () => {
    const { world, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
    await deliverAndSettle(host, 'second', SHOP);
    const [old, fresh] = approvals(world);
    expect(old).toMatchObject({ status: 'superseded', supersededBy: fresh?.id, reasons: [{ code: 'moved' }] });
    expect(fresh).toMatchObject({
      status: 'pending',
      moved: [{ path: ORIGINS, from: ['*', 'https://a.example'], to: ['*', 'https://b.example'] }],
      changes: [{ from: ['*', 'https://b.example'], to: ['https://b.example'] }],
    });
    expect(fresh?.digest).not.toBe(old?.digest);
  });

  test('supersede: a sibling that would travel along moved', async () => {
    const { world, host } = scene({ app: { config: { cors: { allowedOrigins: ['*'], supportCredentials: false } } } });
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.change(SHOP, 'config/web', '/properties/cors/supportCredentials', true);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(world)).toEqual(['superseded', 'pending']);
    expect(pending(world).moved).toMatchObject([
      { path: '/properties/cors/supportCredentials', from: false, to: true },
    ]);
  });

  test('an approval of what has moved writes nothing', async () => {
    const { world, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.change(SHOP, 'config/web', ORIGINS, ['*']);
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(statuses(world)).toEqual(['superseded', 'pending']);
    expect(approvals(world)[0]?.decision).toMatchObject({ decision: 'approve' });
  });

  test('a failure between the successor and its predecessor makes no second successor', async () => {
    const { world, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.change(SHOP, 'config/web', ORIGINS, ['*']);
    let saves = 0;
    const ports = watchedDeps(world, async (name, go) => {
      if (name === 'approvals.save') saves += 1;
      // The successor is saved, and saved again when its fact is in the log; then comes its predecessor.
      if (name === 'approvals.save' && saves === 3) throw new Error('gone away');
      return go();
    });
    await deliverAndSettle(createHost(world, { ports }), 'second', SHOP);
    expect(saves).toBeGreaterThan(3);
    expect(statuses(world)).toEqual(['superseded', 'pending']);
    expect(approvals(world)[0]?.supersededBy).toBe(approvals(world)[1]?.id);
  });

  test('an unknown verdict neither confirms nor clears, and never lets a write through', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    await host.settle();
    expect([world.arm.requests, statuses(world)]).toEqual([[], ['approved']]);
  });
});

describe('guarantee 8: decided once, executed once, and not asked again', () => {
  test('execute: written once, and the approval lists its facts', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    await deliverAndSettle(host, 'second', SHOP);
    expect(world.arm.writes).toHaveLength(1);
    expect(factsIn(world)).toEqual([
      'approval.requested webapp-remote-debugging',
      'approval.approved webapp-remote-debugging',
      'fix.intended webapp-remote-debugging',
      'fix.applied webapp-remote-debugging',
    ]);
    expect(approvals(world)).toMatchObject([{ status: 'applied', auditIds: world.stored.entries.map(({ id }) => id) }]);
    expect(world.stored.entries.slice(2).every(({ approvalId }) => approvalId === approvals(world)[0]?.id)).toBe(true);
  });

  test('a rejected change is not asked again for rejectedDays, whoever changes the app; then it is', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'reject'));
    await host.settle();
    expect(decisionOf(world, 'webapp-remote-debugging')).toBe('report tier-risky rejected-before');
    world.clock.advance(89 * DAY);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(world)).toEqual(['rejected']);
    world.clock.advance(2 * DAY);
    await deliverAndSettle(host, 'third', SHOP);
    expect(statuses(world)).toEqual(['rejected', 'pending']);
  });

  test('another change of the same rule is another question', async () => {
    const { world, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'reject'));
    await host.settle();
    world.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(world)).toEqual(['rejected', 'pending']);
  });

  test('expire also when the alarm rang by a clock that is ahead', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const own = world.clock;
    const ahead = { ...own, now: () => new Date(own.now().getTime() + 300_000) };
    world.clock.advance(7 * DAY - 200);
    await runHousekeeping({ ...world, clock: ahead });
    await host.settle();
    expect(statuses(world)).toEqual(['expired']);
  });

  test('expire: by the clock, without any event; the finding says that it was not decided', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.settle(6.9 * DAY);
    expect(statuses(world)).toEqual(['pending']);
    await host.settle(8 * DAY);
    expect(statuses(world)).toEqual(['expired']);
    expect(factsIn(world).at(-1)).toBe('approval.expired webapp-remote-debugging');
    expect(decisionOf(world, 'webapp-remote-debugging')).toBe('report tier-risky expired-before');
  });

  test.each([
    ['our own echo', OURSELVES, ['expired']],
    ['somebody', BOB, ['expired', 'pending']],
    ['nobody known', null, ['expired', 'pending']],
  ])('an expired one is asked again only after a new change: by %s', async (_, by, expected) => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.settle(8 * DAY);
    await host.deliver(gridEvent('second', SHOP, { by }));
    await host.settle();
    expect(statuses(world)).toEqual(expected);
  });

  test('expiry is the settings of the day it was asked', async () => {
    const approvalSettings = {
      expireHours: 1,
      rejectedDays: 90,
      separationOfDuties: true,
      unknownChanger: 'allow' as const,
      fromSweep: false,
    };
    const { world, host } = scene({ app: RISKY, settings: { approvals: approvalSettings } });
    await deliverAndSettle(host, 'first', SHOP);
    expect(pending(world).expiresAt).toBe('2026-03-01T13:00:30.000Z');
  });

  test('what is gone is cleared', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.remove(SHOP);
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'gone' }] }]);
    expect(world.arm.requests).toEqual([]);
  });

  test('two decisions of two people at once: one stands, one write', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const request = decisionOn(world, 'approve');
    const other = { ...request, person: { objectId: 'carol', name: 'Carol' } };
    const answers = await Promise.allSettled([host.decide(request), host.decide(other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
    expect(factsIn(world, 'approval.approved')).toHaveLength(1);
    expect(approvals(world)[0]?.decision?.by.objectId).toBe(
      answers[0]?.status === 'fulfilled' ? ADA.objectId : 'carol',
    );
  });

  test('an approval and a rejection at once: one decision, and what it says happens', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const approve = decisionOn(world, 'approve');
    const reject = { ...decisionOn(world, 'reject'), person: { objectId: 'carol', name: 'Carol' } };
    const answers = await Promise.allSettled([host.decide(reject), host.decide(approve)]);
    await host.settle();
    const rejected = answers[0]?.status === 'fulfilled';
    expect(answers[1]?.status).toBe(rejected ? 'rejected' : 'fulfilled');
    expect(statuses(world)).toEqual([rejected ? 'rejected' : 'applied']);
    expect(world.arm.writes).toHaveLength(rejected ? 0 : 1);
  });
});
