/** Who made a change, asked of Azure's Activity Log: when, how often, and what follows from its answer. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Caller } from '../../../src/domain/resources/principal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import type { ActivityEntry } from '../../../src/workflows/ports/azure.ts';
import { ADA, type Author, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import type { Host } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, pending, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const CAROL: Author = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'carol@example.com' };
const settingsOf = (unknownChanger: 'allow' | 'refuse'): Partial<Settings> => ({
  approvals: { separationOfDuties: true, unknownChanger, expireHours: 168, rejectedDays: 90, fromSweep: false },
});

let deps: FakeDeps;
let host: Host;

beforeEach(() => {
  ({ world: deps, host } = scene({ app: RISKY }));
  deps.activityLog.granted = true;
});

const callerOf = ({ objectId, name }: Author): Caller => ({ objectId, type: 'user', ...(name ? { name } : {}) });

/** What the log has, minutes from now. */
function logged(by: Author | null, minutes: number, differs: Partial<ActivityEntry> = {}): void {
  const at = new Date(deps.clock.now().getTime() + minutes * 60_000).toISOString();
  const entry = { correlationId: null, operation: 'Microsoft.Web/sites/write', at, appId: null };
  const entries = deps.activityLog.entries.get(SHOP.toLowerCase()) ?? [];
  deps.activityLog.entries.set(SHOP.toLowerCase(), [...entries, { ...entry, caller: by && callerOf(by), ...differs }]);
}

function answers(differs: { granted?: boolean; complete?: boolean }): void {
  Object.assign(deps.activityLog, differs);
}

async function look(id: string, by: Author | null): Promise<void> {
  await host.deliver(gridEvent(id, SHOP, { by }));
  await host.settle();
}

async function approves({ objectId, name = objectId }: Author): Promise<string> {
  try {
    return (await recordDecision(deps, { ...decisionOn(deps, 'approve'), person: { objectId, name } })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

async function asksBack({ objectId, name = objectId }: Author): Promise<string> {
  try {
    return (await requestRollback(deps, { ...rollbackOf(deps), person: { objectId, name } })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('it is asked when a person is asked, and no event told who made the change', () => {
  test('once for all that a look queues, and not again while it waits', async () => {
    deps.arm.change(SHOP, 'config/web', '/properties/cors', { allowedOrigins: ['*'] });
    await look('nameless', null);
    expect(approvals(deps)).toHaveLength(2);
    expect(deps.activityLog.asked).toBe(1);
    await look('nameless again', null);
    expect(deps.activityLog.asked).toBe(1);
  });

  test('never when an event told it, nor when nothing is queued', async () => {
    await look('named', BOB);
    expect(deps.activityLog.asked).toBe(0);
    storeSettings(deps, { mode: 'audit' });
    await look('nameless', null);
    expect(deps.activityLog.asked).toBe(0);
  });

  test('whom it names made the change, other than ourselves: the card says so, and they do not approve', async () => {
    logged(ADA, -60);
    logged(OURSELVES, -30);
    await look('nameless', null);
    expect(pending(deps)).toMatchObject({ changedBy: callerOf(ADA), reasons: [{ code: 'tier-risky' }] });
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: false });
    expect(deps.activityLog.asked).toBe(1);
  });

  test.each([
    ['it may not be asked', () => answers({ granted: false })],
    ['it names nobody', () => logged(null, -60)],
    ['it names nobody but ourselves', () => logged(OURSELVES, -60)],
    [
      'it does not show everything',
      () => {
        logged(CAROL, -60);
        answers({ complete: false });
      },
    ],
  ])('%s: card, entry and decision say that the changer is not known', async (_, prepare) => {
    prepare();
    await look('nameless', null);
    expect(pending(deps).reasons.at(-1)).toEqual({
      code: 'changer-unknown',
      text: 'Who had changed the resource is not known.',
    });
    const requested = deps.stored.entries.at(-1);
    const { reasons, digest } = pending(deps);
    const signed = [...reasons, { code: 'digest', text: digest }];
    expect(requested).toMatchObject({ kind: 'approval.requested', reasons: signed });
    expect(requested?.message).toContain('Who had changed the resource is not known.');
    expect(await approves(BOB)).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: true });
    expect(deps.stored.entries.at(-1)).toMatchObject({ kind: 'approval.approved', reasons: pendingReasons() });
    expect(deps.stored.entries.at(-1)?.message).toBe('No comment. Who had changed the resource is not known.');
  });

  const pendingReasons = () => {
    const [{ reasons, digest } = pending(deps)] = approvals(deps);
    return [...reasons, { code: 'digest', text: digest }];
  };

  test('it is asked again when somebody decides: what it shows by then counts', async () => {
    await look('nameless', null);
    logged(ADA, -20);
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
    expect(approvals(deps)[0]).toMatchObject({
      changedBy: callerOf(ADA),
      reasons: [{ code: 'tier-risky' }],
      decision: { changerUnknown: false },
    });
  });

  test('and before it is written, when it was not known then', async () => {
    await look('nameless', null);
    expect(await approves(ADA)).toBe('approved');
    logged(ADA, -20);
    await host.settle();
    expect(deps.arm.writes).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'own-change' }] },
      { status: 'pending', changedBy: callerOf(ADA) },
    ]);
  });

  test('only what was written since the rule was last met counts', async () => {
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    logged(ADA, -20);
    await look('right', CAROL);
    deps.clock.advance(600);
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    logged(BOB, 0);
    await look('nameless', null);
    expect(await approves(BOB)).toBe('own-change');
    expect(await approves(ADA)).toBe('approved');
  });
});

describe('approvals.unknownChanger refuse', () => {
  test('nobody approves while nobody is known to have made the change', async () => {
    storeSettings(deps, settingsOf('refuse'));
    await look('nameless', null);
    expect(await approves(BOB)).toBe('changer-unknown');
    expect(pending(deps)).toMatchObject({ decision: null });
    logged(ADA, -20);
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
  });

  test('nothing is written when it is chosen after the decision', async () => {
    await look('nameless', null);
    expect(await approves(BOB)).toBe('approved');
    storeSettings(deps, settingsOf('refuse'));
    await host.settle();
    expect(deps.arm.writes).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'changer-unknown' }] },
      { status: 'pending' },
    ]);
  });

  test('anybody still rejects', async () => {
    storeSettings(deps, settingsOf('refuse'));
    await look('nameless', null);
    expect((await recordDecision(deps, decisionOn(deps, 'reject'))).status).toBe('rejected');
  });

  test.each([
    ['nobody known', null, 'changer-unknown', 'approved'],
    ['somebody known', BOB, 'approved', 'approved'],
  ] as const)('a rollback with %s', async (_, by, refused, allowed) => {
    ({ world: deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: settingsOf('refuse') }));
    await look('first', by);
    expect(await asksBack(ADA)).toBe(refused);
    storeSettings(deps, settingsOf('allow'));
    expect(await asksBack(ADA)).toBe(allowed);
  });
});

describe('a rollback whose asker turns out to have changed the app', () => {
  test('is superseded, and nobody is asked in its place', async () => {
    ({ world: deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } }));
    await look('first', BOB);
    expect(await asksBack(ADA)).toBe('approved');
    await look('late', ADA);
    expect(deps.arm.writes).toHaveLength(1);
    expect(approvals(deps)).toMatchObject([
      {
        ...{ purpose: 'rollback', status: 'superseded', supersededBy: null },
        reasons: [
          {
            code: 'own-change',
            text: 'ada@example.com approved it and is among those who changed the resource; nothing was written for it. Ask again, by somebody else.',
          },
        ],
      },
    ]);
  });
});

describe('a forged event accuses nobody for ever', () => {
  /** Bob made the change; an event that nobody sent names Ada. */
  async function accused(): Promise<void> {
    logged(BOB, 0);
    await look('true', BOB);
    await look('forged', ADA);
  }

  test('half an hour later a whole reading that shows others, and not this person, contradicts it', async () => {
    await accused();
    deps.clock.advance(29 * 60);
    expect(await approves(ADA)).toBe('own-change');
    expect(deps.activityLog.asked).toBe(0);
    deps.clock.advance(61);
    expect(await approves(ADA)).toBe('approved');
    expect(deps.activityLog.asked).toBe(1);
    expect(deps.stored.entries.at(-1)?.message).toBe(
      'No comment. The Activity Log contradicts event forged, which names who approves it.',
    );
    expect(deps.stored.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'the Activity Log contradicts an event', fields: { eventId: 'forged', by: ADA.objectId } },
    ]);
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    ['a missing right', () => answers({ granted: false })],
    ['a reading that is not whole', () => answers({ complete: false })],
    ['an empty one', () => deps.activityLog.entries.clear()],
    ['a write of this person', () => logged(ADA, -31)],
    [
      'one without a person, of the same operation',
      () => logged(null, -31, { correlationId: `correlation-of-${SHOP}` }),
    ],
  ])('%s contradicts nothing', async (_, prepare) => {
    await accused();
    deps.clock.advance(31 * 60);
    prepare();
    expect(await approves(ADA)).toBe('own-change');
  });

  test('what one wrote is not forgotten by a forged event about oneself', async () => {
    logged(ADA, 0);
    logged(BOB, 1);
    await look('true', ADA);
    deps.clock.advance(7200);
    await look('forged', ADA);
    deps.clock.advance(31 * 60);
    expect(await approves(ADA)).toBe('own-change');
  });

  test('whoever approved before it is superseded by it, until it can be contradicted', async () => {
    logged(BOB, 0);
    await look('true', BOB);
    expect(await approves(ADA)).toBe('approved');
    storeSettings(deps, { stopped: { reason: 'night' } });
    await look('forged', ADA);
    deps.clock.advance(31 * 60);
    storeSettings(deps, {});
    await look('later', CAROL);
    expect(deps.arm.writes).toHaveLength(1);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });
});

describe('what somebody who had changed the app rejects', () => {
  const SAFE = { config: { minTlsVersion: '1.0' } };
  const person = { objectId: ADA.objectId, name: 'Ada' };

  async function rejectedBy(changer: Author): Promise<void> {
    ({ world: deps, host } = scene({ app: SAFE, settings: { mode: 'approve' } }));
    await look('first', changer);
    await host.decide({ ...decisionOn(deps, 'reject'), person });
    await host.settle();
    await look('second', BOB);
    expect(approvals(deps)).toMatchObject([{ status: 'rejected' }]);
  }

  test('is not asked again, but hinders no fix that needs nobody', async () => {
    await rejectedBy(ADA);
    storeSettings(deps, { mode: 'autofix' });
    await look('third', BOB);
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('a rejection by anybody else does', async () => {
    await rejectedBy(BOB);
    storeSettings(deps, { mode: 'autofix' });
    await look('third', BOB);
    expect(deps.arm.writes).toEqual([]);
  });
});
