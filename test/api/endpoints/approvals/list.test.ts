/** GET /approvals with filters, orders, totals, groups and the brief view, and what it says to the caller. */
import { beforeEach, describe, expect, it } from 'vitest';
import { approve, getApproval, listApprovals } from '../../../../src/api/endpoints/approvals/approvals.ts';
import { decideApprovals } from '../../../../src/api/endpoints/approvals/decisions.ts';
import {
  approvalBrief,
  approvalGroups,
  approvalPage,
  decisions,
} from '../../../../src/api/endpoints/approvals/schemas.ts';
import { getMe } from '../../../../src/api/endpoints/me.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { type FakeDeps, storeSettings } from '../../../fakes/deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { approval, bob, DIGEST, GROUP, SHOP } from '../../samples.ts';

let deps: FakeDeps;
const { rule } = approval();

function put(id: string, differs: Parameters<typeof approval>[0] = {}): void {
  deps.stored.approvals.set(id, { value: approval({ id, ...differs }), version: 1 });
}

beforeEach(() => {
  deps = apiDeps();
  put('a1', { changedBy: { objectId: ADA, name: 'ada@example.com', type: 'user' } });
  put('a2', { rule: { ...rule, severity: 'critical', impact: 'none' }, changedBy: null });
  put('a3', { status: 'approved', purpose: 'rollback', expiresAt: '2026-03-05T10:00:00.000Z' });
  put('a4', { status: 'applied', requestedAt: '2026-02-28T10:00:00.000Z' });
});

async function list(query: string, as?: string) {
  const answer = await ask(listApprovals, serviceOf(deps), { query, ...(as ? { as } : {}) });
  expect(answer.status, query).toBe(200);
  return approvalPage.parse(answer.body);
}
const ids = async (query: string) => (await list(query)).items.map(({ id }) => id).join(' ');

describe('the list', () => {
  it.each([
    ['', 'a1 a2 a3 a4'],
    ['?status=pending,approved', 'a1 a2 a3'],
    ['?severity=critical,low', 'a2'],
    ['?impact=none', 'a2'],
    ['?purpose=rollback', 'a3'],
    [`?changedBy=${ADA.toUpperCase()}`, 'a1'],
    [`?changedBy=ADA@example.com,${bob.objectId}`, 'a1 a3 a4'],
    ['?q=ada%40', 'a1'],
    ['?q=MINIMUM%20tls&status=pending', 'a1 a2'],
    [`?resource=${SHOP},${GROUP}/providers/Microsoft.Web/sites/other&rule=other,webapp-min-tls`, 'a1 a2 a3 a4'],
    ['?status=pending,approved&expiresBefore=2026-03-05T10:00:01Z', 'a3'],
    ['?status=pending,approved&expiresBefore=2026-03-05T10:00:00Z', ''],
    ['?requestedFrom=2026-03-01T11:00:00%2B01:00', 'a1 a2 a3'],
    ['?requestedTo=2026-03-01T10:00:00Z', 'a4'],
    ['?status=pending,approved&mayDecide=true', 'a2'],
    ['?status=pending,approved&sort=requested', 'a3 a2 a1'],
    ['?status=pending,approved&sort=expires', 'a3 a1 a2'],
    ['?status=pending,approved&sort=severity', 'a2 a1 a3'],
    ['?status=pending,approved&sort=impact', 'a1 a3 a2'],
  ])('%s: %s', async (query, expected) => {
    expect(await ids(query)).toBe(expected);
  });

  it('counts and groups only those that the caller may approve, on full pages', async () => {
    const page = await list('?status=pending&mayDecide=true&total=true&limit=1&sort=requested');
    expect([page.items.map(({ id }) => id), page.total, page.nextCursor]).toEqual([['a2'], 1, undefined]);
    const { body } = await ask(listApprovals, serviceOf(deps), { query: '?group=severity&mayDecide=true' });
    expect(approvalGroups.parse(body).items).toMatchObject([{ key: 'critical', count: 1 }]);
    expect(await list('?status=pending&mayDecide=true', principal(['Reader']))).toEqual({ items: [] });
  });

  it('says how many approvals match, on all pages', async () => {
    const page = await list('?status=pending&limit=1&total=true&sort=rule');
    expect([page.items.length, page.total]).toEqual([1, 2]);
    const next = await list(`?status=pending&limit=1&total=true&sort=rule&cursor=${page.nextCursor}`);
    expect([next.items.map(({ id }) => id), next.total, next.nextCursor]).toEqual([['a2'], 2, undefined]);
    expect(await list('?status=pending')).not.toHaveProperty('total');
  });

  it('in brief is the same without plan and source', async () => {
    const brief = await list('?view=brief');
    const full = await list('?view=full');
    expect(brief.items).toEqual(
      full.items.map((one) => {
        const { plan, source, ...others } = { plan: undefined, source: undefined, ...one };
        expect([plan, source]).not.toContain(undefined);
        return others;
      }),
    );
    for (const one of brief.items) expect(approvalBrief.parse(one)).toEqual(one);
  });

  it.each([
    ['?sort=severity', 'sort'],
    ['?sort=severity&status=applied', 'sort'],
    ['?total=true&status=pending,applied', 'total'],
    ['?group=rule&sort=rule&status=pending', 'sort'],
    ['?sort=colour', 'sort'],
    ['?total=yes', 'total'],
    ['?view=short', 'view'],
    ['?severity=high,worst', 'severity'],
    ['?status=pending,pending', 'status'],
    ['?q=', 'q'],
    ['?changedBy=', 'changedBy'],
    ['?mayDecide=true&total=true', 'total'],
    ['?mayDecide=true&group=rule&status=pending,applied', 'mayDecide'],
    ['?mayDecide=false', 'mayDecide'],
    ['?expiresBefore=soon', 'expiresBefore'],
  ])('%s is 400, and names %s', async (query, parameter) => {
    const answer = await ask(listApprovals, serviceOf(deps), { query });
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect(answer.body.errors).toMatchObject([{ parameter }]);
  });

  it('groups by scope and severity, with the total', async () => {
    const groups = async (query: string) =>
      approvalGroups.parse((await ask(listApprovals, serviceOf(deps), { query })).body);
    expect(await groups('?group=severity&total=true&view=brief')).toMatchObject({
      items: [{ key: 'critical' }, { key: 'high' }],
      total: 2,
    });
    expect((await groups('?group=resourceGroup&status=pending,approved')).items).toMatchObject([
      { key: GROUP, count: 3 },
    ]);
    const subscription = GROUP.split('/resourceGroups')[0];
    expect((await groups('?group=subscription&q=ada')).items).toMatchObject([{ key: subscription, count: 1 }]);
  });
});

describe('mayDecide', () => {
  const reasons = async (as?: string) => (await list('', as)).items.map(({ mayDecide }) => mayDecide.reason);

  it('says for each approval whether the caller may approve it', async () => {
    put('a3', { status: 'expired' });
    const [own, allowed, expired, applied] = await reasons();
    expect([own, allowed]).toEqual([expect.stringMatching(/yourself/), null]);
    expect([expired, applied]).toEqual([expect.stringMatching(/expired at/), 'This approval is applied already.']);
    storeSettings(deps, { scopes: [{ scope: GROUP, approvers: [bob.objectId] }] });
    expect((await reasons()).slice(0, 2)).toEqual([
      expect.stringMatching(/name the approvers/),
      expect.stringMatching(/name/),
    ]);
  });

  it('is about the role and the person first', async () => {
    expect(new Set(await reasons(principal(['Reader'])))).toEqual(
      new Set(['This needs the role Plumbline.Approver, which your account has not been given.']),
    );
    const app = principal(['Approver'], { claims: [['idtyp', 'app']] });
    expect(new Set(await reasons(app))).toEqual(new Set(['Decisions are made by people; an application may read.']));
  });

  it('is in every answer: of one approval, of a decision, and of several', async () => {
    const one = await ask(getApproval, serviceOf(deps), { params: { id: 'a1' } });
    expect(one.body.mayDecide).toMatchObject({ allowed: false });
    const two = await ask(approve, serviceOf(deps), { params: { id: 'a2' }, body: { digest: DIGEST } });
    expect(two.body.mayDecide).toEqual({ allowed: false, reason: expect.stringMatching(/^ada@example.com decided/) });
    put('a5');
    // What the list showed is what is decided, and answered, here.
    const { items } = await list('?status=pending&q=shop&sort=severity&view=brief');
    const body = { decision: 'approve', items: items.map(({ id, digest }) => ({ id, digest })), comment: '' };
    const answer = decisions.parse((await ask(decideApprovals, serviceOf(deps), { body })).body);
    expect(answer.items.map(({ id, status }) => `${id} ${status}`)).toEqual(['a1 403', 'a5 202']);
    expect(answer.items.map(({ problem }) => problem?.detail ?? null)).toEqual(
      items.map(({ mayDecide }) => mayDecide.reason),
    );
    expect(answer.items[1]?.approval?.mayDecide.allowed).toBe(false);
  });
});

describe('GET /me', () => {
  const me = async (as?: string) => (await ask(getMe, serviceOf(deps), as ? { as } : {})).body;
  const name = 'ada@example.com';

  it('says who a person is, and where the person may approve', async () => {
    const roles = ['Plumbline.Reader', 'Plumbline.Approver', 'Plumbline.Operator'];
    expect(await me()).toEqual({ name, objectId: ADA, roles, scopes: ['/'], exceptScopes: [] });
    const scopes = [
      { scope: GROUP, approvers: [bob.objectId] },
      { scope: SHOP, approvers: [ADA] },
    ];
    storeSettings(deps, { scopes });
    expect(await me()).toMatchObject({ scopes: ['/', SHOP], exceptScopes: [GROUP] });
  });

  it('gives no scopes to a reader and to an application', async () => {
    const nowhere = { scopes: [], exceptScopes: [] };
    expect(await me(principal(['Reader']))).toEqual({ name, objectId: ADA, roles: ['Plumbline.Reader'], ...nowhere });
    const app = principal(['Approver'], { claims: [['idtyp', 'app']] });
    expect(await me(app)).toMatchObject({ roles: ['Plumbline.Approver'], ...nowhere });
  });

  it('is refused to nobody and to somebody without a role', async () => {
    expect(statusAndCode(await ask(getMe, serviceOf(deps), { as: null }))).toBe('401 unauthenticated');
    expect(statusAndCode(await ask(getMe, serviceOf(deps), { as: principal([]) }))).toBe('403 forbidden');
    expect(statusAndCode(await ask(getMe, serviceOf(deps), { query: '?x=1' }))).toBe('400 invalid');
  });
});
