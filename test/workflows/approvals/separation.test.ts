/** Guarantee 8 over time: a changer of an app stays one until a complete reconcile has found the rule met. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { recordDeadLetter } from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { ADA, type Author, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedSlots, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, pending } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, scene } from '../../fakes/scenarios/scene.ts';

const RULE = 'webapp-remote-debugging';
const LEAF = '/properties/remoteDebuggingEnabled';
const OFF: Partial<Settings> = { rules: { [RULE]: { enabled: false } } };
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const CAROL: Author = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'carol@example.com' };

/** The shop, in which a reconcile has found every rule met, and the actions on it. */
async function shop() {
  const { deps, host } = scene();
  const receive = async (id: string, by: Author | null) => {
    deps.clock.advance(600);
    await host.deliver(gridEvent(id, SHOP, { by }));
    await host.settle();
  };
  await receive('right', CAROL);
  return {
    deps,
    host,
    receive,
    /** Somebody opens the debugger, and an event reports it. */
    async opens(id: string, by: Author | null) {
      deps.arm.change(SHOP, 'config/web', LEAF, true);
      await receive(id, by);
    },
    async sweep() {
      deps.estate.ids = [SHOP];
      deps.clock.advance(3600);
      await startSweep(deps, [SUBSCRIPTION]);
      await host.settle();
    },
  };
}

/** The result of an approval by somebody: its status, or the code of the refusal. */
async function approves(deps: FakeDeps, { objectId, name = objectId }: Author): Promise<string> {
  try {
    return (await recordDecision(deps, { ...decisionOn(deps, 'approve'), person: { objectId, name } })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('only a reconcile that found the rule met clears the changers', () => {
  test('a rule that is switched off and on does not', async () => {
    const { deps, receive, opens } = await shop();
    await opens('opened', ADA);
    storeSettings(deps, OFF);
    await receive('while off', BOB);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared' }]);
    storeSettings(deps, {});
    await receive('on again', BOB);
    expect(await approves(deps, ADA)).toBe('own-change');
    expect(await approves(deps, CAROL)).toBe('approved');
  });

  test('a change made while the rule was off counts', async () => {
    const { deps, receive, opens } = await shop();
    storeSettings(deps, OFF);
    await opens('opened', ADA);
    storeSettings(deps, {});
    await receive('on again', BOB);
    expect(await approves(deps, ADA)).toBe('own-change');
  });

  test('a single 404 of the app does not', async () => {
    const { deps, receive, opens } = await shop();
    await opens('opened', ADA);
    deps.arm.onRead = () => ({ status: 'missing', detail: '404' });
    await receive('gone', BOB);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared' }]);
    deps.arm.onRead = null;
    await receive('back', null);
    expect(await approves(deps, ADA)).toBe('own-change');
    expect(await approves(deps, BOB)).toBe('own-change');
    expect(await approves(deps, CAROL)).toBe('approved');
  });

  test('a reconcile that could not read the documents of the rule does not', async () => {
    const { deps, receive, opens } = await shop();
    await opens('opened', ADA);
    deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined);
    await receive('unread', BOB);
    deps.arm.onRead = null;
    expect(await approves(deps, ADA)).toBe('own-change');
  });

  test('a reconcile while Azure was provisioning the app does not', async () => {
    const { deps, receive, opens } = await shop();
    const provisioning = (state: string) => deps.arm.change(SHOP, 'resource', '/properties/provisioningState', state);
    provisioning('InProgress');
    await receive('in between', ADA);
    provisioning('Succeeded');
    await opens('opened', BOB);
    expect(await approves(deps, ADA)).toBe('own-change');
  });

  test('a later harmless change adds its author and clears nobody', async () => {
    const { deps, receive, opens } = await shop();
    await opens('opened', ADA);
    await receive('harmless', BOB);
    for (const person of [ADA, BOB]) expect(await approves(deps, person)).toBe('own-change');
    expect(await approves(deps, CAROL)).toBe('approved');
  });

  test('after a complete reconcile that found the rule met, earlier writers may approve', async () => {
    const { deps, receive, opens } = await shop();
    await opens('opened', ADA);
    deps.arm.change(SHOP, 'config/web', LEAF, false);
    await receive('put right', BOB);
    await opens('opened again', BOB);
    expect(await approves(deps, ADA)).toBe('approved');
  });

  test('an event that came during the read still counts, because its change may not have shown', async () => {
    const { deps, host } = await shop();
    deps.clock.advance(600);
    await host.deliver(gridEvent('before', SHOP, { by: BOB }));
    deps.clock.advance(29);
    await host.deliver(gridEvent('just now', SHOP, { by: ADA, correlationId: 'another' }));
    await host.settle(2);
    deps.arm.change(SHOP, 'config/web', LEAF, true);
    await host.settle();
    expect(await approves(deps, BOB)).toBe('approved');
    expect(approvals(deps)[0]).toMatchObject({ changedBy: { objectId: ADA.objectId } });
  });

  test('an event of a dead letter still counts, however many events follow', async () => {
    const { deps, host, receive, opens } = await shop();
    await opens('opened', BOB);
    await host.deliver(gridEvent('given up', SHOP, { by: ADA }));
    await recordDeadLetter(deps, 'reconcile', deps.stored.queue.splice(0)[0]?.message);
    for (let n = 0; n < 101; n += 1) await receive(`later ${n}`, BOB);
    expect(await approves(deps, ADA)).toBe('own-change');
  });
});

describe('an approval is checked against the changers right before the write', () => {
  test('an event of the approver that came after the decision supersedes it with a new approval', async () => {
    const { deps, host, receive, opens } = await shop();
    await opens('harmless', BOB);
    expect(await approves(deps, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: ADA }));
    await host.settle();
    expect(deps.arm.writes).toEqual([]);
    const [old, next] = approvals(deps);
    expect(old).toMatchObject({
      status: 'superseded',
      supersededBy: next?.id,
      reasons: [
        {
          code: 'own-change',
          text: 'ada@example.com approved it and is among those who changed the resource; nothing was written for it. Somebody else decides.',
        },
      ],
    });
    expect(next).toMatchObject({
      status: 'pending',
      moved: [],
      digest: old?.digest,
      changedBy: { objectId: ADA.objectId },
    });
    expect(recordsIn(deps, 'approval.superseded')).toHaveLength(1);
    expect(deps.stored.entries.find(({ kind }) => kind === 'approval.superseded')?.reasons[0]?.code).toBe('own-change');
    await receive('another', BOB);
    expect(pending(deps).id).toBe(next?.id);
    expect(await approves(deps, CAROL)).toBe('approved');
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('an event of another writer changes nothing', async () => {
    const { deps, host, opens } = await shop();
    await opens('opened', BOB);
    expect(await approves(deps, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: CAROL }));
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('nothing is checked where separation of duties is off', async () => {
    const { deps, host, opens } = await shop();
    const off = { separationOfDuties: false, unknownChanger: 'refuse' as const, expireHours: 1, rejectedDays: 1 };
    storeSettings(deps, { approvals: { ...off, fromSweep: false } });
    await opens('opened', BOB);
    expect(await approves(deps, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: ADA }));
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('a swap on the app of a slot counts before the slot has its event', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    const green = `${SHOP}/slots/green`;
    seedSlots(deps.arm, { green: {} });
    seedWebApp(deps.arm, RISKY, green);
    await host.deliver(gridEvent('before', green, { by: BOB }));
    await host.settle();
    expect(await approves(deps, ADA)).toBe('approved');
    const operation = 'Microsoft.Web/sites/slotsswap/Action';
    await host.deliver(gridEvent('swap', SHOP, { type: 'ResourceActionSuccess', operation, by: ADA }));
    await host.settle(0);
    expect(deps.arm.writes).toEqual([]);
    expect(approvals(deps)).toMatchObject([{ status: 'superseded' }, { status: 'pending' }]);
  });
});

describe('an approval from a sweep or a swap keeps an unknown changer', () => {
  const sweeps: Partial<Settings> = {
    approvals: {
      ...{ separationOfDuties: true, unknownChanger: 'allow', expireHours: 168, rejectedDays: 90, fromSweep: true },
    },
  };

  test('after a later change of the app', async () => {
    const { deps, receive, sweep } = await shop();
    storeSettings(deps, sweeps);
    deps.arm.change(SHOP, 'config/web', LEAF, true);
    await sweep();
    expect(pending(deps)).toMatchObject({ changedBy: null });
    expect(pending(deps).reasons.map(({ code }) => code)).toEqual(['tier-risky', 'changer-unknown']);
    await receive('harmless', BOB);
    expect(await approves(deps, ADA)).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'approval.approved',
      message: 'No comment. Who had changed the resource is not known.',
    });
  });

  test('until the rule was met, and then the next changer is known', async () => {
    const { deps, receive, opens, sweep } = await shop();
    storeSettings(deps, sweeps);
    deps.arm.change(SHOP, 'config/web', LEAF, true);
    await sweep();
    deps.arm.change(SHOP, 'config/web', LEAF, false);
    await receive('put right', BOB);
    await opens('opened', BOB);
    expect(pending(deps).reasons.map(({ code }) => code)).toEqual(['tier-risky']);
    expect(await approves(deps, ADA)).toBe('approved');
    expect(approvals(deps).at(-1)?.decision).toMatchObject({ changerUnknown: false });
  });
});

test('a finding of the sweep has no known changer when another change queues it', async () => {
  const { deps, receive, sweep } = await shop();
  deps.arm.change(SHOP, 'config/web', LEAF, true);
  await sweep();
  expect(approvals(deps)).toEqual([]);
  await receive('harmless', BOB);
  expect(pending(deps)).toMatchObject({ changedBy: { objectId: BOB.objectId } });
  expect(pending(deps).reasons.map(({ code }) => code)).toEqual(['tier-risky', 'changer-unknown']);
});

test('a rejected change is not requested again after a single 404 of the app', async () => {
  const { deps, host, receive, opens } = await shop();
  await opens('opened', BOB);
  await host.decide(decisionOn(deps, 'reject'));
  await host.settle();
  deps.arm.onRead = () => ({ status: 'missing', detail: '404' });
  await receive('gone', BOB);
  deps.arm.onRead = null;
  await receive('back', BOB);
  expect(approvals(deps)).toMatchObject([{ status: 'rejected' }]);
});

test('Plumbline’s own writes add no writer', async () => {
  const { deps, receive } = await shop();
  await receive('echo', OURSELVES);
  expect([...deps.stored.resourceStates.values()][0]?.writers).toMatchObject([{ objectId: CAROL.objectId }]);
});
