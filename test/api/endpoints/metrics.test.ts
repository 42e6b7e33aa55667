/**
 * GET /api/metrics: the roles that may read it, its content, and that its cost does not depend on the amount of data.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { getMetrics, METRICS } from '../../../src/api/endpoints/metrics.ts';
import type { ApiService } from '../../../src/api/framework/endpoint.ts';
import { logMetrics } from '../../../src/workflows/housekeeping/collect-metrics.ts';
import { isAtHand } from '../../at-hand.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { useAccount } from '../../storage/azurite.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { approval } from '../samples.ts';

const hasPromtool = isAtHand('promtool', ['--version'], 'it does not check the metrics');

function promtoolOn(input: string): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

const ago = (seconds: number) => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

/** Two approvals, a dead letter, a stop and some counts. */
function scene(): { deps: FakeDeps; service: ApiService } {
  const deps = { ...apiDeps() };
  Object.assign(deps, { guards: { ...deps.guards, readHeartbeat: async () => ago(75) } });
  for (const [id, requestedAt] of [
    ['new', ago(60)],
    ['old', ago(7200)],
  ] as const) {
    deps.stored.approvals.set(id, { value: approval({ id, status: 'pending', requestedAt }), version: 1 });
  }
  deps.stored.deadLetters.set('d', { id: 'd', at: NOW, queue: 'q', resource: null, message: '{}', error: null });
  const meters = {
    readQueues: async () => [
      { name: 'plumbline-reconcile', messages: 12, oldestAt: ago(31) },
      { name: 'plumbline-sweep', messages: 0, oldestAt: null },
    ],
    readCounters: async () => ({
      counts: {
        'events covered': 3,
        'events received': 9,
        evaluations: 5,
        'fixes fix applied': 2,
        'fixes rollback failed': 1,
        'healthGates well': 4,
        'healthGates worse': 1,
        'timeToFix sum': 61.5,
        'timeToFix count': 2,
      },
      remaining: {
        'a-subscription subscription-reads': { requests: 240, at: ago(10) },
        'a-subscription subscription-writes': { requests: 3, at: ago(1000) },
      },
    }),
  };
  return { deps, service: { ...serviceOf(deps), meters } };
}

/** Each line of the text that is no comment: name with labels, and value. */
function samplesIn(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] =
        /^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (-?\d+(?:\.\d+)?)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no sample of Prometheus: ${line}`);
      return [name, Number(value)];
    }),
  );
}

describe('the role for the metrics', () => {
  it.each([
    ['a caller without sign-in', null, '401 unauthenticated'],
    ['a user without a role', principal([]), '403 forbidden'],
    ['a user with the role Reader', principal(['Reader']), '200'],
    ['an application with it, such as Prometheus', principal(['Reader'], { claims: [['idtyp', 'app']] }), '200'],
  ])('%s', async (_, as, answer) => {
    expect(statusAndCode(await ask(getMetrics, scene().service, { as }))).toBe(answer);
  });
});

describe('the content of the metrics', () => {
  it('has the state of the storage and the counts of all instances', async () => {
    const { headers, text } = await ask(getMetrics, scene().service);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(samplesIn(text)).toEqual({
      'plumbline_info{version="0.0.0-unbuilt"}': 1,
      'plumbline_mode{mode="audit"}': 0,
      'plumbline_mode{mode="approve"}': 1,
      'plumbline_mode{mode="autofix"}': 0,
      plumbline_stopped: 0,
      plumbline_stopped_scopes: 0,
      plumbline_heartbeat_age_seconds: 75,
      plumbline_approvals_waiting: 2,
      plumbline_approvals_oldest_age_seconds: 7200,
      plumbline_dead_letters: 1,
      plumbline_distrusted_listings_total: 0,
      'plumbline_queue_messages{queue="plumbline-reconcile"}': 12,
      'plumbline_queue_messages{queue="plumbline-sweep"}': 0,
      'plumbline_queue_oldest_age_seconds{queue="plumbline-reconcile"}': 31,
      'plumbline_queue_oldest_age_seconds{queue="plumbline-sweep"}': 0,
      'plumbline_events_total{outcome="covered"}': 3,
      'plumbline_events_total{outcome="received"}': 9,
      plumbline_evaluations_total: 5,
      'plumbline_fixes_total{purpose="fix",outcome="applied"}': 2,
      'plumbline_fixes_total{purpose="rollback",outcome="failed"}': 1,
      'plumbline_health_gates_total{outcome="well"}': 4,
      'plumbline_health_gates_total{outcome="worse"}': 1,
      plumbline_fix_seconds_sum: 61.5,
      plumbline_fix_seconds_count: 2,
      'plumbline_rollouts{status="running"}': 0,
      'plumbline_rollouts{status="stopped"}': 0,
      plumbline_throttled_total: 0,
      plumbline_lost_events_total: 0,
      // Remaining requests that Azure reported a quarter of an hour ago are left out.
      'plumbline_arm_requests_left{subscription="a-subscription",limit="subscription-reads"}': 240,
    });
  });

  it('has help and type once for each metric, with names in the form of Prometheus', async () => {
    const { text } = await ask(getMetrics, scene().service);
    for (const { name, type, help } of METRICS) {
      expect(text.split('\n').filter((line) => line === `# HELP ${name} ${help}`)).toHaveLength(1);
      expect(text.split('\n').filter((line) => line === `# TYPE ${name} ${type}`)).toHaveLength(1);
      expect(name).toMatch(/^plumbline_[a-z_]+$/);
      expect(/_total$/.test(name), name).toBe(type === 'counter');
      expect(name).not.toMatch(/_(sum|count|bucket)$/);
    }
    expect(text.endsWith('\n')).toBe(true);
  });

  it('has the duration of fixes as one summary, with sum and count right after its type', async () => {
    const { text } = await ask(getMetrics, scene().service);
    const lines = text.split('\n');
    const at = lines.indexOf('# TYPE plumbline_fix_seconds summary');
    expect(lines.slice(at + 1, at + 4)).toEqual([
      'plumbline_fix_seconds_sum 61.5',
      'plumbline_fix_seconds_count 2',
      expect.stringMatching(/^# HELP /),
    ]);
    expect(text).not.toMatch(/^# \w+ plumbline_fix_seconds_/m);
  });

  it.runIf(hasPromtool)('passes promtool', async () => {
    const { text } = await ask(getMetrics, scene().service);
    expect(promtoolOn(text)).toEqual({ status: 0, said: '' });
    expect(promtoolOn(text.replaceAll('plumbline_fix_seconds', 'plumbline_fixSeconds')).status).not.toBe(0);
  });

  it('escapes what ends a label, so that no value can add a sample', async () => {
    const { service } = scene();
    const name = 'a"} 1\nplumbline_stopped 1\\';
    const remaining = { [`${name.replaceAll(' ', '_')} reads`]: { requests: 5, at: ago(10) } };
    const meters = { ...service.meters, readCounters: async () => ({ counts: {}, remaining }) };
    const { text } = await ask(getMetrics, { ...service, meters });
    const label = 'a\\"}_1\\nplumbline_stopped_1\\\\';
    expect(text.split('\n')).toContain(`plumbline_arm_requests_left{subscription="${label}",limit="reads"} 5`);
    expect(text.match(/^plumbline_stopped /gm)).toHaveLength(1);
    if (hasPromtool) expect(promtoolOn(text)).toEqual({ status: 0, said: '' });
  });

  it('has no names of apps or users', async () => {
    const { deps, service } = scene();
    const { text } = await ask(getMetrics, service);
    for (const { value } of deps.stored.approvals.values()) {
      expect(text).not.toContain(value.resource.name);
      expect(text).not.toContain(value.rule.id);
    }
  });

  it('is also logged, for alerts', async () => {
    const { deps, service } = scene();
    await logMetrics(deps, service.meters);
    expect(deps.stored.logged).toEqual([
      {
        level: 'info',
        message: 'measured',
        fields: {
          mode: 'approve',
          stopped: false,
          stoppedScopes: 0,
          approvalsWaiting: 2,
          oldestApprovalSeconds: 7200,
          deadLetters: 1,
          queues: { 'plumbline-reconcile': 12, 'plumbline-sweep': 0 },
          oldestMessageSeconds: 31,
          requestsLeft: { 'a-subscription subscription-reads': 240 },
          rolloutsStopped: 0,
        },
      },
    ]);
  });
});

describe('the cost of the metrics', () => {
  const account = useAccount();

  it('is six requests to tables and four to queues, with empty and with full stores', async () => {
    const { meters, counters, ...stores } = account.open();
    const deps = { ...apiDeps(), ...stores };
    const service = { ...serviceOf(deps), meters };
    // The first call creates what is missing, and housekeeping counts what an earlier version wrote.
    await ask(getMetrics, service);
    await stores.counts.repair(new Date(NOW));
    account.requests();
    expect(samplesIn((await ask(getMetrics, service)).text)).toMatchObject({ plumbline_approvals_waiting: 0 });
    expect(account.requests()).toEqual({ table: 6, queue: 4, blob: 0 });
    for (let n = 0; n < 120; n += 1) {
      const id = stores.approvals.newId(new Date(Date.parse(NOW) + n));
      await stores.approvals.save(approval({ id, status: 'pending', requestedAt: ago(n) }), null);
      await stores.deadLetters.record(`letter ${n}`, { queue: 'q', message: '{}', resource: null, at: NOW });
    }
    for (let n = 0; n < 3; n += 1) await stores.queue.send({ resource: '/x', cause: 'wake', attempt: 0 }, 0);
    await stores.queue.send({ resource: '/x', cause: 'wake', attempt: 0 }, 300);
    await counters.add({ counts: { evaluations: 7 }, remaining: {} });
    account.requests();
    expect(samplesIn((await ask(getMetrics, service)).text)).toMatchObject({
      plumbline_approvals_waiting: 120,
      plumbline_approvals_oldest_age_seconds: 119,
      plumbline_dead_letters: 120,
      'plumbline_queue_messages{queue="plumbline-reconcile"}': 4,
      plumbline_evaluations_total: 7,
    });
    expect(account.requests()).toEqual({ table: 6, queue: 4, blob: 0 });
  });
});
