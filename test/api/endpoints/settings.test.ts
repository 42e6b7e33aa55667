import { beforeEach, describe, expect, it } from 'vitest';
import { getSettings, putSettings, settingsAnswer } from '../../../src/api/endpoints/settings.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { ADA, type AskOptions, ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { GROUP } from '../samples.ts';

let deps: FakeDeps;
const get = (asking?: AskOptions) => ask(getSettings, serviceOf(deps), asking);
const put = (body: unknown, ifMatch?: string, asking: AskOptions = {}) =>
  ask(putSettings, serviceOf(deps), {
    body,
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
    ...asking,
  });

beforeEach(() => {
  deps = apiDeps();
});

describe('settings', () => {
  it('are the defaults, in the mode of the deployment and with the ETag "0", while nothing is stored', async () => {
    const { status, headers, body } = await get();
    expect([status, headers.get('etag')]).toEqual([200, '"0"']);
    expect(body).toEqual({
      mode: 'approve',
      profile: 'baseline',
      stopped: null,
      rules: {},
      scopes: [],
      limits: { fixesPerHour: 25, flapCount: 3, flapHours: 24, resumeHours: 6 },
      approvals: {
        expireHours: 168,
        rejectedDays: 90,
        separationOfDuties: true,
        unknownChanger: 'allow',
        fromSweep: false,
      },
      sweep: { fullReadDays: 7, activityLog: true },
      healthGate: {
        enabled: true,
        minutes: 10,
        rollback: true,
        irreversible: 'write',
        maximumErrorShare: 0.05,
        breaker: 2,
      },
      rollout: { stages: [], bakeMinutes: 15 },
      tagOptDown: false,
    });
    expect(settingsAnswer.parse(body)).toEqual(body);
  });

  it('are replaced as a whole: a missing key takes its default, mode audit', async () => {
    const first = await put({ mode: 'autofix', profile: 'strict', limits: { fixesPerHour: 5 } }, '"0"');
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"1"']);
    expect(first.body).toMatchObject({ mode: 'autofix', limits: { fixesPerHour: 5, flapCount: 3 } });
    const second = await put({}, '"1"');
    expect(second.headers.get('etag')).toBe('"2"');
    expect(second.body).toMatchObject({ mode: 'audit', profile: 'baseline', limits: { fixesPerHour: 25 } });
    expect(await get()).toMatchObject({ body: second.body });
  });

  it('of the sweep may be given one by one, at both ends of their range', async () => {
    expect((await put({ sweep: { fullReadDays: 1 } }, '*')).body.sweep).toEqual({ fullReadDays: 1, activityLog: true });
    const last = { sweep: { fullReadDays: 30, activityLog: false } };
    expect((await put(last, '*')).body).toMatchObject(last);
    expect((await get()).body).toMatchObject(last);
  });

  it('have the time and user of a stop, and those members are ignored in a PUT', async () => {
    await put({ stopped: { reason: 'release night', at: 'never', by: { objectId: 'x' } } }, '*');
    const { body } = await get();
    const by = { objectId: ADA, name: 'ada@example.com' };
    expect(body.stopped).toEqual({ reason: 'release night', at: NOW, by });
    expect(settingsAnswer.parse(body)).toEqual(body);
    // The answer of GET can be sent back unchanged.
    expect((await put(body, '"1"')).body).toEqual(body);
    expect((await put({ stopped: null }, '*')).body.stopped).toBeNull();
    expect(deps.stored.entries.map(({ kind }) => kind)).toEqual([
      ...['settings.changed', 'service.stopped', 'settings.changed', 'settings.changed', 'service.resumed'],
    ]);
  });

  it('need If-Match with the current ETag', async () => {
    expect(statusAndCode(await put({}))).toBe('428 if-match-required');
    expect(statusAndCode(await put({}, '"7"'))).toBe('412 settings-changed');
    expect(statusAndCode(await put({}, '0'))).toBe('412 settings-changed');
    expect(statusAndCode(await put({}, 'W/"0"'))).toBe('412 settings-changed');
    expect(deps.stored.settings).toBeNull();
    expect(statusAndCode(await put({}, '*'))).toBe('200');
    expect(statusAndCode(await put({}, '"0"'))).toBe('412 settings-changed');
  });

  it('of two operators at the same moment, one gets 412 settings-changed', async () => {
    const answers = await Promise.all([put({ mode: 'audit' }, '"0"'), put({ mode: 'approve' }, '"0"')]);
    expect(answers.map(statusAndCode).sort()).toEqual(['200', '412 settings-changed']);
  });

  it.each([
    ['/colour', { colour: 'red' }],
    ['/limits/flaps', { limits: { flaps: 1 } }],
    ['/scopes/0/modes', { scopes: [{ scope: GROUP, modes: 'audit' }] }],
    ['/scopes/0/scope', { scopes: [{ scope: 'prod' }] }],
    ['/mode', { mode: 'yolo' }],
    ['/sweep/fullReadDays', { sweep: { fullReadDays: 0 } }],
    ['/sweep/fullReadDays', { sweep: { fullReadDays: 31 } }],
    ['/sweep/fullReadDays', { sweep: { fullReadDays: 1.5 } }],
    ['/sweep/activityLog', { sweep: { activityLog: 'no' } }],
    ['/sweep/days', { sweep: { days: 7 } }],
    ['/scopes/0/sweep', { scopes: [{ scope: GROUP, sweep: { activityLog: false } }] }],
    ['/stopped/reason', { stopped: { reason: '' } }],
    ['/stopped/since', { stopped: { reason: 'r', since: 1 } }],
    ['/rules/webapp-none', { rules: { 'webapp-none': { enabled: true } } }],
    ['/rules/a~1b', { rules: { 'a/b': { enabled: true } } }],
    ['/rules/webapp-min-tls/parameters/maximum', { rules: { 'webapp-min-tls': { parameters: { maximum: '1.2' } } } }],
    ['/rules/webapp-min-tls/parameters/minimum', { rules: { 'webapp-min-tls': { parameters: { minimum: '1.0' } } } }],
    ['/scopes/0/frozen/until', { scopes: [{ scope: GROUP, frozen: { until: 'Friday', reason: 'r' } }] }],
  ])('with an error at %s are 400', async (pointer, body) => {
    const answer = await put(body, '*');
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect(answer.body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
    expect(deps.stored.settings).toBeNull();
  });

  it('of another type are 400 before the check of If-Match', async () => {
    expect(statusAndCode(await put([]))).toBe('400 invalid');
    expect(statusAndCode(await put('audit'))).toBe('400 invalid');
    expect(statusAndCode(await ask(putSettings, serviceOf(deps), { text: '{"mode":' }))).toBe('400 invalid');
  });

  it('changed by an application are logged with an actor of type app', async () => {
    const as = principal(['Operator'], { claims: [['idtyp', 'app']] });
    await put({}, '*', { as, headers: { 'if-match': '*' } });
    expect(deps.stored.entries[0]?.actor).toMatchObject({ type: 'app', objectId: ADA });
  });
});
