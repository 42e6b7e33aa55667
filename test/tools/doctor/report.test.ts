/** The output of a run: signs and words, so that colour and font do not matter, and no control characters. */
import { describe, expect, it } from 'vitest';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import type { AppMetrics } from '../../../src/workflows/ports/health-gates.ts';
import { activityLog } from '../../../tools/doctor/activity-log.ts';
import { observe } from '../../../tools/doctor/azure-assumptions.ts';
import {
  type CheckContext,
  type CheckResult,
  createContext,
  type ObservedEvent,
  runChecks,
} from '../../../tools/doctor/checks.ts';
import { queue } from '../../../tools/doctor/event.ts';
import { timers } from '../../../tools/doctor/health.ts';
import { metrics as metricsCheck } from '../../../tools/doctor/health-gate.ts';
import type { Observation } from '../../../tools/doctor/observation.ts';
import { checkLine, isHealthy, observationLine, verdict } from '../../../tools/doctor/report.ts';
import { fetchLeaves, leafLines, resourceGraph } from '../../../tools/doctor/resource-graph.ts';
import type { Request } from '../../../tools/doctor/service.ts';

const APP =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/scratch';

const good: CheckResult = { name: 'a', state: 'ok', said: 'b' };
const open: CheckResult = { name: 'a', state: 'not-checked', said: 'b' };
const bad: CheckResult = { name: 'a', state: 'failed', said: 'b\u001b[2J', todo: 'mend it' };
const strange: Observation = { name: 'a', state: 'otherwise', said: 'b\n✓ ok' };

describe('the report of a run', () => {
  it('has what failed and what to do, in one line each', () => {
    expect(checkLine(good)).toMatch(/^✓ ok +a +b$/);
    expect(checkLine(open)).toMatch(/^– not checked +a +b$/);
    expect(checkLine(bad)).toMatch(/^✗ FAILED +a +b\\u\{1b\}\[2J\n +→ mend it$/);
    expect(observationLine(strange)).toMatch(/^✗ OTHERWISE +a +b\\u\{a\}✓ ok$/);
  });

  it('counts results, and is healthy when nothing failed and nothing differs', () => {
    expect(verdict([good, good, open], [])).toBe('2 ok, 0 failed, 1 not checked');
    expect(verdict([bad], [strange])).toBe('0 ok, 1 failed, 0 not checked; 1 otherwise than Plumbline relies on');
    expect([isHealthy([good, open], []), isHealthy([bad], []), isHealthy([good], [strange])]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a check', () => {
  it('that throws has failed, and the next checks still run', async () => {
    const run = () => Promise.reject(new Error('fetch failed', { cause: new Error('certificate expired') }));
    const results = await runChecks(
      visitOf(() => null),
      [
        { name: 'first', run },
        { name: 'second', run },
      ],
    );
    expect(results.map(({ name, state, said }) => [name, state, said])).toEqual([
      ['first', 'failed', 'fetch failed (certificate expired)'],
      ['second', 'failed', 'fetch failed (certificate expired)'],
    ]);
  });

  it('of the timers fails when housekeeping has never run', async () => {
    const [result] = await runChecks(
      visitOf(() => '# HELP plumbline_heartbeat_age_seconds Seconds since housekeeping last ran.'),
      [timers],
    );
    expect(result).toMatchObject({ state: 'failed', said: 'housekeeping has never run' });
    const [alive] = await runChecks(
      visitOf(() => 'plumbline_heartbeat_age_seconds 61.5\n'),
      [timers],
    );
    expect(alive).toMatchObject({ state: 'ok', said: 'housekeeping ran 62 s ago' });
  });

  it('of the queue fails when the event is a dead letter, with its reason', async () => {
    const dead = { ...received('Microsoft.Web/sites/write'), outcome: 'dead', reasons: [{ text: 'ten times' }] };
    const visit = visitOf((path) => (path.startsWith('/explain') ? { events: [dead] } : null));
    visit.event = received('Microsoft.Web/sites/write');
    const [result] = await runChecks(visit, [queue]);
    expect(result).toMatchObject({ state: 'failed', said: 'the event ended as dead: ten times' });
  });
});

describe('the check of the Activity Log', () => {
  const ofService = { ...entry('fix.applied', null), actor: { type: 'service', objectId: 'ours' } };
  const ofSomebody = { ...entry('approval.approved', null), actor: { type: 'user', objectId: 'ada' } };
  const asked: string[][] = [];

  async function check(items: unknown[], may: boolean | null, { isOn = true, metrics = '' } = {}) {
    const visit = visitOf((path) => {
      if (path.startsWith('/audit')) return { items };
      return path === '/metrics' ? metrics : { sweep: { activityLog: isOn } };
    });
    const identityMay = async (...question: string[]) => {
      asked.push(question);
      return may;
    };
    const [result] = await runChecks({ ...visit, deployment: { ...visit.deployment, identityMay } }, [activityLog]);
    return result;
  }

  it('checks the identity that the log names, and says what to do', async () => {
    expect(await check([ofSomebody, ofService], true)).toMatchObject({ state: 'ok' });
    expect(asked).toEqual([['ours', 'Microsoft.Insights/eventtypes/values/read']]);
    expect(await check([ofService], false)).toMatchObject({
      state: 'failed',
      said: expect.stringContaining('00000000-0000-4000-8000-000000000001'),
      todo: expect.stringContaining('Microsoft.Insights/eventtypes/values/read'),
    });
  });

  it('says whether the service reads it for lost events', async () => {
    const metrics = 'plumbline_activity_log_requests_total{outcome="read"} 12\nplumbline_lost_events_total 3\n';
    const saidBy = async (options: { isOn?: boolean; metrics?: string }) =>
      (await check([ofService], true, options))?.said ?? '';
    expect(await saidBy({ metrics })).toMatch(/read it for lost events 12 times and found 3$/);
    expect(await saidBy({})).toMatch(/has not read it for lost events yet/);
    expect(await saidBy({ isOn: false, metrics })).toMatch(/the settings say that it is not read/);
  });

  it('is not made while the identity or its roles are unknown', async () => {
    expect(await check([ofSomebody], true)).toMatchObject({ state: 'not-checked' });
    expect(await check([ofService], null)).toMatchObject({ state: 'not-checked' });
  });
});

describe('the health gate', () => {
  const fix = { ...entry('fix.applied', null), actor: { type: 'service', objectId: 'ours' } };
  const counts = 'plumbline_health_gates_total{outcome="well"} 3\nplumbline_health_gates_total{outcome="worse"} 1\n';

  it.each([
    [true, 'ok', /ended: well 3, worse 1$/],
    [false, 'failed', /may not, .*: health gates see the state of an app only/],
    [null, 'not-checked', /you cannot see/],
  ])('of an identity that may read metrics, %s: the check is %s', async (may, state, said) => {
    const visit = visitOf((path) => (path === '/metrics' ? counts : { items: [fix] }));
    const deployment = { ...visit.deployment, identityMay: async () => may };
    const [result] = await runChecks({ ...visit, deployment }, [metricsCheck]);
    expect(result).toMatchObject({ state, said: expect.stringMatching(said) });
  });

  const observed = async (name: string, healthGates: unknown, answer: AppMetrics | null = null) => {
    const visit = visitOf((path) => (path.startsWith('/explain') ? { healthGates, events: [] } : { items: [] }));
    const health = answer && { readState: () => Promise.reject(new Error('unused')), readMetrics: async () => answer };
    const all = await observe({ ...visit, deployment: { ...visit.deployment, health } });
    return all.find((one) => one.name === name);
  };

  it.each([
    [[], 'not-seen', /no health gate/],
    [[{ status: 'open', reasons: [] }], 'not-seen', /no health gate/],
    [[{ status: 'well', reasons: [{ text: '0.0 % failed.' }] }], 'seen', /^well: 0.0 % failed.$/],
    [[{ status: 'unknown', reasons: [{ text: 'Its metrics cannot be read: no.' }] }], 'otherwise', /cannot be read/],
  ])('its gates %j are %s', async (gates, state, said) => {
    expect(await observed('what a health gate found', gates)).toMatchObject({
      state,
      said: expect.stringMatching(said),
    });
  });

  const minute = (minutesAgo: number, requests: number | null) => ({
    at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    ...{ requests, failed: null, refused: null, seconds: null },
  });
  it.each<[string, AppMetrics | null, string, RegExp]>([
    ['of the development environment are not asked', null, 'not-seen', /only a deployment in Azure/],
    ['that the user may not read', { kind: 'unread', text: 'AuthorizationFailed: no' }, 'not-seen', /you may not/],
    ['that Azure does not know', { kind: 'unread', text: 'BadRequest: no such metric' }, 'otherwise', /no such metric/],
    [
      'of an app without requests',
      { kind: 'read', points: [minute(4, 0), minute(3, null)], healthChecks: [] },
      'not-seen',
      /no requests.*: 1 of the last 30 minutes have a number of requests, 1 of them 0; 0 points/,
    ],
    [
      'with their lag',
      { kind: 'read', points: [minute(5, 7), minute(4, 7), minute(2, 0)], healthChecks: [] },
      'seen',
      /ended 3\.0 min ago \(a gate waits 4\); 3 of the last 30 minutes have a number of requests, 1 of them 0/,
    ],
  ])('metrics %s', async (_, answer, state, said) => {
    expect(await observed('metrics of the scratch app', [], answer)).toMatchObject({
      state,
      said: expect.stringMatching(said),
    });
  });
});

describe('the observations of unverified behaviour', () => {
  it('are made in the events of the app and in the entries of the log', async () => {
    const policies = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies/ftp/write';
    const settings = 'Microsoft.Insights/diagnosticSettings/write';
    const app = { id: '/any', type: 'Microsoft.App/containerApps' };
    const visit = visitOf((path) =>
      path.startsWith('/explain')
        ? { events: [received(policies)] }
        : {
            items: [
              entry('fix.applied', { type: 'event', operation: settings }),
              entry('approval.requested', { type: 'sweep' }),
              {
                ...entry('fix.blocked', null),
                resource: app,
                message: 'no Microsoft.App/managedEnvironments/join/action',
              },
            ],
          },
    );
    const observed = new Map((await observe(visit)).map(({ name, state }) => [name, state]));
    expect(observed.get('events of publishing policies')).toBe('seen');
    expect(observed.get('events of diagnostic settings')).toBe('seen');
    expect(observed.get('events of slot swaps')).toBe('not-seen');
    expect(observed.get('Resource Graph shows the apps')).toBe('seen');
    expect(observed.get('a container app can be fixed')).toBe('otherwise');
  });

  it('are not made when the calls fail', async () => {
    const visit = visitOf(() => {
      throw new Error('503');
    });
    expect(new Set((await observe(visit)).map(({ state }) => state))).toEqual(new Set(['not-seen']));
  });
});

/** A visit of a service that answers a signed-in reader with the result of `answer` for a path. */
function visitOf(answer: (path: string) => unknown): CheckContext {
  const app = parseResourceId(APP);
  if (!app) throw new Error('no app');
  const unused = () => Promise.reject(new Error('unused'));
  const deployment = {
    ...{ url: 'https://plumbline.example', app, drift: false, signedIn: unused },
    ...{
      changer: async () => null,
      identityMay: async () => null,
      read: unused,
      patch: unused,
      put: unused,
      close: unused,
      health: null,
    },
  };
  const body = async (path: string) => answer(path);
  return {
    ...createContext(deployment, 0),
    service: {
      ask: async (path: string, _?: Request) => ({ status: 200, code: null, body: await body(path) }),
      get: async (path, shape) => shape.nullable().parse(await body(path)),
    },
  };
}

function received(operation: string): ObservedEvent {
  const at = '2026-01-12T09:30:00.000Z';
  return { eventId: 'e', receivedAt: at, operation, changedBy: null, outcome: null, reasons: [] };
}

function entry(kind: string, trigger: { type: string; operation?: string } | null) {
  return { id: 'i', at: '2026-01-12T09:30:00.000Z', kind, message: '', resource: null, actor: {}, trigger };
}

describe('the check of Resource Graph', () => {
  async function said(metrics: string) {
    const [result] = await runChecks(
      visitOf(() => metrics),
      [resourceGraph],
    );
    return result;
  }

  it('says what sweeps found about rows, and nothing before the first', async () => {
    const metrics = [
      'plumbline_swept_resources_total{outcome="queued"} 7',
      'plumbline_swept_resources_total{outcome="skipped"} 93',
      'plumbline_distrusted_listings_total 2',
      'plumbline_compared_leaves_total{result="differed"} 1',
    ];
    expect(await said(metrics.join('\n'))).toMatchObject({
      state: 'ok',
      said: expect.stringMatching(/skipped 93 .* read 7; 0 were missing; 2 listings .* 1 did not/),
    });
    expect(await said('')).toMatchObject({ state: 'not-checked' });
  });

  it('has a table of the leaves, with those that do not count first', async () => {
    const [config, tls] = ['microsoft.web/sites/config', '/properties/minTlsVersion'];
    const metrics = [
      `plumbline_row_leaf_agreed{type="microsoft.web/sites",leaf="/kind"} 200`,
      `plumbline_row_leaf_agreed{type="${config}",leaf="${tls}"} 199`,
      `plumbline_row_leaf_differed_total{type="microsoft.web/sites",leaf="/kind"} 0`,
      `plumbline_row_leaf_differed_total{type="${config}",leaf="${tls}"} 3`,
    ];
    const leaves = await fetchLeaves(visitOf(() => metrics.join('\n')));
    expect(leaves).toEqual([
      { type: config, leaf: tls, agreed: 199, differed: 3, counts: false },
      { type: 'microsoft.web/sites', leaf: '/kind', agreed: 200, differed: 0, counts: true },
    ]);
    const [sum, first, second] = leafLines(leaves);
    expect(sum).toMatch(/^1 of 2 count: at least 200 /);
    expect(first).toMatch(
      /^– not yet +199 agreed +3 differed +microsoft\.web\/sites\/config +\/properties\/minTlsVersion$/,
    );
    expect(second).toMatch(/^✓ counts +200 agreed +0 differed /);
  });
});
