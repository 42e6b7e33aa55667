/** Decisions: who may decide, the order of refusals, and what is stored before the answer. */

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
import { recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const ada = { objectId: ADA.objectId, name: 'Ada' };
const bob = { objectId: BOB.objectId, name: 'Bob' };

/** The shop with one approval, after a change by Bob. */
async function pendingApproval(settings?: Partial<Settings>): Promise<Scene> {
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
  /** The faults of the following rows are still there in each row. */
  const everything = { digest: 'sha256:other', person: bob };

  test.each<[string, Partial<Approval>, Partial<DecisionRequest>, Partial<Settings>, string]>([
    ['by its status', { status: 'expired' }, everything, audit, 'expired'],
    ['by the clock, before housekeeping ran', { expiresAt: '2026-03-01T12:00:00.000Z' }, everything, audit, 'expired'],
    ['already decided', { status: 'approved', decision }, everything, audit, 'decided'],
    ['decided and written', { status: 'applied', decision }, everything, audit, 'decided'],
    ['decided, then superseded', { status: 'superseded', decision }, everything, audit, 'decided'],
    ['superseded', { status: 'superseded', supersededBy: 'next' }, everything, audit, 'superseded'],
    ['cleared', { status: 'cleared' }, everything, audit, 'superseded'],
    ['another digest', {}, everything, audit, 'digest-mismatch'],
    ['no digest', {}, { digest: null, person: bob }, audit, 'digest-mismatch'],
    ['mode audit', {}, { person: bob }, audit, 'audit-mode'],
    ['stopped', {}, { person: bob }, stopped, 'stopped'],
    ['stopped in its scope', {}, { person: bob }, { scopes: [{ scope: SHOP, ...stopped }] }, 'stopped'],
    [
      'automatic writes stopped in its scope, which refuses no decision',
      {},
      {},
      { scopes: [{ scope: SHOP, stopped: { reason: 'three are worse', automaticOnly: true } }] },
      'approved',
    ],
    ['own change', {}, { person: bob }, {}, 'own-change'],
    ['no fault', {}, {}, {}, 'approved'],
  ])('%s', async (_, differs, request, settings, expected) => {
    const { deps } = await pendingApproval();
    const wanted = { ...decisionOn(deps, 'approve'), ...request };
    change(deps, differs);
    storeSettings(deps, settings);
    const before = structuredClone(approvals(deps));
    expect(await answer(deps, wanted)).toBe(expected);
    if (expected !== 'approved') expect(approvals(deps)).toEqual(before);
  });

  test('an unknown id is not found', async () => {
    const { deps } = await pendingApproval();
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), approvalId: 'other' })).toBe('not-found');
  });

  test('a superseded approval names its successor', async () => {
    const { deps } = await pendingApproval();
    const wanted = decisionOn(deps, 'approve');
    change(deps, { status: 'superseded', supersededBy: 'next' });
    await expect(recordDecision(deps, wanted)).rejects.toMatchObject({ members: { supersededBy: 'next' } });
  });

  test.each<[string, Partial<Settings>]>([
    ['mode audit', { mode: 'audit' }],
    ['the stop', { stopped: { reason: 'night' } }],
    ['an own change', {}],
  ])('%s does not refuse a rejection, which needs no digest', async (_, settings) => {
    const { deps } = await pendingApproval();
    storeSettings(deps, settings);
    expect(await answer(deps, { ...decisionOn(deps, 'reject'), digest: null, person: bob })).toBe('rejected');
  });
});

describe('guarantee 8: a changer cannot approve', () => {
  async function seen(...events: Parameters<typeof gridEvent>[]): Promise<Scene> {
    const made = scene({ app: RISKY });
    for (const event of events) await made.host.deliver(gridEvent(...event));
    await made.host.settle();
    return made;
  }

  test('everybody who wrote the app since it last met the rule is refused, not only the last writer', async () => {
    const { deps } = await seen(['a', SHOP, { by: ADA }], ['b', SHOP, { by: BOB }]);
    for (const person of [ada, bob]) {
      expect(await answer(deps, { ...decisionOn(deps, 'approve'), person })).toBe('own-change');
    }
    const person = { objectId: 'carol', name: 'Carol' };
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), person })).toBe('approved');
  });

  test('a writer before the rule was last met may approve', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await host.settle();
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    await host.deliver(gridEvent('b', SHOP, { by: BOB }));
    await host.settle();
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), person: ada })).toBe('approved');
  });

  test('a waiting event makes its author a changer', async () => {
    const { deps, host } = await seen(['b', SHOP, { by: BOB }]);
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), person: ada })).toBe('own-change');
  });

  test('an event of a dead letter makes its author a changer', async () => {
    const { deps, host } = await seen(['b', SHOP, { by: BOB }]);
    await host.deliver(gridEvent('a', SHOP, { by: ADA }));
    await recordDeadLetter(deps, 'reconcile', deps.stored.queue[0]?.message);
    expect(deps.stored.events.map(({ outcome }) => outcome)).toEqual(['evaluated', 'dead']);
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), person: ada })).toBe('own-change');
  });

  test("Plumbline's own writes do not count: without another changer anybody may approve, and the record says so", async () => {
    const { deps } = await seen(['echo', SHOP, { by: OURSELVES }]);
    expect(await answer(deps, decisionOn(deps, 'approve'))).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(deps.stored.entries.at(-1)?.message).toContain('not known');
  });

  test("a waiting event of Plumbline's own write does not count", async () => {
    const { deps, host } = await seen(['first', SHOP, { by: null }]);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    expect(await answer(deps, decisionOn(deps, 'approve'))).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: true });
  });

  test('a pipeline is a known changer', async () => {
    const { deps } = await seen(['p', SHOP, { by: PIPELINE }]);
    expect(await answer(deps, decisionOn(deps, 'approve'))).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: false });
  });

  test('with separation of duties off, the changer may approve', async () => {
    const { deps } = await pendingApproval({
      approvals: {
        separationOfDuties: false,
        unknownChanger: 'allow',
        expireHours: 168,
        rejectedDays: 90,
        fromSweep: false,
      },
    });
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), person: bob })).toBe('approved');
  });
});

describe('approvers in the settings are the only ones who may approve', () => {
  const team = 'dddddddd-0000-4000-8000-00000000000d';
  const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(SHOP) ?? [];
  const scopes = (...approvers: string[]) => ({ scopes: [{ scope: subscription, approvers }] });

  test.each<[string, Partial<Settings>, Partial<DecisionRequest>, string]>([
    ['a user who is not named', scopes(BOB.objectId), {}, 'forbidden'],
    ['a member of another group', scopes(team), { person: { ...ada, groups: ['other'] } }, 'forbidden'],
    ['a named user, in any casing', scopes(ADA.objectId.toUpperCase()), {}, 'approved'],
    ['a member of a named group', scopes(team), { person: { ...ada, groups: ['other', team] } }, 'approved'],
    ['a named changer', scopes(BOB.objectId), { person: bob }, 'own-change'],
    ['a changer who is not named', scopes(team), { person: bob }, 'forbidden'],
    ['a named user, while stopped', { ...scopes(team), stopped: { reason: 'night' } }, {}, 'stopped'],
  ])('%s', async (_, settings, request, expected) => {
    const { deps } = await pendingApproval();
    storeSettings(deps, settings);
    expect(await answer(deps, { ...decisionOn(deps, 'approve'), ...request })).toBe(expected);
    // A group may give the permission; the record names the user.
    if (expected === 'approved') expect(approvals(deps)[0]?.decision?.by).toEqual(ada);
  });

  test('anybody with the role may reject', async () => {
    const { deps } = await pendingApproval();
    storeSettings(deps, scopes(team));
    expect(await answer(deps, decisionOn(deps, 'reject'))).toBe('rejected');
  });
});

describe('a decision is stored before anything else happens', () => {
  test('a repeated decision of the same user gets the first answer at any later time', async () => {
    const { deps, host } = await pendingApproval();
    const request = decisionOn(deps, 'approve');
    await host.decide(request);
    const at = approvals(deps)[0]?.decision?.at;
    await host.settle();
    deps.clock.advance(60);
    expect(await recordDecision(deps, request)).toMatchObject({ status: 'applied', decision: { at } });
    expect(recordsIn(deps, 'approval.approved')).toHaveLength(1);
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('another decision of the same user is refused as decided', async () => {
    const { deps, host } = await pendingApproval();
    const [approve, reject] = [decisionOn(deps, 'approve'), decisionOn(deps, 'reject')];
    await host.decide(approve);
    expect(await answer(deps, reject)).toBe('decided');
  });

  test('the record has the user, the time and the comment', async () => {
    const { deps } = await pendingApproval();
    await recordDecision(deps, { ...decisionOn(deps, 'reject'), comment: 'The vendor needs it until May.' });
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'approval.rejected',
      actor: { type: 'user', objectId: ADA.objectId, name: 'Ada' },
      message: 'The vendor needs it until May.',
    });
  });

  test.each(['queue.send', 'wakeups.cancel'])(
    'when %s fails, the decision stands and housekeeping executes it',
    async (call) => {
      const { deps, host } = await pendingApproval();
      const failing = failingDeps(deps, call, new StorageUnavailable('down'));
      await expect(recordDecision(failing, decisionOn(deps, 'approve'))).rejects.toThrow('down');
      expect(approvals(deps)).toMatchObject([{ status: 'approved' }]);
      await host.settle();
      expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
      expect(deps.arm.writes).toHaveLength(1);
    },
  );

  test.each([
    'settings.load',
    'resources.loadState',
    'events.listWaiting',
    'arm.getIdentity',
    'wakeups.schedule',
    'approvals.save',
  ])('when %s fails, nothing is decided', async (call) => {
    const { deps } = await pendingApproval();
    const failing = failingDeps(deps, call, new StorageUnavailable('down'));
    await expect(recordDecision(failing, decisionOn(deps, 'approve'))).rejects.toThrow('down');
    expect(approvals(deps)).toMatchObject([{ status: 'pending', decision: null }]);
  });
});
