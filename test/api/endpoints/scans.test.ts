import { describe, expect, it } from 'vitest';
import { cancelScan, getScan, listScans, startScan } from '../../../src/api/endpoints/scans.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../ask.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/prod';

describe('POST /scans and GET /scans/{id}', () => {
  it('starts a scan, names the URL of its progress, and shows the progress', async () => {
    const deps = apiDeps();
    const begun = await ask(startScan, serviceOf(deps), { body: { scope: `${GROUP}/` } });
    const id = String(begun.body.id);
    expect([begun.status, begun.headers.get('location')]).toEqual([202, `/api/scans/${id}`]);
    const started = {
      id,
      scope: GROUP,
      startedAt: NOW,
      actor: { type: 'user', objectId: ADA, name: 'ada@example.com' },
    };
    expect(begun.body).toEqual({
      ...{ ...started, status: 'running', found: 0, evaluated: 0, endedAt: null },
      progress: { found: 0, evaluated: 0, ratePerMinute: null, secondsLeft: null },
    });
    expect(deps.stored.sweeps.map(({ message }) => message)).toMatchObject([
      { list: { cause: 'scan', scope: GROUP, part: null }, sweep: { id, startedAt: NOW } },
    ]);
    const progress = async () => (await ask(getScan, serviceOf(deps), { params: { id } })).body;
    await deps.scans.addFound(id, ['/a', '/b', '/c']);
    await deps.scans.markEvaluated(id, '/a');
    deps.clock.advance(20);
    expect(await progress()).toMatchObject({ progress: { ratePerMinute: 3, secondsLeft: null } });
    await deps.scans.markListed(id);
    expect(await progress()).toMatchObject({
      ...{ status: 'running', found: 3, evaluated: 1 },
      progress: { found: 3, evaluated: 1, ratePerMinute: 3, secondsLeft: 40 },
    });
    for (const resource of ['/b', '/c']) await deps.scans.markEvaluated(id, resource);
    const endedAt = deps.clock.now().toISOString();
    deps.clock.advance(3600);
    expect(await progress()).toMatchObject({
      ...{ status: 'done', found: 3, evaluated: 3, endedAt },
      progress: { ratePerMinute: 9, secondsLeft: null },
    });
    const listed = await ask(listScans, serviceOf(deps));
    expect(listed.body).toEqual({ items: [await progress()], sweeps: [] });
    const others = await ask(listScans, serviceOf(deps), { query: '?status=running,cancelled' });
    expect(others.body).toEqual({ items: [], sweeps: [] });
  });

  it('lists the latest sweep of each subscription on the first page, and says when one has stalled', async () => {
    const deps = apiDeps(['guards.readHeartbeat', 'guards.writeHeartbeat', 'events.countWaitingResources']);
    const ids = ['a', 'b'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
    const sweeps = async (query = '') => (await ask(listScans, serviceOf(deps), { query })).body.sweeps;
    await startSweep(deps, ids);
    const [first, second] = [...deps.stored.sweepRuns.runs.values()];
    if (!first || !second) throw new Error('no sweep was begun');
    await deps.sweepRuns.save({ ...second.value, state: 'done', listed: 3, queued: 2 }, String(second.version));
    const about = { startedAt: NOW, progressAt: NOW, parts: null, position: 0, counted: 0, distrusted: null };
    const running = { ...about, id: first.value.id, scope: `/subscriptions/${ids[0]}`, status: 'running' };
    const done = { ...about, id: second.value.id, scope: `/subscriptions/${ids[1]}`, status: 'done' };
    const nothing = { listed: 0, skipped: 0, queued: 0, missing: 0, notListed: 0 };
    expect(await sweeps()).toEqual([
      { ...running, ...nothing },
      { ...done, ...nothing, listed: 3, queued: 2 },
    ]);
    deps.clock.advance(3601);
    expect(await sweeps()).toMatchObject([{ status: 'stalled' }, { status: 'done' }]);
    for (const _ of [1, 2]) await ask(startScan, serviceOf(deps), { body: { scope: GROUP } });
    const { body } = await ask(listScans, serviceOf(deps), { query: '?limit=1' });
    expect(await sweeps(`?limit=1&cursor=${body.nextCursor}`)).toBeUndefined();
  });

  it('cancels a scan for operators; one that has ended stays as it is', async () => {
    const deps = apiDeps();
    const { body } = await ask(startScan, serviceOf(deps), { body: { scope: GROUP } });
    const cancel = (as?: string) =>
      ask(cancelScan, serviceOf(deps), { params: { id: String(body.id) }, ...(as ? { as } : {}) });
    expect(statusAndCode(await cancel(principal(['Approver'])))).toBe('403 forbidden');
    const cancelled = await cancel();
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', cancelledBy: { objectId: ADA } } });
    deps.clock.advance(60);
    expect((await cancel()).body).toEqual(cancelled.body);
    expect(statusAndCode(await ask(cancelScan, serviceOf(deps), { params: { id: 'none' } }))).toBe('404 not-found');
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
