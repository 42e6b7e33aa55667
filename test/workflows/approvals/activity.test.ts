/** The changer of a resource, looked up in Azure's Activity Log: when, how often, and what follows from the answer. */
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
  ({ deps, host } = scene({ app: RISKY }));
  deps.activityLog.granted = true;
});

const callerOf = ({ objectId, name }: Author): Caller => ({ objectId, type: 'user', ...(name ? { name } : {}) });

/** An entry of the Activity Log, minutes from now. */
function logged(by: Author | null, minutes: number, differs: Partial<ActivityEntry> = {}): void {
  const at = new Date(deps.clock.now().getTime() + minutes * 60_000).toISOString();
  const entry = { correlationId: null, operation: 'Microsoft.Web/sites/write', at, appId: null };
  const entries = deps.activityLog.entries.get(SHOP.toLowerCase()) ?? [];
  deps.activityLog.entries.set(SHOP.toLowerCase(), [...entries, { ...entry, caller: by && callerOf(by), ...differs }]);
}

function answers(differs: { granted?: boolean; complete?: boolean }): void {
  Object.assign(deps.activityLog, differs);
}

async function receive(id: string, by: Author | null): Promise<void> {
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

async function requestsRollback({ objectId, name = objectId }: Author): Promise<string> {
  try {
    return (await requestRollback(deps, { ...rollbackOf(deps), person: { objectId, name } })).status;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('the Activity Log is read when a person must decide and no event names the changer', () => {
  test('it is read once for all approvals of a reconcile, and not again while they wait', async () => {
    deps.arm.change(SHOP, 'config/web', '/properties/cors', { allowedOrigins: ['*'] });
    await receive('nameless', null);
    expect(approvals(deps)).toHaveLength(2);
    expect(deps.activityLog.requests).toBe(1);
    await receive('nameless again', null);
    expect(deps.activityLog.requests).toBe(1);
  });

  test('it is not read when an event names the changer, nor when nothing is queued', async () => {
    await receive('named', BOB);
    expect(deps.activityLog.requests).toBe(0);
    storeSettings(deps, { mode: 'audit' });
    await receive('nameless', null);
    expect(deps.activityLog.requests).toBe(0);
  });

  test('a changer in the log, other than Plumbline, is shown in the approval and cannot approve it', async () => {
    logged(ADA, -60);
    logged(OURSELVES, -30);
    await receive('nameless', null);
    expect(pending(deps)).toMatchObject({ changedBy: callerOf(ADA), reasons: [{ code: 'tier-risky' }] });
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
    expect(approvals(deps)[0]?.decision).toMatchObject({ changerUnknown: false });
    expect(deps.activityLog.requests).toBe(1);
  });

  test.each([
    ['without the permission', () => answers({ granted: false })],
    ['without a caller in the log', () => logged(null, -60)],
    ['with Plumbline as the only caller', () => logged(OURSELVES, -60)],
    [
      'with an incomplete log',
      () => {
        logged(CAROL, -60);
        answers({ complete: false });
      },
    ],
  ])('%s, approval, entry and decision say that the changer is unknown', async (_, prepare) => {
    prepare();
    await receive('nameless', null);
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

  test('it is read again at the decision, and its newest entries count', async () => {
    await receive('nameless', null);
    logged(ADA, -20);
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
    expect(approvals(deps)[0]).toMatchObject({
      changedBy: callerOf(ADA),
      reasons: [{ code: 'tier-risky' }],
      decision: { changerUnknown: false },
    });
  });

  test('it is read again before the write when the changer was unknown at the decision', async () => {
    await receive('nameless', null);
    expect(await approves(ADA)).toBe('approved');
    logged(ADA, -20);
    await host.settle();
    expect(deps.arm.writes).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'own-change' }] },
      { status: 'pending', changedBy: callerOf(ADA) },
    ]);
  });

  test('only writes since the rule was last met count', async () => {
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    logged(ADA, -20);
    await receive('right', CAROL);
    deps.clock.advance(600);
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    logged(BOB, 0);
    await receive('nameless', null);
    expect(await approves(BOB)).toBe('own-change');
    expect(await approves(ADA)).toBe('approved');
  });
});

describe('approvals.unknownChanger refuse', () => {
  test('refuses an approval while the changer is unknown', async () => {
    storeSettings(deps, settingsOf('refuse'));
    await receive('nameless', null);
    expect(await approves(BOB)).toBe('changer-unknown');
    await expect(recordDecision(deps, decisionOn(deps, 'approve'))).rejects.toThrow(
      'Who had changed the resource is not known. The settings (approvals.unknownChanger) let nobody approve then; put it right at its source.',
    );
    expect(pending(deps)).toMatchObject({ decision: null });
    logged(ADA, -20);
    expect(await approves(ADA)).toBe('own-change');
    expect(await approves(BOB)).toBe('approved');
  });

  test('refuses the write when it was set after the decision', async () => {
    await receive('nameless', null);
    expect(await approves(BOB)).toBe('approved');
    storeSettings(deps, settingsOf('refuse'));
    await host.settle();
    expect(deps.arm.writes).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'changer-unknown' }] },
      { status: 'pending' },
    ]);
    expect(approvals(deps)[0]?.reasons[0]?.text).toBe(
      'Who had changed the resource is not known. The settings (approvals.unknownChanger) let nothing be written then; nothing was written for it.',
    );
  });

  test('does not refuse a rejection', async () => {
    storeSettings(deps, settingsOf('refuse'));
    await receive('nameless', null);
    expect((await recordDecision(deps, decisionOn(deps, 'reject'))).status).toBe('rejected');
  });

  test.each([
    ['nobody known', null, 'changer-unknown', 'approved'],
    ['somebody known', BOB, 'approved', 'approved'],
  ] as const)('decides about a rollback with %s', async (_, by, refused, allowed) => {
    ({ deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: settingsOf('refuse') }));
    await receive('first', by);
    expect(await requestsRollback(ADA)).toBe(refused);
    storeSettings(deps, settingsOf('allow'));
    expect(await requestsRollback(ADA)).toBe(allowed);
  });
});

describe('a rollback whose requester is found to have changed the app', () => {
  test('is superseded without a new approval', async () => {
    ({ deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } }));
    await receive('first', BOB);
    expect(await requestsRollback(ADA)).toBe('approved');
    await receive('late', ADA);
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

describe('a forged event names a person as changer for a limited time', () => {
  /** Bob made the change; a forged event names Ada. */
  async function accused(): Promise<void> {
    logged(BOB, 0);
    await receive('true', BOB);
    await receive('forged', ADA);
  }

  test('after half an hour a complete Activity Log without the person contradicts the event', async () => {
    await accused();
    deps.clock.advance(29 * 60);
    expect(await approves(ADA)).toBe('own-change');
    expect(deps.activityLog.requests).toBe(0);
    deps.clock.advance(61);
    expect(await approves(ADA)).toBe('approved');
    expect(deps.activityLog.requests).toBe(1);
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
    ['a missing permission', () => answers({ granted: false })],
    ['an incomplete log', () => answers({ complete: false })],
    ['an empty log', () => deps.activityLog.entries.clear()],
    ['a write by this person', () => logged(ADA, -31)],
    [
      'a write of the same operation without a caller',
      () => logged(null, -31, { correlationId: `correlation-of-${SHOP}` }),
    ],
  ])('%s does not contradict the event', async (_, prepare) => {
    await accused();
    deps.clock.advance(31 * 60);
    prepare();
    expect(await approves(ADA)).toBe('own-change');
  });

  test('a real changer stays one after a forged event about the same person', async () => {
    logged(ADA, 0);
    logged(BOB, 1);
    await receive('true', ADA);
    deps.clock.advance(7200);
    await receive('forged', ADA);
    deps.clock.advance(31 * 60);
    expect(await approves(ADA)).toBe('own-change');
  });

  test('an earlier approval by that person is superseded by the event until it is contradicted', async () => {
    logged(BOB, 0);
    await receive('true', BOB);
    expect(await approves(ADA)).toBe('approved');
    storeSettings(deps, { stopped: { reason: 'night' } });
    await receive('forged', ADA);
    deps.clock.advance(31 * 60);
    storeSettings(deps, {});
    await receive('later', CAROL);
    expect(deps.arm.writes).toHaveLength(1);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });
});

describe('a rejection by a changer of the app', () => {
  const SAFE = { config: { minTlsVersion: '1.0' } };
  const person = { objectId: ADA.objectId, name: 'Ada' };

  async function rejectedBy(changer: Author): Promise<void> {
    ({ deps, host } = scene({ app: SAFE, settings: { mode: 'approve' } }));
    await receive('first', changer);
    await host.decide({ ...decisionOn(deps, 'reject'), person });
    await host.settle();
    await receive('second', BOB);
    expect(approvals(deps)).toMatchObject([{ status: 'rejected' }]);
  }

  test('prevents a new approval, but no automatic fix', async () => {
    await rejectedBy(ADA);
    storeSettings(deps, { mode: 'autofix' });
    await receive('third', BOB);
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('a rejection by anybody else prevents the automatic fix', async () => {
    await rejectedBy(BOB);
    storeSettings(deps, { mode: 'autofix' });
    await receive('third', BOB);
    expect(deps.arm.writes).toEqual([]);
  });
});
