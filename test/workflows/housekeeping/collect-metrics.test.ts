/** What operators see of the service: ages in seconds, and only counts of Azure that still mean something. */
import { expect, test } from 'vitest';
import { NO_COUNTERS } from '../../../src/domain/audit/counters.ts';
import { NO_EVIDENCE } from '../../../src/domain/estate/evidence.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { collectMetrics } from '../../../src/workflows/housekeeping/collect-metrics.ts';
import type { MetricsSource } from '../../../src/workflows/ports/metrics.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { approval } from '../../api/samples.ts';
import { fakeDeps } from '../../fakes/deps.ts';

/** So many seconds before the clock of the fakes. */
const ago = (seconds: number) => new Date(Date.parse('2026-03-01T12:00:00.000Z') - seconds * 1000).toISOString();
const source = (differs: Partial<MetricsSource> = {}): MetricsSource => ({
  readCounters: async () => NO_COUNTERS,
  readQueues: async () => [],
  ...differs,
});

test('of a new service there is nothing', async () => {
  const deps = fakeDeps();
  const guards = { ...deps.guards, readHeartbeat: async () => null };
  expect(await collectMetrics({ ...deps, guards }, source())).toEqual({
    ...{
      mode: 'autofix',
      stopped: false,
      stoppedScopes: 0,
      heartbeatAgeSeconds: null,
      deadLetters: 0,
      queues: [],
      counters: NO_COUNTERS,
      leaves: [],
    },
    approvals: { waiting: 0, oldestSeconds: 0 },
    rollouts: { running: 0, stopped: 0 },
  });
});

test('its mode, the stop switch and those of scopes, and the age of its heartbeat', async () => {
  const deps = fakeDeps();
  const stopped = { reason: 'x' };
  const scopes = [
    { scope: '/subscriptions/a', stopped },
    { scope: '/subscriptions/b', stopped: null },
  ];
  const settings = settingsSchema.parse({ mode: 'approve', stopped, scopes });
  await changeSettings(deps, { settings, ifMatch: '*', actor: { objectId: 'o', name: 'O', type: 'user' } });
  await deps.guards.writeHeartbeat(new Date(ago(90)));
  expect(await collectMetrics(deps, source())).toMatchObject({
    ...{ mode: 'approve', stopped: true, stoppedScopes: 1, heartbeatAgeSeconds: 90 },
  });
});

test('the number of pending approvals and the age of the oldest', async () => {
  const deps = fakeDeps();
  for (const [id, seconds] of [
    ['a', 60],
    ['b', 600],
    ['c', 5],
  ] as const) {
    await deps.approvals.save(approval({ id, requestedAt: ago(seconds) }), null);
  }
  await deps.approvals.save(approval({ id: 'd', status: 'applied', requestedAt: ago(9000) }), null);
  expect((await collectMetrics(deps, source())).approvals).toEqual({ waiting: 3, oldestSeconds: 600 });
});

test('the length of each queue and the age of its oldest message, which is never negative', async () => {
  const readQueues = async () => [
    { name: 'work', messages: 7, oldestAt: ago(30) },
    { name: 'slow', messages: 0, oldestAt: null },
    { name: 'ahead', messages: 1, oldestAt: ago(-30) },
  ];
  expect((await collectMetrics(fakeDeps(), source({ readQueues }))).queues).toEqual([
    { name: 'work', messages: 7, oldestSeconds: 30 },
    { name: 'slow', messages: 0, oldestSeconds: 0 },
    { name: 'ahead', messages: 1, oldestSeconds: 0 },
  ]);
});

test('the requests that Azure leaves, unless they were counted more than a quarter of an hour ago or ahead', async () => {
  const left = (seconds: number) => ({ requests: 5, at: ago(seconds) });
  const remaining = { now: left(0), old: left(900), ahead: left(-900), older: left(901), farAhead: left(-901) };
  const readCounters = async () => ({ counts: { evaluations: 3 }, remaining });
  expect((await collectMetrics(fakeDeps(), source({ readCounters }))).counters).toEqual({
    counts: { evaluations: 3 },
    remaining: { now: left(0), old: left(900), ahead: left(-900) },
  });
});

test('the leaves of rows that looks have compared, in order', async () => {
  const deps = fakeDeps();
  const leaf = { agreed: 200, unset: 7, values: [], differed: 1, late: 2, notTold: 3, differedAt: null };
  const leaves = { 'microsoft.web/sites /tags': leaf, 'microsoft.web/sites /kind': { ...leaf, agreed: 5 } };
  deps.stored.sweepRuns.evidence = { value: { ...NO_EVIDENCE, leaves }, version: 1 };
  expect((await collectMetrics(deps, source())).leaves).toEqual([
    { type: 'microsoft.web/sites', leaf: '/kind', agreed: 5, differed: 1 },
    { type: 'microsoft.web/sites', leaf: '/tags', agreed: 200, differed: 1 },
  ]);
});
