/** Guarantee 8 over time: who changed an app stays among its changers until a whole look has found the rule met. */
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
import { factsIn, scene } from '../../fakes/scenarios/scene.ts';

const RULE = 'webapp-remote-debugging';
const LEAF = '/properties/remoteDebuggingEnabled';
const OFF: Partial<Settings> = { rules: { [RULE]: { enabled: false } } };
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const CAROL: Author = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'carol@example.com' };

/** The shop, in which a look has found everything right, and what may happen to it. */
async function shop() {
  const { world, host } = scene();
  const look = async (id: string, by: Author | null) => {
    world.clock.advance(600);
    await host.deliver(gridEvent(id, SHOP, { by }));
    await host.settle();
  };
  await look('right', CAROL);
  return {
    world,
    host,
    look,
    /** Somebody opens the debugger, and an event tells it. */
    async opens(id: string, by: Author | null) {
      world.arm.change(SHOP, 'config/web', LEAF, true);
      await look(id, by);
    },
    async sweep() {
      world.estate.ids = [SHOP];
      world.clock.advance(3600);
      await startSweep(world, [SUBSCRIPTION]);
      await host.settle();
    },
  };
}

/** What becomes of an approval by somebody: its status, or the code of the refusal. */
async function approves(deps: FakeDeps, { objectId, name = objectId }: Author): Promise<string> {
  try {
    return (await recordDecision(deps, { ...decisionOn(deps, 'approve'), person: { objectId, name } })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('nothing clears who changed it but a look that found the rule met', () => {
  test('not that the rule was switched off and on between', async () => {
    const { world, look, opens } = await shop();
    await opens('opened', ADA);
    storeSettings(world, OFF);
    await look('while off', BOB);
    expect(approvals(world)).toMatchObject([{ status: 'cleared' }]);
    storeSettings(world, {});
    await look('on again', BOB);
    expect(await approves(world, ADA)).toBe('own-change');
    expect(await approves(world, CAROL)).toBe('approved');
  });

  test('nor that the change was made while the rule was off', async () => {
    const { world, look, opens } = await shop();
    storeSettings(world, OFF);
    await opens('opened', ADA);
    storeSettings(world, {});
    await look('on again', BOB);
    expect(await approves(world, ADA)).toBe('own-change');
  });

  test('nor that the app was not found once', async () => {
    const { world, look, opens } = await shop();
    await opens('opened', ADA);
    world.arm.onRead = () => ({ status: 'missing', detail: '404' });
    await look('gone', BOB);
    expect(approvals(world)).toMatchObject([{ status: 'cleared' }]);
    world.arm.onRead = null;
    await look('back', null);
    expect(await approves(world, ADA)).toBe('own-change');
    expect(await approves(world, BOB)).toBe('own-change');
    expect(await approves(world, CAROL)).toBe('approved');
  });

  test('nor a look that could not read what the rule is about', async () => {
    const { world, look, opens } = await shop();
    await opens('opened', ADA);
    world.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined);
    await look('unread', BOB);
    world.arm.onRead = null;
    expect(await approves(world, ADA)).toBe('own-change');
  });

  test('nor a look while Azure still worked on the app', async () => {
    const { world, look, opens } = await shop();
    const provisioning = (state: string) => world.arm.change(SHOP, 'resource', '/properties/provisioningState', state);
    provisioning('InProgress');
    await look('in between', ADA);
    provisioning('Succeeded');
    await opens('opened', BOB);
    expect(await approves(world, ADA)).toBe('own-change');
  });

  test('a later harmless change makes its author one of them, and clears nobody', async () => {
    const { world, look, opens } = await shop();
    await opens('opened', ADA);
    await look('harmless', BOB);
    for (const person of [ADA, BOB]) expect(await approves(world, person)).toBe('own-change');
    expect(await approves(world, CAROL)).toBe('approved');
  });

  test('the rule was met in a whole look: who wrote the app before may', async () => {
    const { world, look, opens } = await shop();
    await opens('opened', ADA);
    world.arm.change(SHOP, 'config/web', LEAF, false);
    await look('put right', BOB);
    await opens('opened again', BOB);
    expect(await approves(world, ADA)).toBe('approved');
  });

  test('an event that came while the app was read still counts: it may not have shown yet', async () => {
    const { world, host } = await shop();
    world.clock.advance(600);
    await host.deliver(gridEvent('before', SHOP, { by: BOB }));
    world.clock.advance(29);
    await host.deliver(gridEvent('just now', SHOP, { by: ADA, correlationId: 'another' }));
    await host.settle(2);
    world.arm.change(SHOP, 'config/web', LEAF, true);
    await host.settle();
    expect(await approves(world, BOB)).toBe('approved');
    expect(approvals(world)[0]).toMatchObject({ changedBy: { objectId: ADA.objectId } });
  });

  test('nor that its message was given up, however many events come after it', async () => {
    const { world, host, look, opens } = await shop();
    await opens('opened', BOB);
    await host.deliver(gridEvent('given up', SHOP, { by: ADA }));
    await recordDeadLetter(world, 'reconcile', world.stored.queue.splice(0)[0]?.message);
    for (let n = 0; n < 101; n += 1) await look(`later ${n}`, BOB);
    expect(await approves(world, ADA)).toBe('own-change');
  });
});

describe('an approval is held against who changed the app by then, right before it is carried out', () => {
  test('the event of the change was under way when it was decided: a new approval asks again', async () => {
    const { world, host, look, opens } = await shop();
    await opens('harmless', BOB);
    expect(await approves(world, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: ADA }));
    await host.settle();
    expect(world.arm.writes).toEqual([]);
    const [old, next] = approvals(world);
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
    expect(factsIn(world, 'approval.superseded')).toHaveLength(1);
    expect(world.stored.entries.find(({ kind }) => kind === 'approval.superseded')?.reasons[0]?.code).toBe(
      'own-change',
    );
    await look('another', BOB);
    expect(pending(world).id).toBe(next?.id);
    expect(await approves(world, CAROL)).toBe('approved');
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
  });

  test('the event of another writer hinders nothing', async () => {
    const { world, host, opens } = await shop();
    await opens('opened', BOB);
    expect(await approves(world, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: CAROL }));
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
  });

  test('nor does it where separation of duties is switched off', async () => {
    const { world, host, opens } = await shop();
    const off = { separationOfDuties: false, unknownChanger: 'refuse' as const, expireHours: 1, rejectedDays: 1 };
    storeSettings(world, { approvals: { ...off, fromSweep: false } });
    await opens('opened', BOB);
    expect(await approves(world, ADA)).toBe('approved');
    await host.deliver(gridEvent('late', SHOP, { by: ADA }));
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
  });

  test('a move on the app of a slot, of which nobody has told the slot yet', async () => {
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

describe('what a sweep or a swap brought up stays without a known changer', () => {
  const sweeps: Partial<Settings> = {
    approvals: {
      ...{ separationOfDuties: true, unknownChanger: 'allow', expireHours: 168, rejectedDays: 90, fromSweep: true },
    },
  };

  test('whoever changes the app afterwards', async () => {
    const { world, look, sweep } = await shop();
    storeSettings(world, sweeps);
    world.arm.change(SHOP, 'config/web', LEAF, true);
    await sweep();
    expect(pending(world)).toMatchObject({ changedBy: null });
    expect(pending(world).reasons.map(({ code }) => code)).toEqual(['tier-risky', 'changer-unknown']);
    await look('harmless', BOB);
    expect(await approves(world, ADA)).toBe('approved');
    expect(approvals(world)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'approval.approved',
      message: 'No comment. Who had changed the resource is not known.',
    });
  });

  test('until the rule was met: then it is known again', async () => {
    const { world, look, opens, sweep } = await shop();
    storeSettings(world, sweeps);
    world.arm.change(SHOP, 'config/web', LEAF, true);
    await sweep();
    world.arm.change(SHOP, 'config/web', LEAF, false);
    await look('put right', BOB);
    await opens('opened', BOB);
    expect(pending(world).reasons.map(({ code }) => code)).toEqual(['tier-risky']);
    expect(await approves(world, ADA)).toBe('approved');
    expect(approvals(world).at(-1)?.decision).toMatchObject({ changerUnknown: false });
  });
});

test('what a sweep only reported has no known changer either when somebody else’s change brings it before people', async () => {
  const { world, look, sweep } = await shop();
  world.arm.change(SHOP, 'config/web', LEAF, true);
  await sweep();
  expect(approvals(world)).toEqual([]);
  await look('harmless', BOB);
  expect(pending(world)).toMatchObject({ changedBy: { objectId: BOB.objectId } });
  expect(pending(world).reasons.map(({ code }) => code)).toEqual(['tier-risky', 'changer-unknown']);
});

test('what was rejected is not asked again because the app was not found once', async () => {
  const { world, host, look, opens } = await shop();
  await opens('opened', BOB);
  await host.decide(decisionOn(world, 'reject'));
  await host.settle();
  world.arm.onRead = () => ({ status: 'missing', detail: '404' });
  await look('gone', BOB);
  world.arm.onRead = null;
  await look('back', BOB);
  expect(approvals(world)).toMatchObject([{ status: 'rejected' }]);
});

test('our own writes are nobody’s, and leave no row', async () => {
  const { world, look } = await shop();
  await look('echo', OURSELVES);
  expect([...world.stored.resourceStates.values()][0]?.writers).toMatchObject([{ objectId: CAROL.objectId }]);
});
