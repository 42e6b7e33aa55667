/** Between looking and writing: what is wanted now, what waits, and which intents are remembered. */

import { describe, expect, it } from 'vitest';
import { digestReason } from '../../../src/domain/approvals/digests.ts';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { decisionId } from '../../../src/workflows/approvals/record-decision.ts';
import { unsealRecord } from '../../../src/workflows/ports/outbox.ts';
import type { Attempt, OpenOperation } from '../../../src/workflows/ports/resource-states.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { appliedOutcome } from '../../../src/workflows/reconcile/attempt-outcomes.ts';
import { effectiveRules } from '../../../src/workflows/reconcile/evaluate-rules.ts';
import { loadState } from '../../../src/workflows/reconcile/load-state.ts';
import { planReconcile } from '../../../src/workflows/reconcile/plan-reconcile.ts';
import { approvalRecord, intentRecord, outcomeRecord } from '../../../src/workflows/state/audit-records.ts';
import { approval } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';

const shop = resourceNamed(SHOP);
const tls = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' } as const;

interface Looks {
  readonly cause?: WorkMessage['cause'];
  readonly settings?: Partial<Settings>;
  readonly operations?: readonly OpenOperation[];
  readonly approvals?: readonly Parameters<typeof approval>[0][];
  readonly tlsNow?: string;
  readonly unread?: boolean;
  readonly running?: boolean;
  /** Whether the log has the ends of the operations. */
  readonly ended?: boolean;
  /** The object id of who decided the approvals, by the log; nobody unless told. */
  readonly decidedBy?: string;
  /** An attempt at the approval that has its end in the log. */
  readonly carriedOut?: Attempt;
}

/** One look at the shop, whose TLS version is too low unless told otherwise, with the intents in the log. */
async function plan({
  cause = 'event',
  settings = {},
  operations = [],
  approvals = [],
  tlsNow = '1.0',
  unread,
  running,
  ended,
  decidedBy,
  carriedOut,
}: Looks) {
  const deps = fakeDeps();
  storeSettings(deps, settings);
  seedWebApp(deps.arm, { config: { minTlsVersion: tlsNow } });
  for (const { operationId, attempts } of operations) {
    const intents = await deps.audit.append(
      attempts.map((one) => intentRecord(auditContext, operationId, one, [digestReason(one.digest)])),
    );
    if (ended)
      await deps.audit.append(intents.map((intent) => outcomeRecord(auditContext, intent, appliedOutcome('There.'))));
  }
  for (const one of approvals.map((differs) => approval(differs))) {
    if (decidedBy === undefined) continue;
    const requested = approvalRecord(auditContext, one, 'approval.requested', 'Asked.');
    const actor = { type: 'user', objectId: decidedBy } as const;
    const decided = { ...requested, id: decisionId(one.id), kind: 'approval.approved', actor } as const;
    await deps.audit.append([requested, decided].map(unsealRecord));
  }
  if (carriedOut) {
    const { digest } = approval(approvals[0]);
    const entry = { ...carriedOut, digest };
    const [intent] = await deps.audit.append([intentRecord(auditContext, 'done', entry, [digestReason(digest)])]);
    if (intent) await deps.audit.append([outcomeRecord(auditContext, intent, appliedOutcome('There.'))]);
  }
  if (unread) {
    deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no role' } : undefined);
  }
  const state = await loadState(deps, shop, { resource: SHOP, cause, attempt: 0 });
  const snapshot = await deps.arm.read(shop, ['resource', 'config/web', 'diagnosticSettings']);
  const operation: typeof deps.arm.pollOperation = async () =>
    running ? { kind: 'running', retryAfter: null } : { kind: 'ended' };
  const planned = await planReconcile(
    { ...deps, arm: { ...deps.arm, pollOperation: operation } },
    shop,
    {
      ...state,
      approvals: approvals.map((one) => ({ value: approval(one), version: '1' })),
      resourceState: { ...state.resourceState, operations },
    },
    effectiveRules(deps, shop, state),
    snapshot,
    auditContext,
  );
  return { ...planned, digests: planned.changeSets.map(({ digest }) => digest) };
}

function remembered(digest: string, members: Partial<Attempt> = {}): OpenOperation {
  const rule = { rule: 'webapp-min-tls', ruleVersion: 1, purpose: 'fix', approvalId: null, attemptCount: 1 } as const;
  const attempt: Attempt = { ...rule, digest, changes: [tls], state: 'blocked', ...members };
  return {
    operationId: 'earlier',
    startedAt: auditContext.at,
    trigger: auditContext.trigger,
    attempts: [attempt],
    operationUrls: [],
  };
}

const statesIn = (operations: readonly OpenOperation[]) =>
  operations.flatMap(({ operationId, attempts }) => attempts.map(({ state }) => `${operationId} ${state}`));

async function digestNow(): Promise<string> {
  const [digest] = (await plan({})).digests;
  if (digest === undefined) throw new Error('nothing is wanted');
  return digest;
}

describe('what Azure has blocked', () => {
  it.each<[WorkMessage['cause'], number, string]>([
    ['event', 1, 'earlier open'],
    ['sweep', 1, 'earlier open'],
    ['decision', 1, 'earlier open'],
    ['wake', 0, 'earlier blocked'],
  ])(
    'is tried again when it is a %s that brings us, and not by a wake-up for other work',
    async (cause, wanted, state) => {
      const operations = [remembered(await digestNow())];
      const planned = await plan({ cause, operations });
      expect([planned.digests.length, statesIn(planned.operations)]).toEqual([wanted, [state]]);
    },
  );

  it('of something else, does not keep a fix waiting', async () => {
    const planned = await plan({ cause: 'wake', operations: [remembered('another')] });
    expect(statesIn(planned.operations)).toEqual(['operation-1 open']);
  });

  it('is held once something of ours holds it, so that a wake-up brings it back', async () => {
    const operations = [remembered(await digestNow())];
    const settings = { stopped: { reason: 'night' } };
    expect(statesIn((await plan({ operations, settings })).operations)).toEqual(['earlier held']);
    expect(statesIn((await plan({ operations, settings, cause: 'wake' })).operations)).toEqual(['earlier blocked']);
    expect((await plan({ operations, settings })).digests).toEqual([]);
  });
});

describe('an earlier intent', () => {
  it('that fills the memory leaves no room for another; once it is set aside, there is room', async () => {
    const changes = [{ ...tls, from: 'x'.repeat(100_000) }];
    const planned = await plan({ operations: [remembered('another', { changes })] });
    expect(planned.digests).toEqual([]);
    expect(planned.operations).toEqual([]);
    expect((await plan({ operations: planned.operations })).digests).toHaveLength(1);
  });

  it('whose write Azure still carries out: nothing is written on top of it', async () => {
    const digest = await digestNow();
    const open = { ...remembered(digest, { state: 'open' }), operationUrls: ['https://management.example/operation'] };
    const planned = await plan({ operations: [open], running: true });
    expect([planned.running, planned.changeSets, planned.operations]).toEqual([true, [], [open]]);
    const over = await plan({ operations: [open] });
    expect([over.running, over.digests]).toEqual([false, [digest]]);
  });

  it('whose end is in the log has ended, whatever is remembered: it is not told again', async () => {
    const open = remembered('d', { state: 'open' });
    const ended = await plan({ operations: [open], ended: true, tlsNow: '1.1' });
    expect([ended.records, ended.outcomes.map(({ state }) => state)]).toEqual([[], ['applied']]);
    expect(statesIn(ended.operations)).toEqual(['operation-1 open']);
    const other = await plan({ operations: [open], tlsNow: '1.1' });
    expect(other.records.map(({ kind }) => kind)).toEqual(['fix.failed']);
    expect(other.outcomes.map(({ state }) => state)).toEqual(['failed']);
  });

  it.each([
    ['is forgotten once the resource needs it no more', { tlsNow: '1.2' }, []],
    ['is remembered while nobody knows what the resource needs', { unread: true }, ['earlier held']],
  ])('that was held %s', async (_, looks, expected) => {
    const planned = await plan({ ...looks, operations: [remembered('d', { state: 'held' })] });
    expect(statesIn(planned.operations)).toEqual(expected);
  });

  it('of another rule is forgotten, whatever is unread of this one', async () => {
    const other = remembered('d', { state: 'held', rule: 'webapp-https-only' });
    expect((await plan({ unread: true, operations: [other] })).operations).toEqual([]);
  });

  it('whose old values are there and that nothing wants now is unknown, and told', async () => {
    const planned = await plan({ operations: [remembered('d', { state: 'open' })], settings: { mode: 'audit' } });
    expect(statesIn(planned.operations)).toEqual(['earlier unknown']);
    expect(planned.records.map(({ kind }) => kind)).toEqual(['fix.unknown']);
    expect(planned.outcomes.map(({ state }) => state)).toEqual(['unknown']);
  });
});

describe('a rollback', () => {
  const back = { ...tls, from: '1.0', to: '1.1' };
  const asked = {
    id: 'r',
    purpose: 'rollback',
    status: 'approved',
    changes: [back],
    preserved: [],
    digest: 'back',
  } as const;

  it('whose attempt has ended is remembered while it waits, and forgotten when it is over', async () => {
    const ended = remembered('back', { state: 'held', purpose: 'rollback', changes: [back], approvalId: 'r' });
    const settings = { mode: 'audit' } as const;
    const waiting = await plan({ operations: [ended], approvals: [asked], settings });
    expect(statesIn(waiting.operations)).toEqual(['earlier held']);
    const over = await plan({ operations: [ended], approvals: [{ ...asked, status: 'superseded' }], settings });
    expect(over.operations).toEqual([]);
    const fix = await plan({ operations: [ended], approvals: [{ ...asked, purpose: 'fix' }], settings });
    expect(fix.operations).toEqual([]);
  });
});

describe('what is approved', () => {
  const by = { objectId: 'ada', name: 'Ada' };
  const decision = { by, at: auditContext.at, comment: null, decision: 'approve', changerUnknown: false } as const;
  async function approvedNow(differs: Partial<Parameters<typeof approval>[0]> = {}) {
    const rule = { ...approval({}).rule, id: 'webapp-min-tls' };
    const common = { id: 'a1', resource: viewOf(shop), digest: await digestNow(), changes: [tls], preserved: [], rule };
    return { ...common, status: 'approved', decision, ...differs } as const;
  }

  it('travels with its approval, and why', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'ada' });
    expect(planned.changeSets).toMatchObject([
      { approvalId: 'a1', reasons: [{ code: 'approved', text: 'A person approved this change.' }] },
    ]);
    expect((await plan({})).changeSets).toMatchObject([
      { approvalId: null, reasons: [], purpose: 'fix', changes: [tls] },
    ]);
  });

  it('waits for a decision again when the log has none, whatever its row says', async () => {
    const planned = await plan({ approvals: [await approvedNow()], settings: { mode: 'approve' } });
    expect([
      planned.changeSets,
      planned.approvals.store.map(({ approval: { status, decision: made } }) => [status, made]),
    ]).toEqual([[], [['pending', null]]]);
  });

  it('is blocked when the log names somebody else', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'bob' });
    expect(planned.changeSets).toEqual([]);
    expect(planned.approvals.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: 'Nothing is written: somebody else decided it.' }] } },
    ]);
  });

  it('is blocked when it was carried out already', async () => {
    const [carriedOut] = remembered('x', { approvalId: 'a1' }).attempts;
    const planned = await plan({
      approvals: [await approvedNow()],
      decidedBy: 'ada',
      ...(carriedOut ? { carriedOut } : {}),
    });
    expect(planned.changeSets).toEqual([]);
    expect(planned.approvals.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: expect.stringContaining('it was carried out at') }] } },
    ]);
  });
});
