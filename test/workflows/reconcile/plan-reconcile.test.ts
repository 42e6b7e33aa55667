/** The plan between reading and writing: which changes are written, which wait, and which intents are stored. */

import { describe, expect, it, test } from 'vitest';
import {
  attemptFrom,
  attemptsToStore,
  hasEnded,
  outcomeOf,
  recordsToLog,
  type StoredAttempt,
} from '../../../src/domain/approvals/attempt.ts';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { decisionId } from '../../../src/workflows/approvals/record-decision.ts';
import { unsealRecord } from '../../../src/workflows/ports/outbox.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { claim } from '../../../src/workflows/reconcile/claim.ts';
import { evaluateResource } from '../../../src/workflows/reconcile/evaluate.ts';
import { planAttempts } from '../../../src/workflows/reconcile/plan-attempts.ts';
import { planReconcile } from '../../../src/workflows/reconcile/plan-reconcile.ts';
import { approvalRecord, intentRecord, outcomeRecord } from '../../../src/workflows/state/audit-records.ts';
import { approval } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { contextOf, stateOf, storedAttempt } from '../../fakes/reconcile-context.ts';
import { tracedDeps } from '../../fakes/wrappers/watched.ts';

const shop = resourceNamed(SHOP);
const tls = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' } as const;

interface PlanOptions {
  readonly cause?: WorkMessage['cause'];
  readonly settings?: Partial<Settings>;
  readonly earlier?: readonly StoredAttempt[];
  readonly approvals?: readonly Parameters<typeof approval>[0][];
  readonly tlsNow?: string;
  readonly unread?: boolean;
  readonly running?: boolean;
  /** Whether the log has the ends of the earlier attempts. */
  readonly ended?: boolean;
  /** The object id of the decider of the approvals, by the log; none by default. */
  readonly decidedBy?: string;
  /** An attempt at the approval that has its end in the log. */
  readonly carriedOut?: StoredAttempt;
}

/** One reconcile of the shop, whose TLS version is too low by default, with the intents in the log. */
async function plan({
  cause = 'event',
  settings = {},
  earlier = [],
  approvals = [],
  tlsNow = '1.0',
  unread,
  running,
  ended,
  decidedBy,
  carriedOut,
}: PlanOptions) {
  const deps = fakeDeps();
  storeSettings(deps, settings);
  seedWebApp(deps.arm, { config: { minTlsVersion: tlsNow } });
  const intents = await deps.audit.append(earlier.map((one) => intentRecord(auditContext, attemptFrom(one))));
  const there = outcomeOf('applied', 'There.');
  if (ended) await deps.audit.append(intents.map((intent) => outcomeRecord(auditContext, intent, there)));
  for (const one of approvals.map((differs) => approval(differs))) {
    if (decidedBy === undefined) continue;
    const requested = approvalRecord(auditContext, one, 'approval.requested', 'Asked.');
    const actor = { type: 'user', objectId: decidedBy } as const;
    const decided = { ...requested, id: decisionId(one.id), kind: 'approval.approved', actor } as const;
    await deps.audit.append([requested, decided].map(unsealRecord));
  }
  if (carriedOut) {
    const { digest } = approval(approvals[0]);
    const [intent] = await deps.audit.append([intentRecord(auditContext, attemptFrom({ ...carriedOut, digest }))]);
    if (intent) await deps.audit.append([outcomeRecord(auditContext, intent, there)]);
  }
  if (unread) {
    deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no role' } : undefined);
  }
  const state = await stateOf(deps, shop);
  const pollOperation: typeof deps.arm.pollOperation = async () =>
    running ? { kind: 'running', retryAfter: null } : { kind: 'ended' };
  const context = await contextOf(
    { ...deps, arm: { ...deps.arm, pollOperation } },
    {
      snapshot: await deps.arm.read(shop, ['resource', 'config/web', 'diagnosticSettings']),
      message: { resource: SHOP, cause, attempt: 0 },
      state: {
        ...state,
        approvals: approvals.map((one) => ({ value: approval(one), version: '1' })),
        resourceState: { ...state.resourceState, attempts: earlier },
      },
    },
  );
  const assessment = await evaluateResource(context);
  const planned = planReconcile(context, assessment);
  const claimed = await claim(context, assessment.attempts, planned);
  const { attempts, earlier: left } = planAttempts(context, planned, claimed);
  return {
    running: planned.running,
    store: [...planned.store, ...claimed.store],
    attempts,
    digests: attempts.map(({ digest }) => digest),
    stored: attemptsToStore([...left, ...attempts]),
    records: recordsToLog(left),
    results: left.filter(hasEnded).map(({ result }) => result.state),
  };
}

function remembered(digest: string, members: Partial<StoredAttempt> = {}): StoredAttempt {
  const rule = { id: 'webapp-min-tls', version: 1 };
  return storedAttempt(digest, { operationId: 'earlier', rule, changes: [tls], status: 'blocked', ...members });
}

const statesIn = (stored: readonly StoredAttempt[]) =>
  stored.map(({ operationId, status }) => `${operationId} ${status}`);

async function digestNow(): Promise<string> {
  const [digest] = (await plan({})).digests;
  if (digest === undefined) throw new Error('nothing is wanted');
  return digest;
}

describe('a fix that Azure has blocked', () => {
  it.each<[WorkMessage['cause'], number, string]>([
    ['event', 1, 'earlier open'],
    ['sweep', 1, 'earlier open'],
    ['decision', 1, 'earlier open'],
    ['wake', 0, 'earlier blocked'],
  ])('is tried again by a %s, and not by a wake-up for other work', async (cause, wanted, state) => {
    const earlier = [remembered(await digestNow())];
    const planned = await plan({ cause, earlier });
    expect([planned.digests.length, statesIn(planned.stored)]).toEqual([wanted, [state]]);
  });

  it('does not delay another fix', async () => {
    const planned = await plan({ cause: 'wake', earlier: [remembered('another')] });
    expect(statesIn(planned.stored)).toEqual(['operation-1 open']);
  });

  it('is held once a reason of Plumbline holds it, so that a wake-up brings it back', async () => {
    const earlier = [remembered(await digestNow())];
    const settings = { stopped: { reason: 'night' } };
    expect(statesIn((await plan({ earlier, settings })).stored)).toEqual(['earlier held']);
    expect(statesIn((await plan({ earlier, settings, cause: 'wake' })).stored)).toEqual(['earlier blocked']);
    expect((await plan({ earlier, settings })).digests).toEqual([]);
  });
});

describe('an earlier intent', () => {
  it('that fills the row leaves no room for another; without it there is room', async () => {
    const changes = [{ ...tls, from: 'x'.repeat(100_000) }];
    const planned = await plan({ earlier: [remembered('another', { changes })] });
    expect(planned.digests).toEqual([]);
    expect(planned.stored).toEqual([]);
    expect((await plan({ earlier: planned.stored })).digests).toHaveLength(1);
  });

  it('whose write is still running in Azure prevents another write', async () => {
    const digest = await digestNow();
    const operationUrls = ['https://management.example/operation'];
    const open = remembered(digest, { status: 'open', operationUrls });
    const planned = await plan({ earlier: [open], running: true });
    expect([planned.running, planned.attempts, planned.stored]).toEqual([true, [], [open]]);
    const over = await plan({ earlier: [open] });
    expect([over.running, over.digests]).toEqual([false, [digest]]);
  });

  it('whose end is in the log has ended, and is not recorded again', async () => {
    const open = remembered('d', { status: 'open' });
    const ended = await plan({ earlier: [open], ended: true, tlsNow: '1.1' });
    expect([ended.records, ended.results]).toEqual([[], ['applied']]);
    expect(statesIn(ended.stored)).toEqual(['operation-1 open']);
    const other = await plan({ earlier: [open], tlsNow: '1.1' });
    expect(other.records.map(({ kind }) => kind)).toEqual(['fix.failed']);
    expect(other.results).toEqual(['failed']);
  });

  it.each([
    ['is deleted once the resource does not need it any more', { tlsNow: '1.2' }, []],
    ['is kept while the need of the resource is unknown', { unread: true }, ['earlier held']],
  ])('that was held %s', async (_, differs, expected) => {
    const planned = await plan({ ...differs, earlier: [remembered('d', { status: 'held' })] });
    expect(statesIn(planned.stored)).toEqual(expected);
  });

  it('of another rule is deleted, although a document of this rule is unread', async () => {
    const other = remembered('d', { status: 'held', rule: { id: 'webapp-https-only', version: 1 } });
    expect((await plan({ unread: true, earlier: [other] })).stored).toEqual([]);
  });

  it('whose old values are there and that is not wanted any more is unknown, and recorded', async () => {
    const planned = await plan({ earlier: [remembered('d', { status: 'open' })], settings: { mode: 'audit' } });
    expect(statesIn(planned.stored)).toEqual(['earlier unknown']);
    expect(planned.records.map(({ kind }) => kind)).toEqual(['fix.unknown']);
    expect(planned.results).toEqual(['unknown']);
  });
});

test('a plan calls no port, changes nothing of its input, and is the same when it is computed again', async () => {
  const deps = fakeDeps();
  const calls: string[] = [];
  storeSettings(deps, { mode: 'approve' });
  seedWebApp(deps.arm, { config: { minTlsVersion: '1.0', remoteDebuggingEnabled: true } });
  const snapshot = await deps.arm.read(shop, ['resource', 'config/web']);
  const context = await contextOf(deps, { deps: tracedDeps(deps, calls), snapshot, newApprovalId: () => 'a1' });
  const assessment = await evaluateResource(context);
  const { deps: _, lease: _lease, ...input } = context;
  const before = structuredClone([input.state, input.snapshot]);
  calls.splice(0);
  const compute = () => {
    const planned = planReconcile(input, assessment);
    const claimed = { granted: planned.wanted, store: [], attempts: assessment.attempts, budgetHold: null };
    return [planned, planAttempts({ ...input, newOperationId: () => 'o1' }, planned, claimed)];
  };
  const computed = compute();
  expect(computed).toMatchObject([{ store: [{ approval: { id: 'a1' } }, { approval: { id: 'a1' } }] }, {}]);
  expect(compute()).toEqual(computed);
  expect(calls).toEqual([]);
  expect([input.state, input.snapshot]).toEqual(before);
});

describe('a rollback', () => {
  const back = { ...tls, from: '1.0', to: '1.1' };
  const requested = {
    id: 'r',
    purpose: 'rollback',
    status: 'approved',
    changes: [back],
    preserved: [],
    digest: 'back',
  } as const;

  it('whose attempt has ended is kept while it waits, and deleted when it is closed', async () => {
    const ended = remembered('back', { status: 'held', purpose: 'rollback', changes: [back], approvalId: 'r' });
    const settings = { mode: 'audit' } as const;
    const waiting = await plan({ earlier: [ended], approvals: [requested], settings });
    expect(statesIn(waiting.stored)).toEqual(['earlier held']);
    const over = await plan({ earlier: [ended], approvals: [{ ...requested, status: 'superseded' }], settings });
    expect(over.stored).toEqual([]);
    const fix = await plan({ earlier: [ended], approvals: [{ ...requested, purpose: 'fix' }], settings });
    expect(fix.stored).toEqual([]);
  });
});

describe('an approved change', () => {
  const by = { objectId: 'ada', name: 'Ada' };
  const decision = { by, at: auditContext.at, comment: null, decision: 'approve', changerUnknown: false } as const;
  async function approvedNow(differs: Partial<Parameters<typeof approval>[0]> = {}) {
    const rule = { ...approval({}).rule, id: 'webapp-min-tls' };
    const common = { id: 'a1', resource: viewOf(shop), digest: await digestNow(), changes: [tls], preserved: [], rule };
    return { ...common, status: 'approved', decision, ...differs } as const;
  }

  it('is planned with its approval id and reason', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'ada' });
    expect(planned.attempts).toMatchObject([
      { approvalId: 'a1', reasons: [{ code: 'approved', text: 'A person approved this change.' }] },
    ]);
    expect((await plan({})).attempts).toMatchObject([
      { approvalId: null, reasons: [], purpose: 'fix', changes: [tls] },
    ]);
  });

  it('waits for a decision again when the log has none, whatever its row says', async () => {
    const planned = await plan({ approvals: [await approvedNow()], settings: { mode: 'approve' } });
    expect([planned.attempts, planned.store.map(({ approval: { status, decision: made } }) => [status, made])]).toEqual(
      [[], [['pending', null]]],
    );
  });

  it('is blocked when the log has another decider', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'bob' });
    expect(planned.attempts).toEqual([]);
    expect(planned.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: 'Nothing is written: somebody else decided it.' }] } },
    ]);
  });

  it('is blocked when it was written already', async () => {
    const carriedOut = remembered('x', { approvalId: 'a1', operationId: 'done' });
    const planned = await plan({
      approvals: [await approvedNow()],
      decidedBy: 'ada',
      carriedOut,
    });
    expect(planned.attempts).toEqual([]);
    expect(planned.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: expect.stringContaining('it was carried out at') }] } },
    ]);
  });
});
