/**
 * The life of an approval: requested once, compared with every fresh read, decided once, executed once, and not
 * requested again.
 */
import { describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { ADA, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle, pending } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const DEBUGGING = '/properties/remoteDebuggingEnabled';
const ORIGINS = '/properties/cors/allowedOrigins';
const WILD = { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } };
const DAY = 86_400;

const statuses = (deps: Parameters<typeof approvals>[0]) => approvals(deps).map(({ status }) => status);

describe('guarantee 7: an approval is bound to what was shown', () => {
  test('it is requested once, with everything that the decision needs', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(deps)).toHaveLength(1);
    expect(recordsIn(deps)).toEqual(['approval.requested webapp-remote-debugging']);
    expect(pending(deps)).toMatchObject({
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
    expect(pending(deps).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(pending(deps).auditIds).toEqual([deps.stored.entries[0]?.id]);
  });

  test('another change on the app keeps it', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const before = pending(deps);
    deps.arm.change(SHOP, 'config/web', '/properties/alwaysOn', false);
    deps.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(deps)).toEqual([before]);
  });

  test('it is cleared when somebody else has fixed the violation', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.change(SHOP, 'config/web', DEBUGGING, false);
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'already-right' }] }]);
    expect(recordsIn(deps).at(-1)).toBe('approval.cleared webapp-remote-debugging');
  });

  test('it is cleared when the rule is switched off', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    storeSettings(deps, { rules: { 'webapp-remote-debugging': { enabled: false } } });
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(deps)).toEqual(['cleared']);
  });

  test('it is superseded when the value moved, and the new approval shows the move', async () => {
    const { deps, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
    await deliverAndSettle(host, 'second', SHOP);
    const [old, fresh] = approvals(deps);
    expect(old).toMatchObject({ status: 'superseded', supersededBy: fresh?.id, reasons: [{ code: 'moved' }] });
    expect(fresh).toMatchObject({
      status: 'pending',
      moved: [{ path: ORIGINS, from: ['*', 'https://a.example'], to: ['*', 'https://b.example'] }],
      changes: [{ from: ['*', 'https://b.example'], to: ['https://b.example'] }],
    });
    expect(fresh?.digest).not.toBe(old?.digest);
  });

  test('it is superseded when a preserved sibling moved', async () => {
    const { deps, host } = scene({ app: { config: { cors: { allowedOrigins: ['*'], supportCredentials: false } } } });
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.change(SHOP, 'config/web', '/properties/cors/supportCredentials', true);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(deps)).toEqual(['superseded', 'pending']);
    expect(pending(deps).moved).toMatchObject([{ path: '/properties/cors/supportCredentials', from: false, to: true }]);
  });

  test('an approved change that has moved is not written', async () => {
    const { deps, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.change(SHOP, 'config/web', ORIGINS, ['*']);
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(statuses(deps)).toEqual(['superseded', 'pending']);
    expect(approvals(deps)[0]?.decision).toMatchObject({ decision: 'approve' });
  });

  test('a failure between the successor and its predecessor creates no second successor', async () => {
    const { deps, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.change(SHOP, 'config/web', ORIGINS, ['*']);
    let saves = 0;
    const ports = watchedDeps(deps, async (name, go) => {
      if (name === 'approvals.save') saves += 1;
      // The successor is saved, and saved again when its record is in the log; then comes its predecessor.
      if (name === 'approvals.save' && saves === 3) throw new Error('gone away');
      return go();
    });
    await deliverAndSettle(createHost(deps, { ports }), 'second', SHOP);
    expect(saves).toBeGreaterThan(3);
    expect(statuses(deps)).toEqual(['superseded', 'pending']);
    expect(approvals(deps)[0]?.supersededBy).toBe(approvals(deps)[1]?.id);
  });

  test('an unknown verdict neither confirms nor clears it, and nothing is written', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    await host.settle();
    expect([deps.arm.requests, statuses(deps)]).toEqual([[], ['approved']]);
  });
});

describe('guarantee 8: decided once, executed once, and not requested again', () => {
  test('an approved change is written once, and the approval lists its records', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    await deliverAndSettle(host, 'second', SHOP);
    expect(deps.arm.writes).toHaveLength(1);
    expect(recordsIn(deps)).toEqual([
      'approval.requested webapp-remote-debugging',
      'approval.approved webapp-remote-debugging',
      'fix.intended webapp-remote-debugging',
      'fix.applied webapp-remote-debugging',
    ]);
    expect(approvals(deps)).toMatchObject([{ status: 'applied', auditIds: deps.stored.entries.map(({ id }) => id) }]);
    expect(deps.stored.entries.slice(2).every(({ approvalId }) => approvalId === approvals(deps)[0]?.id)).toBe(true);
  });

  test('a rejected change is not requested again for rejectedDays, even after a change of the app', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'reject'));
    await host.settle();
    expect(decisionOf(deps, 'webapp-remote-debugging')).toBe('report tier-risky rejected-before');
    deps.clock.advance(89 * DAY);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(deps)).toEqual(['rejected']);
    deps.clock.advance(2 * DAY);
    await deliverAndSettle(host, 'third', SHOP);
    expect(statuses(deps)).toEqual(['rejected', 'pending']);
  });

  test('another change of the same rule is requested again', async () => {
    const { deps, host } = scene({ app: WILD });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'reject'));
    await host.settle();
    deps.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
    await deliverAndSettle(host, 'second', SHOP);
    expect(statuses(deps)).toEqual(['rejected', 'pending']);
  });

  test('it expires although the alarm came early by a clock that is ahead', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const own = deps.clock;
    const ahead = { ...own, now: () => new Date(own.now().getTime() + 300_000) };
    deps.clock.advance(7 * DAY - 200);
    await runHousekeeping({ ...deps, clock: ahead });
    await host.settle();
    expect(statuses(deps)).toEqual(['expired']);
  });

  test('it expires by the clock without an event, and the finding says that it was not decided', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.settle(6.9 * DAY);
    expect(statuses(deps)).toEqual(['pending']);
    await host.settle(8 * DAY);
    expect(statuses(deps)).toEqual(['expired']);
    expect(recordsIn(deps).at(-1)).toBe('approval.expired webapp-remote-debugging');
    expect(decisionOf(deps, 'webapp-remote-debugging')).toBe('report tier-risky expired-before');
  });

  test.each([
    ['an event of its own write', OURSELVES, ['expired']],
    ['somebody', BOB, ['expired', 'pending']],
    ['an unknown changer', null, ['expired', 'pending']],
  ])('an expired approval is requested again only after a new change: by %s', async (_, by, expected) => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.settle(8 * DAY);
    await host.deliver(gridEvent('second', SHOP, { by }));
    await host.settle();
    expect(statuses(deps)).toEqual(expected);
  });

  test('the expiry follows the settings at the time of the request', async () => {
    const approvalSettings = {
      expireHours: 1,
      rejectedDays: 90,
      separationOfDuties: true,
      unknownChanger: 'allow' as const,
      fromSweep: false,
    };
    const { deps, host } = scene({ app: RISKY, settings: { approvals: approvalSettings } });
    await deliverAndSettle(host, 'first', SHOP);
    expect(pending(deps).expiresAt).toBe('2026-03-01T13:00:30.000Z');
  });

  test('it is cleared when the resource is deleted', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.remove(SHOP);
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'gone' }] }]);
    expect(deps.arm.requests).toEqual([]);
  });

  test('of two decisions at once one stands, and there is one write', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const request = decisionOn(deps, 'approve');
    const other = { ...request, person: { objectId: 'carol', name: 'Carol' } };
    const answers = await Promise.allSettled([host.decide(request), host.decide(other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
    expect(recordsIn(deps, 'approval.approved')).toHaveLength(1);
    expect(approvals(deps)[0]?.decision?.by.objectId).toBe(answers[0]?.status === 'fulfilled' ? ADA.objectId : 'carol');
  });

  test('of an approval and a rejection at once one stands and has its effect', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const approve = decisionOn(deps, 'approve');
    const reject = { ...decisionOn(deps, 'reject'), person: { objectId: 'carol', name: 'Carol' } };
    const answers = await Promise.allSettled([host.decide(reject), host.decide(approve)]);
    await host.settle();
    const rejected = answers[0]?.status === 'fulfilled';
    expect(answers[1]?.status).toBe(rejected ? 'rejected' : 'fulfilled');
    expect(statuses(deps)).toEqual([rejected ? 'rejected' : 'applied']);
    expect(deps.arm.writes).toHaveLength(rejected ? 0 : 1);
  });
});
