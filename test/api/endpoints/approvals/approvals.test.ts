import { beforeEach, describe, expect, it } from 'vitest';
import { approve, getApproval, listApprovals, reject } from '../../../../src/api/endpoints/approvals/approvals.ts';
import { approvalAnswer } from '../../../../src/api/endpoints/approvals/schemas.ts';
import { apiDeps, NOW } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { approval, bob, change, DIGEST, reason, SHOP, shop } from '../../samples.ts';

let deps: FakeDeps;
const here = { params: { id: 'approval-1' } };
const put = (differs: Parameters<typeof approval>[0] = {}) =>
  deps.stored.approvals.set('approval-1', { value: approval(differs), version: 1 });

beforeEach(() => {
  deps = apiDeps();
  put();
});

describe('an approval in the API', () => {
  it('has the documented members and no internal ones', async () => {
    const { status, body } = await ask(getApproval, serviceOf(deps), here);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'approval-1',
      purpose: 'fix',
      status: 'pending',
      digest: DIGEST,
      resource: shop,
      rule: {
        id: 'webapp-min-tls',
        version: 1,
        title: 'Minimum TLS version',
        severity: 'high',
        risk: 'Old clients.',
        impact: 'restart',
        reversible: true,
        harm: 'unavailable',
      },
      changes: [change],
      plan: [
        {
          method: 'PATCH',
          path: `${SHOP}/config/web`,
          body: { properties: { minTlsVersion: '1.2', cors: { allowedOrigins: [] } } },
        },
      ],
      source: { bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' },
      changedBy: bob,
      reasons: [reason],
      requestedAt: '2026-03-01T10:00:00.000Z',
      expiresAt: '2026-03-08T10:00:00.000Z',
      moved: [],
      auditIds: ['audit-1'],
      mayDecide: { allowed: true, reason: null },
    });
    expect(approvalAnswer.parse(body)).toEqual(body);
  });

  it('shows the decision and what superseded it, and has no changedBy for an unknown changer', async () => {
    const decision = { by: bob, at: NOW, comment: null, decision: 'approve', changerUnknown: true } as const;
    const moved = [{ ...change, from: '1.0', to: '1.1' }] as const;
    put({
      status: 'superseded',
      decision: { ...decision, by: person },
      supersededBy: 'approval-2',
      moved,
      changedBy: null,
    });
    const { body } = await ask(getApproval, serviceOf(deps), here);
    expect(body).toMatchObject({ decision: { by: person, at: NOW, comment: null }, supersededBy: 'approval-2', moved });
    expect(body).not.toHaveProperty('changedBy');
    expect(body).not.toHaveProperty('decision.changerUnknown');
    expect(approvalAnswer.parse(body)).toEqual(body);
  });

  it('is the same in the list', async () => {
    const one = await ask(getApproval, serviceOf(deps), here);
    const list = await ask(listApprovals, serviceOf(deps));
    expect(list.body).toEqual({ items: [one.body] });
  });

  it.each(['nothing', 'a/b', "'", '%2e%2e', 'x'.repeat(300), '__proto__'])('is 404 for the id %s', async (id) => {
    expect(statusAndCode(await ask(getApproval, serviceOf(deps), { params: { id } }))).toBe('404 not-found');
  });
});

describe('guarantee 8: decided once', () => {
  it('approving answers 202 with the approval, and only stores the decision and queues the resource', async () => {
    const answer = await ask(approve, serviceOf(deps), { ...here, body: { digest: DIGEST, comment: ' go ' } });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      id: 'approval-1',
      status: 'approved',
      decision: { by: person, at: NOW, comment: 'go' },
    });
    expect(approvalAnswer.parse(answer.body)).toEqual(answer.body);
    expect(deps.stored.sent).toEqual([{ resource: SHOP, cause: 'decision', attempt: 0 }]);
    expect(deps.stored.entries.map(({ kind }) => kind)).toEqual(['approval.approved']);
  });

  it('rejecting answers 200, in mode audit, while stopped, and for a changer', async () => {
    put({ changedBy: { objectId: ADA, type: 'user' } });
    const answer = await ask(reject, serviceOf(deps), { ...here, body: { comment: 'not now' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'rejected', decision: { by: person, comment: 'not now' } });
  });

  it('a repeated decision of the same user gets the first answer', async () => {
    const first = await ask(approve, serviceOf(deps), { ...here, body: { digest: DIGEST } });
    const again = await ask(approve, serviceOf(deps), { ...here, body: { digest: DIGEST } });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(deps.stored.entries).toHaveLength(1);
    expect(statusAndCode(await ask(reject, serviceOf(deps), { ...here, body: { comment: 'no' } }))).toBe('409 decided');
  });

  it('users are compared by object id, without regard to case', async () => {
    await ask(approve, serviceOf(deps), { ...here, body: { digest: DIGEST } });
    const as = principal(['Approver'], { objectId: ADA.toUpperCase() });
    expect((await ask(approve, serviceOf(deps), { ...here, as, body: { digest: DIGEST } })).status).toBe(202);
    const other = principal(['Approver'], { objectId: 'dddddddd-0000-4000-8000-000000000004' });
    expect(statusAndCode(await ask(approve, serviceOf(deps), { ...here, as: other, body: { digest: DIGEST } }))).toBe(
      '409 decided',
    );
  });

  it('of two approvers at the same moment one gets 409 decided', async () => {
    const as = (n: number) => principal(['Approver'], { objectId: `dddddddd-0000-4000-8000-00000000000${n}` });
    const answers = await Promise.all(
      [1, 2].map((n) => ask(approve, serviceOf(deps), { ...here, as: as(n), body: { digest: DIGEST } })),
    );
    expect(answers.map(statusAndCode).sort()).toEqual(['202', '409 decided']);
    expect(deps.stored.entries).toHaveLength(1);
  });
});

const person = { objectId: ADA, name: 'ada@example.com' };
