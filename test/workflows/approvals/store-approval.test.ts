/** The log has one decision of each approval: it counts, whatever the row says. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { outcomeOf } from '../../../src/domain/approvals/attempt.ts';
import type { AuditRecord } from '../../../src/domain/audit/audit.ts';
import { MAX_AUDIT_IDS } from '../../../src/domain/resources/limits.ts';
import { decisionId } from '../../../src/workflows/approvals/record-decision.ts';
import { approvalAfterWrite, storeApproval } from '../../../src/workflows/approvals/store-approval.ts';
import { sealRecord, unsealRecord } from '../../../src/workflows/ports/outbox.ts';
import { approvalRecord, intentRecord, withResult } from '../../../src/workflows/state/audit-records.ts';
import { approval } from '../../api/samples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { attempt } from '../../fakes/reconcile-context.ts';

const AT = auditContext.at;
const ada = { objectId: 'ada', name: 'Ada' };
const decision = { by: ada, at: AT, comment: null, decision: 'approve', changerUnknown: false } as const;

/** The signed record of a decision about the approval. */
function decided(deps: FakeDeps, kind: 'approval.approved' | 'approval.rejected', by: object, message: string) {
  const seal = (record: AuditRecord) => sealRecord(deps, { ...record, id: decisionId('approval-1') });
  const service = { type: 'user', ...by } as const;
  return approvalRecord({ ...auditContext, service, seal }, approval(), kind, message);
}

/** The row in which Ada approved it. */
const row = (deps: FakeDeps, members: Partial<Approval> = {}): Approval =>
  approval({ status: 'approved', decision, outbox: [decided(deps, 'approval.approved', ada, 'Yes.')], ...members });

describe('an approval with a decision to log', () => {
  test('is stored with the id of its entry, and without what is in the log', async () => {
    const deps = fakeDeps();
    const { value } = await storeApproval(deps, row(deps), null);
    expect(value).toEqual(row(deps, { auditIds: ['audit-1', decisionId('approval-1')], outbox: [] }));
    expect(deps.stored.entries.map(({ kind }) => kind)).toEqual(['approval.approved']);
  });

  test.each([
    ['approval.rejected', { objectId: 'bob', name: 'Bob' }, { objectId: 'bob', name: 'Bob' }, 'rejected', 'reject'],
    ['approval.approved', { objectId: 'bob', name: 'Bob' }, { objectId: 'bob', name: 'Bob' }, 'approved', 'approve'],
    ['approval.approved', {}, { objectId: '', name: '' }, 'approved', 'approve'],
  ] as const)('gets that of the log: %s by %j', async (kind, by, named, status, answer) => {
    const deps = fakeDeps();
    await deps.audit.append([unsealRecord(decided(deps, kind, by, 'As I said.'))]);
    const { value } = await storeApproval(deps, row(deps), null);
    const logged = { by: named, at: AT, comment: 'As I said.', decision: answer, changerUnknown: false };
    const auditIds = ['audit-1', decisionId('approval-1')];
    expect(value).toEqual(row(deps, { status, decision: logged, auditIds, outbox: [] }));
    expect(deps.stored.approvals.get('approval-1')?.value).toEqual(value);
  });

  test('keeps its first entry and the latest ones', async () => {
    const auditIds = Array.from({ length: MAX_AUDIT_IDS }, (_, nth) => `e${nth}`);
    const deps = fakeDeps();
    const { value } = await storeApproval(deps, row(deps, { auditIds }), null);
    expect(value.auditIds).toEqual(['e0', ...auditIds.slice(2), decisionId('approval-1')]);
  });
});

describe('an approval after its write', () => {
  const reasons = [
    { code: 'tier-risky', text: 'Risky.' },
    { code: 'not-put-back', text: 'It stays.' },
  ] as const;

  test.each([
    ['a fix: only how it ended', 'fix', 'applied', 'also-moved', 'applied', ['also-moved']],
    ['a rollback: what it left, too', 'rollback', 'failed', 'invalid', 'failed', ['not-put-back', 'invalid']],
    ['blocked by Azure', 'fix', 'blocked', 'blocked', 'blocked', ['blocked']],
    ['not sent: it stays approved', 'fix', 'blocked', 'moved', 'approved', ['tier-risky', 'not-put-back']],
  ] as const)('%s', async (_, purpose, state, code, status, codes) => {
    const deps = fakeDeps();
    const one = attempt('a', { purpose, approvalId: 'approval-1' });
    const [intent] = await deps.audit.append([intentRecord(auditContext, one)]);
    if (!intent) throw new Error('the intent is in the log');
    const ended = withResult(auditContext, { ...one, intent }, outcomeOf(state, 'x', [{ code, text: '' }]));
    const after = approvalAfterWrite(approval({ purpose, status: 'approved', reasons: [...reasons] }), ended);
    expect([after.status, after.reasons.map((reason) => reason.code)]).toEqual([status, codes]);
    expect(after.auditIds).toEqual(['audit-1', intent.id, ended.result.record.id]);
  });
});
