import { describe, expect, it } from 'vitest';
import { getScan, startScan } from '../../../src/api/endpoints/scans.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/prod';

describe('POST /scans and GET /scans/{id}', () => {
  it('starts a scan, names the URL of its progress, and shows the progress', async () => {
    const deps = apiDeps();
    const begun = await ask(startScan, serviceOf(deps), { body: { scope: `${GROUP}/` } });
    expect([begun.status, begun.headers.get('location')]).toEqual([202, '/api/scans/operation-1']);
    expect(begun.body).toEqual({ id: 'operation-1', scope: GROUP, status: 'running', found: 0, evaluated: 0 });
    expect(deps.stored.sweeps.map(({ message }) => message)).toMatchObject([
      { list: { cause: 'scan', scope: GROUP, part: null } },
    ]);
    await deps.scans.addFound('operation-1', ['/a', '/b']);
    await deps.scans.markListed('operation-1');
    await deps.scans.markEvaluated('operation-1', '/a');
    const progress = () => ask(getScan, serviceOf(deps), { params: { id: 'operation-1' } });
    expect((await progress()).body).toMatchObject({ status: 'running', found: 2, evaluated: 1 });
    await deps.scans.markEvaluated('operation-1', '/b');
    expect((await progress()).body).toMatchObject({ status: 'done', found: 2, evaluated: 2 });
  });

  it.each([
    ['no scope', {}],
    ['a scope in another form', { scope: '/subscriptions/../x' }],
    ['a query language', { scope: "/subscriptions/a' or 1 == 1" }],
    ['an unknown key beside the scope', { scope: GROUP, pace: 0 }],
  ])('refuses %s', async (_, body) => {
    const deps = apiDeps();
    expect(statusAndCode(await ask(startScan, serviceOf(deps), { body }))).toBe('400 invalid');
    expect([deps.stored.sweeps, deps.stored.scans.size]).toEqual([[], 0]);
  });

  it('is started by operators only and read by readers; an unknown id is 404', async () => {
    const service = serviceOf(apiDeps());
    const approver = { as: principal(['Approver']), body: { scope: GROUP } };
    expect(statusAndCode(await ask(startScan, service, approver))).toBe('403 forbidden');
    const reader = { as: principal(['Reader']), params: { id: 'none' } };
    expect(statusAndCode(await ask(getScan, service, reader))).toBe('404 not-found');
  });
});
