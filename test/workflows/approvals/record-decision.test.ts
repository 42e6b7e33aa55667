/** Deciding: who may, when not, in which order it is refused, and what is stored before anything is answered. */

import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { type DecisionRequest, recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { recordDeadLetter } from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { ADA, BOB, gridEvent, OURSELVES, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const ada = { objectId: ADA.objectId, name: 'Ada' };
const bob = { objectId: BOB.objectId, name: 'Bob' };

/** The shop with one approval, after Bob changed it. */
async function asked(settings?: Partial<Settings>): Promise<Scene> {
  const made = scene({ app: RISKY, ...(settings ? { settings } : {}) });
  await deliverAndSettle(made.host, 'first', SHOP);
  return made;
}

/** The code of the refusal, or the status of the approval. */
async function answer(deps: FakeDeps, request: DecisionRequest): Promise<string> {
  try {
    return (await recordDecision(deps, request)).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

function change(deps: FakeDeps, differs: Partial<Approval>): void {
  for (const [id, { value, version }] of deps.stored.approvals) {
    deps.stored.approvals.set(id, { value: { ...value, ...differs }, version: version + 1 });
  }
}

describe('the order of refusals: expired, decided, superseded, digest, mode or stop, own change', () => {
  const decision = {
    by: ada,
    at: '2026-03-01T12:00:00.000Z',
    comment: null,
    decision: 'approve' as const,
    changerUnknown: false,
  };
  const audit = { mode: 'audit' } as const;
  const stopped = { stopped: { reason: 'night' } };
  /** What each row leaves out is still wrong in the rows before it. */
  const everything = { digest: 'sha256:other', person: bob };

  test.each<[string, Partial<Approval>, Partial<DecisionRequest>, Partial<Settings>, string]>([
    ['by its status', { status: 'expired' }, everything, audit, 'expired'],
    [
      'by the clock, before housekeeping was there',
      { expiresAt: '2026-03-01T12:00:00.000Z' },
      everything,
      audit,
      'expired',
    ],
    ['somebody decided', { status: 'approved', decision }, everything, audit, 'decided'],
    ['decided and written', { status: 'applied', decision }, everything, audit, 'decided'],
    ['decided, then superseded', { status: 'superseded', decision }, everything, audit, 'decided'],
    ['superseded', { status: 'superseded', supersededBy: 'next' }, everything, audit, 'superseded'],
    ['cleared', { status: 'cleared' }, everything, audit, 'superseded'],
    ['another digest', {}, everything, audit, 'digest-mismatch'],
    ['no digest', {}, { digest: null, person: bob }, audit, 'digest-mismatch'],
    ['mode audit', {}, { person: bob }, audit, 'audit-mode'],
    ['stopped', {}, { person: bob }, stopped, 'stopped'],
    ['own change', {}, { person: bob }, {}, 'own-change'],
    ['nothing stands against it', {}, {}, {}, 'approved'],
  ])('%s', async (_, differs, request, settings, expected) => {
    const { world } = await asked();
    const wanted = { ...decisionOn(world, 'approve'), ...request };
    change(world, differs);
    storeSettings(world, settings);
    const before = structuredClone(approvals(world));
    expect(await answer(world, wanted)).toBe(expected);
    if (expected !== 'approved') expect(approvals(world)).toEqual(before);
  });

  test('an unknown id is not found', async () => {
    const { world } = await asked();
    expect(await answer(world, { ...decisionOn(world, 'approve'), approvalId: 'other' })).toBe('not-found');
  });

  test('a superseded one names its successor', async () => {
    const { world } = await asked();
    const wanted = decisionOn(world, 'approve');
    change(world, { status: 'superseded', supersededBy: 'next' });
    await expect(recordDecision(world, wanted)).rejects.toMatchObject({ members: { supersededBy: 'next' } });
  });

  test.each<[string, Partial<Settings>]>([
    ['mode audit', { mode: 'audit' }],
    ['the stop', { stopped: { reason: 'night' } }],
    ['that it is the own change', {}],
  ])('%s does not refuse a rejection, which needs no digest', async (_, settings) => {
    const { world } = await asked();
    storeSettings(world, settings);
    expect(await answer(world, { ...decisionOn(world, 'reject'), digest: null, person: bob })).toBe('rejected');
  });
});

describe('guarantee 8: nobody approves what he changed himself', () => {
  async function seen(...events: Parameters<typeof gridEvent>[]): Promise<Scene> {
    const made = scene({ app: RISKY });
    for (const event of events) await made.host.deliver(gridEvent(...event));
    await made.host.settle();
    return made;
  }

  test('each who wrote it since it last met the rule is refused, not only the last', async () => {
    const { world } = await seen(['a', SHOP, { by: ADA }], ['b', SHOP, { by: BOB }]);
    for (const person of [ada, bob]) {
      expect(await answer(world, { ...decisionOn(world, 'approve'), person })).toBe('own-change');
    }
    const person = { objectId: 'carol', name: 'Carol' };
    expect(await answer(world, { ...decisionOn(world, 'approve'), person })).toBe('approved');
  });

  test('who wrote it long before, and the rule was met in between, may', async () => {
    const { world, host } = scene();
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await host.settle();
    world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    await host.deliver(gridEvent('b', SHOP, { by: BOB }));
    await host.settle();
    expect(await answer(world, { ...decisionOn(world, 'approve'), person: ada })).toBe('approved');
  });

  test('an event that nobody has looked at yet counts', async () => {
    const { world, host } = await seen(['b', SHOP, { by: BOB }]);
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    expect(await answer(world, { ...decisionOn(world, 'approve'), person: ada })).toBe('own-change');
  });

  test('an event that was given up counts, too', async () => {
    const { world, host } = await seen(['b', SHOP, { by: BOB }]);
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await recordDeadLetter(world, 'reconcile', world.stored.queue[0]?.message);
    expect(world.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated', 'dead']);
    expect(await answer(world, { ...decisionOn(world, 'approve'), person: ada })).toBe('own-change');
  });

  test('our own writes never count: with nobody else known anyone may, and the record says so', async () => {
    const { world } = await seen(['echo', SHOP, { by: OURSELVES }]);
    expect(await answer(world, decisionOn(world, 'approve'))).toBe('approved');
    expect(approvals(world)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(world.stored.entries.at(-1)?.message).toContain('not known');
  });

  test('nor does an echo of ours that nobody has looked at yet', async () => {
    const { world, host } = await seen(['first', SHOP, { by: null }]);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    expect(await answer(world, decisionOn(world, 'approve'))).toBe('approved');
    expect(approvals(world)[0]?.decision).toMatchObject({ changerUnknown: true });
  });

  test('a pipeline that wrote it is known: the record does not say otherwise', async () => {
    const { world } = await seen(['p', SHOP, { by: PIPELINE }]);
    expect(await answer(world, decisionOn(world, 'approve'))).toBe('approved');
    expect(approvals(world)[0]?.decision).toMatchObject({ changerUnknown: false });
  });

  test('separation of duties switched off: the changer may', async () => {
    const { world } = await asked({
      approvals: {
        separationOfDuties: false,
        unknownChanger: 'allow',
        expireHours: 168,
        rejectedDays: 90,
        fromSweep: false,
      },
    });
    expect(await answer(world, { ...decisionOn(world, 'approve'), person: bob })).toBe('approved');
  });
});

describe('where the settings name approvers, only they approve', () => {
  const team = 'dddddddd-0000-4000-8000-00000000000d';
  const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(SHOP) ?? [];
  const scopes = (...approvers: string[]) => ({ scopes: [{ scope: subscription, approvers }] });

  test.each<[string, Partial<Settings>, Partial<DecisionRequest>, string]>([
    ['somebody who is not named', scopes(BOB.objectId), {}, 'forbidden'],
    ['a member of another group', scopes(team), { person: { ...ada, groups: ['other'] } }, 'forbidden'],
    ['who is named, in any case', scopes(ADA.objectId.toUpperCase()), {}, 'approved'],
    ['a member of a group that is named', scopes(team), { person: { ...ada, groups: ['other', team] } }, 'approved'],
    ['who is named and changed it', scopes(BOB.objectId), { person: bob }, 'own-change'],
    ['who changed it and is not named', scopes(team), { person: bob }, 'forbidden'],
    ['nobody, while stopped', { ...scopes(team), stopped: { reason: 'night' } }, {}, 'stopped'],
  ])('%s', async (_, settings, request, expected) => {
    const { world } = await asked();
    storeSettings(world, settings);
    expect(await answer(world, { ...decisionOn(world, 'approve'), ...request })).toBe(expected);
    // Groups help to decide; the record names the person.
    if (expected === 'approved') expect(approvals(world)[0]?.decision?.by).toEqual(ada);
  });

  test('anybody with the role still rejects', async () => {
    const { world } = await asked();
    storeSettings(world, scopes(team));
    expect(await answer(world, decisionOn(world, 'reject'))).toBe('rejected');
  });
});

describe('a decision is stored before anything else happens', () => {
  test('the same person repeating the same decision gets the first answer, at any later time', async () => {
    const { world, host } = await asked();
    const request = decisionOn(world, 'approve');
    await host.decide(request);
    const at = approvals(world)[0]?.decision?.at;
    await host.settle();
    world.clock.advance(60);
    expect(await recordDecision(world, request)).toMatchObject({ status: 'applied', decision: { at } });
    expect(factsIn(world, 'approval.approved')).toHaveLength(1);
    expect(world.arm.writes).toHaveLength(1);
  });

  test('the same person with another decision is told that it is decided', async () => {
    const { world, host } = await asked();
    const [approve, reject] = [decisionOn(world, 'approve'), decisionOn(world, 'reject')];
    await host.decide(approve);
    expect(await answer(world, reject)).toBe('decided');
  });

  test('it names who decided, when, and what they said', async () => {
    const { world } = await asked();
    await recordDecision(world, { ...decisionOn(world, 'reject'), comment: 'The vendor needs it until May.' });
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'approval.rejected',
      actor: { type: 'user', objectId: ADA.objectId, name: 'Ada' },
      message: 'The vendor needs it until May.',
    });
  });

  test.each(['queue.send', 'wakeups.cancel'])(
    '%s fails: the decision stands, and housekeeping carries it out',
    async (call) => {
      const { world, host } = await asked();
      const failing = failingDeps(world, call, new StorageUnavailable('down'));
      await expect(recordDecision(failing, decisionOn(world, 'approve'))).rejects.toThrow('down');
      expect(approvals(world)).toMatchObject([{ status: 'approved' }]);
      await host.settle();
      expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
      expect(world.arm.writes).toHaveLength(1);
    },
  );

  test.each([
    'settings.load',
    'resourceStates.load',
    'events.listWaiting',
    'arm.getIdentity',
    'wakeups.schedule',
    'approvals.save',
  ])('%s fails: nothing is decided', async (call) => {
    const { world } = await asked();
    const failing = failingDeps(world, call, new StorageUnavailable('down'));
    await expect(recordDecision(failing, decisionOn(world, 'approve'))).rejects.toThrow('down');
    expect(approvals(world)).toMatchObject([{ status: 'pending', decision: null }]);
  });
});
