import { describe, expect, it } from 'vitest';
import { getState } from '../../../src/api/endpoints/state.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';

describe('GET /state', () => {
  it('says what is in force, what waits, and a revision of each kind', async () => {
    const deps = apiDeps();
    await deps.deadLetters.record('a', { at: '2026-03-01T11:00:00.000Z', queue: 'q', resource: null, message: '{}' });
    await deps.scans.begin({
      ...{ id: 's1', scope: '/subscriptions/1', startedAt: '2026-03-01T11:00:00.000Z' },
      actor: { type: 'user', objectId: 'someone' },
    });
    const { status, body, headers } = await ask(getState, serviceOf(deps), { as: principal(['Reader']) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ mode: 'approve', stopped: null, settingsRevision: 0, version: '0.0.0-unbuilt' },
      approvals: { pending: 0, oldestAt: null },
      deadLetters: 1,
      scans: { running: 1 },
    });
    expect(Object.keys(body.revisions as object).sort()).toEqual([
      ...['approvals', 'audit', 'deadLetters', 'exemptions', 'findings', 'rollouts', 'scans', 'settings'],
    ]);
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it('answers 304 without a body while nothing differs, and 200 with another ETag after a change', async () => {
    const deps = apiDeps();
    const service = serviceOf(deps);
    const etag = (await ask(getState, service)).headers.get('etag') ?? '';
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(getState, service, { headers: { 'if-none-match': given } });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    storeSettings(deps, { stopped: { reason: 'a drill' } });
    const changed = await ask(getState, service, { headers: { 'if-none-match': etag } });
    expect(changed.body).toMatchObject({ mode: 'autofix', stopped: { reason: 'a drill' }, settingsRevision: 1 });
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  });

  it('takes no parameter, and needs a reader', async () => {
    const service = serviceOf(apiDeps());
    expect(statusAndCode(await ask(getState, service, { query: '?view=brief' }))).toBe('400 invalid');
    expect(statusAndCode(await ask(getState, service, { as: principal([]) }))).toBe('403 forbidden');
  });
});
