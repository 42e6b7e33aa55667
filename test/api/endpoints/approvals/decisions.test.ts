/** Groups of approvals, and several decisions in one call: each item is answered as if it had been sent alone. */

import { beforeEach, describe, expect, it } from 'vitest';
import { listApprovals } from '../../../../src/api/endpoints/approvals/approvals.ts';
import { decideApprovals } from '../../../../src/api/endpoints/approvals/decisions.ts';
import { approvalGroups, decisions } from '../../../../src/api/endpoints/approvals/schemas.ts';
import { StorageUnavailable } from '../../../../src/workflows/ports/storage.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { approval, DIGEST, GROUP } from '../../samples.ts';

let deps: FakeDeps;

function put(id: string, differs: Parameters<typeof approval>[0] = {}): void {
  deps.stored.approvals.set(id, { value: approval({ id, ...differs }), version: 1 });
}

beforeEach(() => {
  deps = { ...apiDeps(), newId: () => 'problem-1' };
  for (const id of ['one', 'two', 'three']) put(id);
});

const bulk = (body: unknown, as?: string) => ask(decideApprovals, serviceOf(deps), { body, ...(as ? { as } : {}) });
const item = (id: string, digest = DIGEST) => ({ id, digest });

/** Each item's status and problem code. */
async function outcomes(body: unknown): Promise<string[]> {
  const answer = await bulk(body);
  expect(answer.status).toBe(200);
  return decisions
    .parse(answer.body)
    .items.map(({ id, status, approval: decided, problem }) =>
      [id, status, problem?.code ?? decided?.status].join(' '),
    );
}

describe('POST /approvals/decisions', () => {
  it('approves each item by its digest, as the single call would', async () => {
    expect(await outcomes({ decision: 'approve', items: [item('one'), item('two')], comment: 'reviewed' })).toEqual([
      'one 202 approved',
      'two 202 approved',
    ]);
    expect(deps.stored.entries.map(({ approvalId, message }) => [approvalId, message])).toEqual([
      ['one', 'reviewed'],
      ['two', 'reviewed'],
    ]);
    expect(deps.stored.approvals.get('three')?.value.status).toBe('pending');
  });

  it('rejects items without digests', async () => {
    expect(await outcomes({ decision: 'reject', items: [{ id: 'one' }, item('two')], comment: 'not now' })).toEqual([
      'one 200 rejected',
      'two 200 rejected',
    ]);
  });

  it('answers each failing item with its status and code, and decides the others', async () => {
    put('mine', { changedBy: { objectId: ADA, type: 'user' } });
    put('late', { status: 'expired' });
    const items = [
      ...[item('unknown'), item('a/b'), { id: 'one' }, item('mine'), item('late')],
      ...[item('two', 'sha256:other'), item('three')],
    ];
    expect(await outcomes({ decision: 'approve', items, comment: '' })).toEqual([
      'unknown 404 not-found',
      'a/b 404 not-found',
      'one 400 invalid',
      'mine 403 own-change',
      'late 410 expired',
      'two 409 digest-mismatch',
      'three 202 approved',
    ]);
  });

  it('a storage error fails only its own item', async () => {
    const { get } = deps.approvals;
    const approvals: FakeDeps['approvals'] = {
      ...deps.approvals,
      get: async (id) => {
        if (id === 'one') throw new StorageUnavailable('down');
        if (id === 'two') throw new Error('a row that cannot be read');
        return get(id);
      },
    };
    deps = { ...deps, approvals };
    expect(
      await outcomes({ decision: 'approve', items: ['one', 'two', 'three'].map((id) => item(id)), comment: '' }),
    ).toEqual(['one 503 storage-unavailable', 'two 500 ', 'three 202 approved']);
    expect(deps.stored.logged.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('the same item twice is a repeated decision', async () => {
    expect(await outcomes({ decision: 'approve', items: [item('one'), item('one')], comment: '' })).toEqual([
      'one 202 approved',
      'one 202 approved',
    ]);
    expect(deps.stored.entries).toHaveLength(1);
  });

  it.each([
    [
      'more than 100 items',
      { decision: 'approve', items: Array.from({ length: 101 }, () => item('one')), comment: '' },
    ],
    ['no items', { decision: 'approve', items: [], comment: '' }],
    ['a rejection without a comment', { decision: 'reject', items: [item('one')], comment: ' ' }],
    ['no comment', { decision: 'approve', items: [item('one')] }],
    ['another decision', { decision: 'maybe', items: [item('one')], comment: '' }],
    ['a digest of another type', { decision: 'approve', items: [{ id: 'one', digest: 1 }], comment: '' }],
  ])('%s is 400, and nothing is decided', async (_, body) => {
    expect(statusAndCode(await bulk(body))).toBe('400 invalid');
    expect(deps.stored.entries).toEqual([]);
  });

  it('exactly 100 items are accepted', async () => {
    const items = Array.from({ length: 100 }, (_, n) => item(`many-${n}`));
    expect(await outcomes({ decision: 'approve', items, comment: '' })).toHaveLength(100);
  });

  it.each([
    ['a reader', principal(['Reader']), '403 forbidden'],
    ['an operator', principal(['Operator']), '403 forbidden'],
    ['an application', principal(['Approver'], { claims: [['idtyp', 'app']] }), '403 not-a-person'],
  ])('the call is refused to %s', async (_, as, expected) => {
    expect(statusAndCode(await bulk({ decision: 'approve', items: [item('one')], comment: '' }, as))).toBe(expected);
  });
});

describe('GET /approvals?group=', () => {
  const other = { id: `${GROUP}/providers/Microsoft.Web/sites/other`, type: 'Microsoft.Web/sites', name: 'other' };
  const groups = async (query: string) => {
    const { status, body } = await ask(listApprovals, serviceOf(deps), { query });
    expect(status).toBe(200);
    return approvalGroups.parse(body).items.map(({ key, count }) => `${count} ${key.split('/').at(-1)}`);
  };

  beforeEach(() => {
    put('four', { resource: other });
    put('five', { resource: other, status: 'rejected' });
  });

  it('counts pending approvals, or those with the requested status, under the other filters', async () => {
    expect(await groups('?group=rule')).toEqual(['4 webapp-min-tls']);
    expect(await groups('?group=resource')).toEqual(['3 shop', '1 other']);
    expect(await groups('?group=resource&status=rejected')).toEqual(['1 other']);
    expect(await groups(`?group=rule&resource=${encodeURIComponent(other.id)}`)).toEqual(['1 webapp-min-tls']);
    expect(await groups('?group=rule&rule=webapp-http2')).toEqual([]);
  });

  it('gives the time of the oldest approval and the worst impact in a group', async () => {
    put('old', { requestedAt: '2026-02-01T10:00:00.000Z' });
    const { rule } = approval();
    put('bad', { rule: { ...rule, impact: 'traffic' } });
    const { body } = await ask(listApprovals, serviceOf(deps), { query: '?group=rule' });
    expect(body).toEqual({
      items: [
        {
          ...{ key: 'webapp-min-tls', count: 6, oldest: '2026-02-01T10:00:00.000Z', impact: 'traffic' },
          bySeverity: { critical: 0, high: 6, medium: 0, low: 0, info: 0 },
        },
      ],
    });
  });

  it('is marked incomplete when there are more approvals than it counts', async () => {
    const approvals = { ...deps.approvals, listHeads: async () => ({ heads: [], complete: false }) };
    const { body } = await ask(listApprovals, serviceOf({ ...deps, approvals }), { query: '?group=rule' });
    expect(body).toEqual({ items: [], incomplete: true });
  });

  it.each(['?group=colour', '?group=rule&cursor=x'])('%s is 400', async (query) => {
    expect(statusAndCode(await ask(listApprovals, serviceOf(deps), { query }))).toBe('400 invalid');
  });
});
