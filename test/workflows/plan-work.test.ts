/** Between looking and writing: what is wanted now, what waits, and which intents are remembered. */
import { describe, expect, it } from 'vitest';
import { digestReason } from '../../src/domain/digests.ts';
import { viewOf } from '../../src/domain/resource.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { applied } from '../../src/workflows/conclude-plan.ts';
import { approvalFact, endingFact, intendedFact } from '../../src/workflows/facts-of.ts';
import { rulesOn } from '../../src/workflows/judge.ts';
import { loadFacts } from '../../src/workflows/load-facts.ts';
import { unsealed } from '../../src/workflows/outbox.ts';
import { planWork } from '../../src/workflows/plan-work.ts';
import type { OpenEntry, OpenOperation, WorkMessage } from '../../src/workflows/ports.ts';
import { decisionId } from '../../src/workflows/record-decision.ts';
import { approval } from '../api/samples.ts';
import { resourceNamed } from '../domain/examples.ts';
import { SHOP, seedWebApp } from '../world/apps.ts';
import { memoryWorld, storeSettings } from '../world/memory-world.ts';
import { occasion } from '../world/occasion.ts';

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
  readonly carriedOut?: OpenEntry;
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
  const world = memoryWorld();
  storeSettings(world, settings);
  seedWebApp(world.arm, { config: { minTlsVersion: tlsNow } });
  for (const { operationId, entries } of operations) {
    const intents = await world.audit.append(
      entries.map((one) => intendedFact(occasion, operationId, one, [digestReason(one.digest)])),
    );
    if (ended) await world.audit.append(intents.map((intent) => endingFact(occasion, intent, applied('There.'))));
  }
  for (const one of approvals.map((differs) => approval(differs))) {
    if (decidedBy === undefined) continue;
    const requested = approvalFact(occasion, one, 'approval.requested', 'Asked.');
    const actor = { type: 'user', objectId: decidedBy } as const;
    const decided = { ...requested, id: decisionId(one.id), kind: 'approval.approved', actor } as const;
    await world.audit.append([requested, decided].map(unsealed));
  }
  if (carriedOut) {
    const { digest } = approval(approvals[0]);
    const entry = { ...carriedOut, digest };
    const [intent] = await world.audit.append([intendedFact(occasion, 'done', entry, [digestReason(digest)])]);
    if (intent) await world.audit.append([endingFact(occasion, intent, applied('There.'))]);
  }
  if (unread) {
    world.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no role' } : undefined);
  }
  const facts = await loadFacts(world, shop, { resource: SHOP, cause, attempt: 0 });
  const snapshot = await world.arm.read(shop, ['resource', 'config/web', 'diagnosticSettings']);
  const operation: typeof world.arm.operation = async () =>
    running ? { kind: 'running', retryAfter: null } : { kind: 'ended' };
  const planned = await planWork(
    { ...world, arm: { ...world.arm, operation } },
    shop,
    {
      ...facts,
      approvals: approvals.map((one) => ({ value: approval(one), version: '1' })),
      memory: { ...facts.memory, operations },
    },
    rulesOn(world, shop, facts),
    snapshot,
    occasion,
  );
  return { ...planned, digests: planned.wanted.map(({ digest }) => digest) };
}

function remembered(digest: string, members: Partial<OpenEntry> = {}): OpenOperation {
  const rule = { rule: 'webapp-min-tls', ruleVersion: 1, purpose: 'fix', approvalId: null, attempts: 1 } as const;
  const entry: OpenEntry = { ...rule, digest, changes: [tls], state: 'blocked', ...members };
  return {
    operationId: 'earlier',
    startedAt: occasion.at,
    trigger: occasion.trigger,
    entries: [entry],
    waitingFor: [],
  };
}

const statesIn = (operations: readonly OpenOperation[]) =>
  operations.flatMap(({ operationId, entries }) => entries.map(({ state }) => `${operationId} ${state}`));

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
    const open = { ...remembered(digest, { state: 'open' }), waitingFor: ['https://management.example/operation'] };
    const planned = await plan({ operations: [open], running: true });
    expect([planned.running, planned.wanted, planned.operations]).toEqual([true, [], [open]]);
    const over = await plan({ operations: [open] });
    expect([over.running, over.digests]).toEqual([false, [digest]]);
  });

  it('whose end is in the log has ended, whatever is remembered: it is not told again', async () => {
    const open = remembered('d', { state: 'open' });
    const ended = await plan({ operations: [open], ended: true, tlsNow: '1.1' });
    expect([ended.facts, ended.ended.map(({ state }) => state)]).toEqual([[], ['applied']]);
    expect(statesIn(ended.operations)).toEqual(['operation-1 open']);
    const other = await plan({ operations: [open], tlsNow: '1.1' });
    expect(other.facts.map(({ kind }) => kind)).toEqual(['fix.failed']);
    expect(other.ended.map(({ state }) => state)).toEqual(['failed']);
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
    expect(planned.facts.map(({ kind }) => kind)).toEqual(['fix.unknown']);
    expect(planned.ended.map(({ state }) => state)).toEqual(['unknown']);
  });
});

describe('a rollback', () => {
  const back = { ...tls, from: '1.0', to: '1.1' };
  const asked = {
    id: 'r',
    purpose: 'rollback',
    status: 'approved',
    changes: [back],
    kept: [],
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
  const decision = { by, at: occasion.at, comment: null, decision: 'approve', changerUnknown: false } as const;
  async function approvedNow(differs: Partial<Parameters<typeof approval>[0]> = {}) {
    const rule = { ...approval({}).rule, id: 'webapp-min-tls' };
    const common = { id: 'a1', resource: viewOf(shop), digest: await digestNow(), changes: [tls], kept: [], rule };
    return { ...common, status: 'approved', decision, ...differs } as const;
  }

  it('travels with its approval, and why', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'ada' });
    expect(planned.wanted).toMatchObject([
      { approvalId: 'a1', reasons: [{ code: 'approved', text: 'A person approved this change.' }] },
    ]);
    expect((await plan({})).wanted).toMatchObject([{ approvalId: null, reasons: [], purpose: 'fix', changes: [tls] }]);
  });

  it('waits for a decision again when the log has none, whatever its row says', async () => {
    const planned = await plan({ approvals: [await approvedNow()], settings: { mode: 'approve' } });
    expect([
      planned.wanted,
      planned.approvals.store.map(({ approval: { status, decision: made } }) => [status, made]),
    ]).toEqual([[], [['pending', null]]]);
  });

  it('is blocked when the log names somebody else', async () => {
    const planned = await plan({ approvals: [await approvedNow()], decidedBy: 'bob' });
    expect(planned.wanted).toEqual([]);
    expect(planned.approvals.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: 'Nothing is written: somebody else decided it.' }] } },
    ]);
  });

  it('is blocked when it was carried out already', async () => {
    const [carriedOut] = remembered('x', { approvalId: 'a1' }).entries;
    const planned = await plan({
      approvals: [await approvedNow()],
      decidedBy: 'ada',
      ...(carriedOut ? { carriedOut } : {}),
    });
    expect(planned.wanted).toEqual([]);
    expect(planned.approvals.store).toMatchObject([
      { approval: { status: 'blocked', reasons: [{ text: expect.stringContaining('it was carried out at') }] } },
    ]);
  });
});
