import { describe, expect, it } from 'vitest';
import { getScan, postApprovals, postScan } from '../../src/api/sweep.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { ask, principal, serviceOf, told } from './asking.ts';
import { memoryWorld } from './memory-world.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/prod';
const RULE = 'webapp-remote-debugging';

function reported(name: string, code: 'found-by-sweep' | 'mode-audit'): Finding {
  const id = `${GROUP}/providers/Microsoft.Web/sites/${name}`;
  return {
    rule: RULE,
    title: 'Remote debugging is off',
    severity: 'high',
    tier: 'risky',
    verdict: 'violation',
    reason: 'It is on.',
    resource: { id, type: 'Microsoft.Web/sites', name },
    changes: [],
    references: [],
    since: '2026-03-01T12:00:00.000Z',
    evaluatedAt: '2026-03-01T12:00:00.000Z',
    decision: { action: 'report', until: null, reasons: [{ code, text: 'so' }], ceilings: [] },
  };
}

describe('POST /scans and GET /scans/{id}', () => {
  it('begins a scan, says where its progress is, and tells it', async () => {
    const world = memoryWorld();
    const begun = await ask(postScan, serviceOf(world), { body: { scope: `${GROUP}/` } });
    expect([begun.status, begun.headers.get('location')]).toEqual([202, '/api/scans/an-id-of-ours']);
    expect(begun.body).toEqual({ id: 'an-id-of-ours', scope: GROUP, status: 'running', found: 0, evaluated: 0 });
    expect(world.stored.swept).toMatchObject([{ list: { cause: 'scan', scope: GROUP, token: null } }]);
    await world.scans.found('an-id-of-ours', ['/a', '/b']);
    await world.scans.listed('an-id-of-ours');
    await world.scans.evaluated('an-id-of-ours', '/a');
    const progress = () => ask(getScan, serviceOf(world), { params: { id: 'an-id-of-ours' } });
    expect((await progress()).body).toMatchObject({ status: 'running', found: 2, evaluated: 1 });
    await world.scans.evaluated('an-id-of-ours', '/b');
    expect((await progress()).body).toMatchObject({ status: 'done', found: 2, evaluated: 2 });
  });

  it.each([
    ['no scope', {}],
    ['what is no scope', { scope: '/subscriptions/../x' }],
    ['a query language', { scope: "/subscriptions/a' or 1 == 1" }],
    ['more than a scope', { scope: GROUP, pace: 0 }],
  ])('refuses %s', async (_, body) => {
    const world = memoryWorld();
    expect(told(await ask(postScan, serviceOf(world), { body }))).toBe('400 invalid');
    expect([world.stored.swept, world.stored.scans.size]).toEqual([[], 0]);
  });

  it('is begun by operators only, and read by readers; what is not there is 404', async () => {
    const service = serviceOf(memoryWorld());
    const approver = { as: principal(['Approver']), body: { scope: GROUP } };
    expect(told(await ask(postScan, service, approver))).toBe('403 forbidden');
    const reader = { as: principal(['Reader']), params: { id: 'none' } };
    expect(told(await ask(getScan, service, reader))).toBe('404 not-found');
  });
});

describe('POST /approvals', () => {
  it('asks about each resource below the scope that the sweep reported, and about no other', async () => {
    const world = memoryWorld();
    world.stored.findings.push(
      reported('a', 'found-by-sweep'),
      reported('b', 'found-by-sweep'),
      reported('c', 'mode-audit'),
      { ...reported('d', 'found-by-sweep'), verdict: 'compliant', decision: null },
    );
    const answer = await ask(postApprovals, serviceOf(world), { body: { rule: RULE, scope: GROUP } });
    expect([answer.status, answer.body]).toEqual([202, { queued: 2 }]);
    expect(world.stored.swept).toMatchObject([
      { cause: 'request', rule: RULE, resource: expect.stringMatching(/\/a$/) },
      { cause: 'request', rule: RULE, resource: expect.stringMatching(/\/b$/) },
    ]);
    const elsewhere = { rule: RULE, scope: `${GROUP}uction` };
    expect((await ask(postApprovals, serviceOf(world), { body: elsewhere })).body).toEqual({ queued: 0 });
  });

  it('is for operators, and for rules that there are', async () => {
    const service = serviceOf(memoryWorld());
    const body = { rule: RULE, scope: GROUP };
    expect(told(await ask(postApprovals, service, { as: principal(['Approver']), body }))).toBe('403 forbidden');
    expect(told(await ask(postApprovals, service, { body: { ...body, rule: 'no-rule' } }))).toBe('400 invalid');
  });
});
