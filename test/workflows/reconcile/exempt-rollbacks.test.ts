/** An applied rollback exempts its rule for a week, once, in the name of the requester. */
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { type Attempt, type Outcome, outcomeOf } from '../../../src/domain/approvals/attempt.ts';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { type AuditRecord, chainEntry, emptyHead } from '../../../src/domain/audit/audit.ts';
import { decisionId } from '../../../src/workflows/approvals/record-decision.ts';
import { createExemption, storeExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import { exemptionsForRollbacks } from '../../../src/workflows/reconcile/exempt-rollbacks.ts';
import { withResult } from '../../../src/workflows/state/audit-records.ts';
import { approval, record } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { attempt, stateOf } from '../../fakes/reconcile-context.ts';
import { auditKeys } from '../../storage/samples.ts';

const shop = resourceNamed(SHOP);
const intent = chainEntry(record(), emptyHead('00'), auditKeys.signing);
const ADA = { objectId: 'ada', name: 'Ada' };

function decidedBy(id: string, comment: string | null, by = ADA): Approval {
  const at = '2026-03-01T11:00:00.000Z';
  return approval({
    id,
    purpose: 'rollback',
    decision: { by, at, comment, decision: 'approve', changerUnknown: false },
  });
}

function decisionRecord({ id, decision }: Approval): AuditRecord {
  const about = { id: decisionId(id), kind: 'approval.approved' as const, approvalId: id };
  return { ...record(), ...about, actor: { type: 'user', ...decision?.by }, message: decision?.comment ?? '' };
}

function ended(members: Partial<Attempt> = {}, state: Outcome['state'] = 'applied'): Attempt {
  const rollback = attempt('d', { rule: { id: 'webapp-min-tls', version: 1 }, purpose: 'rollback', approvalId: 'a1' });
  return withResult(auditContext, { ...rollback, intent, ...members }, outcomeOf(state, 'Over.'));
}

function alreadyLogged({ result, ...rest }: Attempt): Attempt {
  return { ...rest, ...(result ? { result: { ...result, alreadyLogged: true } } : {}) };
}

async function exemptionsAfter(
  ends: readonly Attempt[],
  approvals: readonly Approval[],
  there: readonly Exemption[] = [],
  signed: readonly Approval[] = approvals,
) {
  const deps = fakeDeps();
  await deps.audit.append(signed.map(decisionRecord));
  const state = await stateOf(deps, shop);
  const loaded = approvals.map((value) => ({ value, version: '1' }));
  const context = { deps, resource: shop, state: { ...state, approvals: loaded } };
  const added = await exemptionsForRollbacks(context, there, ends);
  for (const one of added) await storeExemption(deps, one);
  expect([...deps.stored.exemptions.values()].map(({ value }) => value)).toEqual(added);
  return { deps, all: [...there, ...added] };
}

describe('an applied rollback', () => {
  it('exempts its rule on that app for seven days', async () => {
    const { deps, all } = await exemptionsAfter(
      [ended()],
      [decidedBy('other', 'no', { objectId: 'bob', name: 'Bob' }), decidedBy('a1', 'Old clients.')],
    );
    expect(all).toMatchObject([
      {
        scope: SHOP,
        rule: 'webapp-min-tls',
        owner: 'Ada',
        reason: 'Put back by approval a1: Old clients.',
        ticket: null,
        expires: '2026-03-08T12:00:00.000Z',
        createdBy: { type: 'user', ...ADA },
      },
    ]);
    expect(deps.stored.entries.map(({ kind }) => kind).filter((kind) => kind.startsWith('exemption.'))).toEqual([
      'exemption.created',
    ]);
  });

  it('has an exemption with the owner unknown while the log has no decision', async () => {
    const { all } = await exemptionsAfter([ended()], [decidedBy('a1', 'x')], [], []);
    expect(all).toMatchObject([{ owner: 'unknown', reason: 'Put back by approval a1.' }]);
  });

  it('has an exemption with the signed name and comment, not those of the row of the approval', async () => {
    const row = decidedBy('a1', 'For ever.', { objectId: 'bob', name: 'Bob' });
    const { all } = await exemptionsAfter([ended()], [row], [], [decidedBy('a1', 'Old clients.')]);
    expect(all).toMatchObject([
      { owner: 'Ada', reason: 'Put back by approval a1: Old clients.', createdBy: { type: 'user', ...ADA } },
    ]);
  });

  it('creates one exemption, also when it ends twice after a crash, and another one for another rule', async () => {
    const { deps, all: first } = await exemptionsAfter([ended()], [decidedBy('a1', 'x')]);
    expect((await exemptionsAfter([ended(), ended()], [decidedBy('a1', 'x')], first)).all).toEqual(first);
    expect(
      (await exemptionsAfter([ended({ rule: { id: 'webapp-https-only', version: 1 } })], [decidedBy('a1', 'x')], first))
        .all,
    ).toHaveLength(2);
    const foreign = {
      ...first[0],
      ...{ rule: 'webapp-min-tls', owner: 'Team', reason: 'an old scanner', ticket: null },
    };
    const { expires } = { expires: '2026-04-01T00:00:00.000Z', ...foreign };
    const other = await createExemption(deps, { scope: SHOP, ...foreign, expires }, { type: 'user' });
    expect((await exemptionsAfter([ended()], [decidedBy('a1', 'x')], [other])).all).toHaveLength(2);
  });

  it.each([
    ['a fix', ended({ purpose: 'fix' })],
    ['a rollback that failed', ended({}, 'failed')],
    ['a rollback that was blocked', ended({}, 'blocked')],
    ['a rollback whose end is in the log already', alreadyLogged(ended())],
  ])('%s creates no exemption', async (_, end) => {
    expect((await exemptionsAfter([end], [decidedBy('a1', 'x')])).all).toEqual([]);
  });
});
