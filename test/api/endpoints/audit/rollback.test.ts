/** POST /audit/{id}/rollback: its answers and refusals. */

import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { approvalAnswer } from '../../../../src/api/endpoints/approvals/schemas.ts';
import { getRollback, rollback, rollbackOperation } from '../../../../src/api/endpoints/audit/rollback.ts';
import { read } from '../../../domain/examples.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { bob, change, finding, memory, record, SHOP, shop } from '../../samples.ts';

let deps: FakeDeps;
let minTlsVersion: string;
const here = { params: { id: 'audit-1' }, body: { comment: 'the old clients' } };

beforeEach(async () => {
  const plain = apiDeps(['resources.saveState', 'guards.readThrottle']);
  plain.stored.resourceStates.set(SHOP.toLowerCase(), memory());
  minTlsVersion = '1.2';
  deps = {
    ...plain,
    arm: {
      ...plain.arm,
      read: async (resource, names) => ({
        resource,
        documents: Object.fromEntries(names.map((name) => [name, read({ properties: { minTlsVersion } })])),
      }),
    },
  };
  await deps.audit.append([record(), record({ id: 'audit-2', kind: 'fix.failed' })]);
});

const asks = (differs: object = {}) => ask(rollback, serviceOf(deps), { ...here, ...differs });

it('answers 202 with an approval that the caller has decided', async () => {
  const answer = await asks();
  expect(answer.status).toBe(202);
  const [id, ...more] = deps.stored.approvals.keys();
  expect([id, more]).toEqual([expect.any(String), []]);
  expect(approvalAnswer.parse(answer.body)).toMatchObject({
    id,
    purpose: 'rollback',
    status: 'approved',
    resource: shop,
    changes: [{ ...change, from: '1.2', to: '1.0' }],
    plan: [{ method: 'PATCH', path: `${SHOP}/config/web`, body: { properties: { minTlsVersion: '1.0' } } }],
    decision: { by: { name: 'ada@example.com' }, comment: 'the old clients' },
  });
  expect(deps.stored.resourceStates.get(SHOP.toLowerCase())?.openApprovals).toContain(id);
  expect(deps.stored.sent).toContainEqual({ resource: SHOP, cause: 'decision', attempt: 0 });
});

it('answers 409 moved with the difference', async () => {
  minTlsVersion = '1.3';
  const answer = await asks();
  expect(statusAndCode(answer)).toBe('409 moved');
  expect(answer.body.moved).toEqual([{ ...change, from: '1.2', to: '1.3' }]);
});

it('while Azure throttles the subscription it says when to try again, also in a header', async () => {
  const state = { status: 'failed', detail: '429', retryable: true, throttled: true, retryAfter: 40 } as const;
  const read: FakeDeps['arm']['read'] = async (resource, names) => ({
    resource,
    documents: Object.fromEntries(names.map((name) => [name, state])),
  });
  deps = { ...deps, arm: { ...deps.arm, read } };
  const answer = await asks();
  expect([statusAndCode(answer), answer.headers.get('retry-after')]).toEqual(['409 moved', '40']);
  const from = new Date(deps.clock.now().getTime() + 40_000).toISOString();
  expect(answer.body).toMatchObject({ moved: [], detail: expect.stringContaining(`Try again after ${from}.`) });
  expect(deps.stored.approvals.size).toBe(0);
});

it.each([
  ['an unknown entry', { params: { id: 'audit-9' } }, '404 not-found'],
  ['an unknown entry and no comment', { params: { id: 'audit-9' }, body: {} }, '404 not-found'],
  ['no comment', { body: {} }, '400 invalid'],
  ['a blank comment', { body: { comment: ' ' } }, '400 invalid'],
  ['an unknown parameter', { query: '?force=true' }, '400 invalid'],
  ['an entry that is no applied fix', { params: { id: 'audit-2' } }, '409 not-reversible'],
  ['a changer', { as: principal(['Approver'], { objectId: bob.objectId }) }, '403 own-change'],
  ['a reader', { as: principal(['Reader']) }, '403 forbidden'],
  ['an operator', { as: principal(['Operator']) }, '403 forbidden'],
  ['an application', { as: principal(['Approver'], { claims: [['idtyp', 'app']] }) }, '403 not-a-person'],
  ['a caller without sign-in', { as: null }, '401 unauthenticated'],
  ['another origin', { headers: { origin: 'https://elsewhere.example' } }, '403 forbidden'],
])('is refused with its code: %s', async (_, differs, expected) => {
  expect(statusAndCode(await asks(differs))).toBe(expected);
  expect(deps.stored.approvals.size).toBe(0);
});

describe('whether it is possible', () => {
  const possible = async (id: string, as?: string) =>
    (await ask(getRollback, serviceOf(deps), { params: { id }, ...(as ? { as } : {}) })).body;
  const asOf = '2026-03-01T10:00:00.000Z';

  it('is said for the caller, without a read of Azure', async () => {
    deps = { ...deps, arm: { ...deps.arm, read: () => Promise.reject(new Error('Azure is not read')) } };
    expect(await possible('audit-1')).toEqual({ possible: true, asOf });
    const reader = await possible('audit-1', principal(['Reader']));
    expect(reader).toMatchObject({
      possible: false,
      code: 'forbidden',
      reason: expect.stringContaining('Approver'),
      asOf,
    });
    const application = principal(['Approver'], { claims: [['idtyp', 'app']] });
    expect(await possible('audit-1', application)).toMatchObject({ possible: false, code: 'not-a-person' });
    const own = principal(['Approver'], { objectId: bob.objectId });
    expect(await possible('audit-1', own)).toMatchObject({ possible: false, code: 'own-change' });
    expect(await possible('audit-2')).toMatchObject({ possible: false, code: 'not-reversible' });
    expect(await possible('none')).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('names the values that had changed when the app was last evaluated', async () => {
    const found = finding({ changes: [{ ...change, from: '1.1' }] });
    deps.stored.resourceStates.set(
      SHOP.toLowerCase(),
      memory({ findings: [found], evaluatedAt: '2026-03-01T11:00:00.000Z' }),
    );
    expect(await possible('audit-1')).toMatchObject({
      ...{
        possible: false,
        code: 'moved',
        asOf: '2026-03-01T11:00:00.000Z',
        moved: [{ ...change, from: '1.2', to: '1.1' }],
      },
    });
  });
});

describe('all fixes of an operation', () => {
  const together = (body: object, as?: string) =>
    ask(rollbackOperation, serviceOf(deps), { body, ...(as ? { as } : {}) });

  it('are rolled back in the order of the log, each with its own answer', async () => {
    const debugging = { ...change, path: '/properties/remoteDebuggingEnabled' };
    await deps.audit.append([record({ id: 'audit-3', rule: 'webapp-none', changes: [debugging] })]);
    const { status, body } = await together({ operationId: 'operation-1', comment: 'the old clients' });
    expect(status).toBe(200);
    expect(rollbackOperation.result instanceof z.ZodType && rollbackOperation.result.parse(body)).toEqual(body);
    expect(body.items).toMatchObject([
      { id: 'audit-1', status: 202, approval: { purpose: 'rollback', status: 'approved' } },
      { id: 'audit-3', status: 409, problem: { code: 'not-reversible' } },
    ]);
  });

  it('are refused as a whole without a comment, the role, or a fix', async () => {
    const body = { operationId: 'operation-1', comment: 'why' };
    expect(statusAndCode(await together({ ...body, comment: ' ' }))).toBe('400 invalid');
    expect(statusAndCode(await together(body, principal(['Operator'])))).toBe('403 forbidden');
    expect(statusAndCode(await together({ ...body, operationId: 'operation-9' }))).toBe('404 not-found');
    expect(deps.stored.approvals.size).toBe(0);
  });
});
