/** What the signed log must say before a change set is written, and what is wrong when it does not. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { attemptFrom, outcomeOf } from '../../../src/domain/approvals/attempt.ts';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import type { AuditRecord } from '../../../src/domain/audit/audit.ts';
import { type Change, digestOf, type Purpose } from '../../../src/domain/changes/change.ts';
import { authorizeWrite } from '../../../src/workflows/approvals/authorize-write.ts';
import { unsealRecord } from '../../../src/workflows/ports/outbox.ts';
import { approvalRecord, intentRecord, outcomeRecord } from '../../../src/workflows/state/audit-records.ts';
import { approval as approvalLike } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { storedAttempt } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);
const TLS: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
const HTTP2: Change = { document: 'config/web', path: '/properties/http20Enabled', from: true, to: false };
const UNDO: Change = { ...TLS, from: '1.2', to: '1.0' };
const RULE = { id: 'webapp-min-tls', version: 1 };
const by = { objectId: 'ada', name: 'Ada' };

interface Case {
  readonly deps: FakeDeps;
  readonly changeSet: ChangeSet;
  readonly approval: Approval;
  readonly log: (kind: Parameters<typeof approvalRecord>[2], members?: Partial<AuditRecord>) => Promise<void>;
}

/** A request that Ada approved, by its row; the log has nothing of it yet. */
function requested(purpose: Purpose, changes: readonly Change[], members: Partial<Approval> = {}): Case {
  const deps = fakeDeps();
  const digest = digestOf(shop, RULE, purpose, changes);
  const decision = { by, at: auditContext.at, comment: null, decision: 'approve', changerUnknown: false } as const;
  const rows = { id: 'a1', purpose, digest, changes: [...changes], decision, status: 'approved', ...members } as const;
  const approval = approvalLike(rows);
  const changeSet = { rule: RULE, purpose, digest, changes, preserved: [], approvalId: 'a1', reasons: [] };
  return {
    ...{ deps, changeSet, approval },
    log: async (kind, more = {}) => {
      const record = unsealRecord(approvalRecord(auditContext, approval, kind, 'x'));
      await deps.audit.append([{ ...record, ...more }]);
    },
  };
}

const ask = ({ deps, changeSet, approval }: Case, differs: Partial<ChangeSet> = {}, row: Approval | null = approval) =>
  authorizeWrite(deps, shop, { ...changeSet, ...differs }, row);
const refused = (text: string) => ({ kind: 'unauthorized', text });
const ADA = { actor: { type: 'user', objectId: 'ada' } } as const;

describe('a fix', () => {
  async function approved(members: Partial<Approval> = {}): Promise<Case> {
    const one = requested('fix', [TLS], members);
    await one.log('approval.requested');
    await one.log('approval.approved', ADA);
    return one;
  }

  test('without an approval needs only its digest, a rollback needs one', async () => {
    const one = requested('fix', [TLS]);
    expect(await ask(one, { approvalId: null }, null)).toEqual({ kind: 'authorized' });
    expect(await ask(one, { approvalId: null, changes: [UNDO] }, null)).toEqual(
      refused('its digest is not that of its changes'),
    );
    expect(await ask(requested('rollback', [UNDO]), { approvalId: null }, null)).toEqual(
      refused('nobody asked for it'),
    );
    expect(await ask(one, {}, null)).toEqual(refused('nobody asked for it'));
  });

  test('with a signed request and decision is authorized by who decided', async () => {
    expect(await ask(await approved())).toEqual({ kind: 'authorized', decidedBy: 'ada' });
  });

  test('is undecided without a decision in the log', async () => {
    const one = requested('fix', [TLS]);
    await one.log('approval.requested');
    const text = 'the log has no signed decision of it';
    expect(await ask(one)).toEqual({ kind: 'undecided', text });
    await one.log('approval.rejected', ADA);
    expect(await ask(one)).toEqual(refused(text));
  });

  test('is refused when the decision is about something else, or by somebody else, or the request is missing', async () => {
    const other = requested('fix', [TLS]);
    await other.log('approval.approved', { ...ADA, changes: [UNDO] });
    expect(await ask(other)).toEqual(refused('the log has no signed decision of it'));
    expect(await ask(await approved({ decision: null }))).toEqual(refused('somebody else decided it'));
    const bob = requested('fix', [TLS]);
    await bob.log('approval.requested');
    await bob.log('approval.approved', { actor: { type: 'user', objectId: 'bob' } });
    expect(await ask(bob)).toEqual(refused('somebody else decided it'));
    const unasked = requested('fix', [TLS]);
    await unasked.log('approval.approved', ADA);
    expect(await ask(unasked)).toEqual(refused('the log has no signed request of it'));
  });

  test.each(['expired', 'superseded', 'cleared'] as const)('is closed when it was %s', async (status) => {
    const one = await approved();
    await one.log(`approval.${status}`);
    expect(await ask(one)).toEqual({ kind: 'closed', status, text: `it was ${status} at ${auditContext.at}` });
  });

  test('continues its intent, and is refused after the end of that', async () => {
    const one = await approved();
    const stored = storedAttempt('x', { ...one.changeSet, changes: [TLS], operationId: 'o9' });
    const [intent] = await one.deps.audit.append([intentRecord(auditContext, attemptFrom(stored))]);
    if (!intent) throw new Error('the intent is in the log');
    expect(await ask(one)).toEqual({ kind: 'authorized', decidedBy: 'ada', operationId: 'o9' });
    await one.deps.audit.append([outcomeRecord(auditContext, intent, outcomeOf('applied', 'There.'))]);
    expect(await ask(one)).toEqual(refused(`it was carried out at ${auditContext.at}`));
  });
});

describe('a rollback', () => {
  /** An approved rollback of a fix that the log has, unless it differs. */
  async function rollingBack(changes: readonly Change[], differs: Partial<AuditRecord> = {}): Promise<Case> {
    const one = requested('rollback', changes, { auditIds: ['f1'] });
    const stored = storedAttempt('fix', { rule: RULE, changes: [TLS], operationId: 'o1' });
    const intent = intentRecord(auditContext, attemptFrom(stored));
    const fix = { ...intent, id: 'f1', kind: 'fix.applied', alsoMoved: [HTTP2], ...differs } as const;
    await one.deps.audit.append([intent, fix]);
    await one.log('approval.approved', ADA);
    return one;
  }

  test('of what the fix wrote is authorized without a request', async () => {
    expect(await ask(await rollingBack([UNDO]))).toEqual({ kind: 'authorized', decidedBy: 'ada' });
  });

  test('of a side effect is authorized while nobody else wrote the resource', async () => {
    const back = { ...HTTP2, from: false, to: true };
    expect(await ask(await rollingBack([UNDO, back]))).toEqual({ kind: 'authorized', decidedBy: 'ada' });
  });

  const OTHER = 'the fix that it names is of another rule or resource';
  const NO_FIX = 'the log has no signed entry of a fix that it puts back';

  test.each<[string, readonly Change[], Partial<AuditRecord>, string]>([
    ['an intent', [UNDO], { kind: 'fix.intended' }, NO_FIX],
    ['a fix that is not there', [UNDO], { id: 'f2' }, NO_FIX],
    ['a fix of another rule', [UNDO], { rule: 'webapp-auth' }, OTHER],
    ['a fix of another resource', [UNDO], { resource: { id: `${SHOP}2`, type: 't', name: 'n' } }, OTHER],
    ['a fix of no resource', [UNDO], { resource: null }, OTHER],
    [
      'another value than the fix found',
      [{ ...UNDO, to: '1.1' }],
      {},
      'the fix did not find that value at config/web /properties/minTlsVersion',
    ],
    [
      'another value than the side effect had',
      [UNDO, { ...HTTP2, to: null }],
      {},
      'the fix did not find that value at config/web /properties/http20Enabled',
    ],
    [
      'a place that the fix did not write',
      [UNDO, { ...UNDO, path: '/properties/x' }],
      {},
      'the fix did not find that value at config/web /properties/x',
    ],
  ])('of %s is refused', async (_, changes, differs, text) => {
    expect(await ask(await rollingBack(changes, differs))).toEqual(refused(text));
  });

  describe('that a health gate ordered', () => {
    const PLUMBLINE = { objectId: 'self', name: 'Plumbline' };
    const service = { actor: { type: 'service', objectId: 'self' } } as const;
    const OTHER_VALUE: Change = { ...UNDO, to: '1.1' };

    async function ordered(differs: Partial<AuditRecord> = {}, members: Partial<Approval> = {}): Promise<Case> {
      const decision = {
        by: PLUMBLINE,
        at: auditContext.at,
        comment: null,
        decision: 'approve',
        changerUnknown: false,
      };
      const health = { gate: 'o1' };
      const rows = { auditIds: ['f1'], decision, health, ...members } as Partial<Approval>;
      const one = requested('rollback', [UNDO], rows);
      const stored = storedAttempt('fix', { rule: RULE, changes: [TLS], operationId: 'o1' });
      const intent = intentRecord(auditContext, attemptFrom(stored));
      await one.deps.audit.append([intent, { ...intent, id: 'f1', kind: 'fix.applied' }]);
      await one.log('approval.approved', { ...service, kind: 'health.worse', operationId: 'o1', ...differs });
      return one;
    }

    test('is authorized by its signed entry', async () => {
      expect(await ask(await ordered())).toEqual({ kind: 'authorized', byHealthGate: true });
    });

    test('writes the values of that entry and no others, whatever the digest of its row', async () => {
      const digest = digestOf(shop, RULE, 'rollback', [OTHER_VALUE]);
      const one = await ordered();
      expect(await ask(one, { changes: [OTHER_VALUE] })).toEqual(refused('its digest is not that of its changes'));
      expect(await ask(one, { changes: [OTHER_VALUE], digest })).toEqual(
        refused('the log has no signed decision of it'),
      );
      const forged = await ordered({ changes: [OTHER_VALUE] });
      expect(await ask(forged)).toEqual(refused('the log has no signed decision of it'));
    });

    test('is refused when its gate watched another operation, or its row says that a person decided', async () => {
      const text = 'a health gate and a person are not the same';
      expect(await ask(await ordered({ operationId: 'o2' }))).toEqual(
        refused('the health gate watched another operation'),
      );
      const { health: _, ...row } = (await ordered()).approval;
      expect(await ask(await ordered(), {}, row)).toEqual(refused(text));
      const asked = await rollingBack([UNDO]);
      expect(await ask(asked, {}, { ...asked.approval, health: { gate: 'o1' } })).toEqual(refused(text));
    });

    test('is no order of a fix', async () => {
      const one = requested('fix', [TLS]);
      await one.log('approval.approved', { ...service, kind: 'health.worse' });
      expect(await ask(one)).toEqual(refused('the log has no signed decision of it'));
    });
  });

  test('whose row names no fix is refused', async () => {
    const one = await rollingBack([UNDO]);
    expect(await ask(one, {}, { ...one.approval, auditIds: [] })).toEqual(refused(NO_FIX));
  });
});
