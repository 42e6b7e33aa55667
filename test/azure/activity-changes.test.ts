/** The changes of a subscription in Azure's Activity Log: against the simulator, and against prepared answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp, environment, people, pipeline, slot, subscriptionId, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { countInto } from '../../src/app/metrics.ts';
import type { ArmOptions } from '../../src/azure/arm.ts';
import { addCounters, type Counters, NO_COUNTERS } from '../../src/domain/audit/counters.ts';
import type { ActivityLog, LoggedChange } from '../../src/workflows/ports/azure.ts';
import { activityAnswering, activityOn, type CannedReply, SUBSCRIPTION } from './azure.ts';

const PROVIDERS = ['Microsoft.Web', 'Microsoft.App', 'Microsoft.Insights'];
const { id: site } = webApp({ name: 'web' });
const { id: app } = containerApp({ name: 'app' });
const staging = `${site}/slots/staging`;

const inLastHour = () => ({ from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 60_000) });

async function changesOf(log: ActivityLog, maxPages = 10): Promise<LoggedChange[]> {
  const read = await Promise.all(
    PROVIDERS.map((provider) => log.listChanges({ subscriptionId, provider, ...inLastHour(), maxPages })),
  );
  return read.flatMap((one) => {
    if (one.kind === 'refused') throw new Error(one.failure.message);
    return one.changes;
  });
}

describe('in the log of the simulator', () => {
  let simulator: Simulator;
  let log: ReturnType<typeof activityOn>;

  beforeAll(async () => {
    simulator = await startSimulator({
      identityActions: deployedActions(),
      operationMilliseconds: 60_000,
      estate: {
        resources: [
          ...[webApp({ name: 'web' }), slot({ of: 'web', name: 'staging' })],
          ...[environment({ name: 'production' }), containerApp({ name: 'app' })],
        ],
      },
    });
    log = activityOn(simulator);
  });
  beforeEach(() => {
    simulator.activity.clear();
    simulator.clearFaults();
    simulator.clearRequests();
  });
  afterAll(async () => {
    log.close();
    await simulator.close();
  });

  test('the finished writes of all resources and their children are found, in any case and order, with their callers', async () => {
    Object.assign(simulator.activity, { mixedCase: true, lagSeconds: 0, jitterSeconds: 0 });
    await simulator.change(people.ada, site, 'config/web', { properties: { minTlsVersion: '1.0' } });
    await simulator.change(people.grace, staging, 'basicPublishingCredentialsPolicies/ftp', {
      properties: { allow: true },
    });
    await simulator.change(pipeline, site, 'diagnosticSettings/all logs', null);
    const [web, ...others] = await changesOf(log);
    expect(others.map(({ resource: { key }, event }) => [key, event.operation.toLowerCase()])).toEqual([
      [staging.toLowerCase(), 'microsoft.web/sites/slots/basicpublishingcredentialspolicies/ftp/write'],
      [site.toLowerCase(), 'microsoft.insights/diagnosticsettings/delete'],
    ]);
    expect(web).toMatchObject({
      resource: { key: site.toLowerCase(), kind: 'web-app' },
      at: expect.stringMatching(/Z$/),
      event: {
        id: expect.stringMatching(/^activity-log-[0-9a-f]{32}$/),
        source: 'activity-log',
        changedBy: { objectId: people.ada.objectId, type: 'user' },
        correlationId: expect.any(String),
      },
    });
  });

  test('are the same with the same ids at every reading, and are the changes of the events', async () => {
    await simulator.change(people.ada, site, 'config/web', { properties: { minTlsVersion: '1.1' } });
    const once = await changesOf(log);
    expect(await changesOf(log)).toEqual(once);
    const raised = simulator.events.at(-1);
    const data = raised?.body.data;
    expect(data).toMatchObject({
      operationName: once[0]?.event.operation,
      correlationId: once[0]?.event.correlationId,
    });
  });

  test('a write counts when it has succeeded, not before and not when it failed', async () => {
    const operation = 'Microsoft.App/containerApps/write';
    const add = (outcome: 'Running' | 'Failed' | 'Succeeded') =>
      simulator.activity.add({ id: app, operation, caller: people.ada, outcome, correlationId: outcome });
    add('Running');
    add('Failed');
    expect(await changesOf(log)).toEqual([]);
    add('Succeeded');
    expect((await changesOf(log)).map(({ event }) => event.correlationId)).toEqual(['Succeeded']);
  });

  test('a swap is one change by its caller, and its steps alone are one without', async () => {
    const operation = 'Microsoft.Web/sites/slots/slotsswap/action';
    simulator.activity.add({ id: staging, operation, caller: people.ada });
    const moves = async () => (await changesOf(log)).map(({ event }) => [event.operation, event.changedBy?.objectId]);
    expect(await moves()).toEqual([[operation, people.ada.objectId]]);
    simulator.activity.clear();
    simulator.activity.add({ id: staging, operation });
    expect((await moves()).map(([, caller]) => caller)).not.toContain(people.ada.objectId);
  });

  test('what only reads, and what Plumbline does not look at, is no change', async () => {
    const add = (id: string, operation: string) => simulator.activity.add({ id, operation, caller: people.ada });
    add(app, 'Microsoft.App/containerApps/listSecrets/action');
    add(site, 'Microsoft.Web/sites/restart/action');
    add(site.replace('/sites/', '/serverfarms/'), 'Microsoft.Web/serverfarms/write');
    add(site.replace('/sites/', '/certificates/'), 'Microsoft.Web/certificates/write');
    expect(await changesOf(log)).toEqual([]);
  });

  test('pages are read to the end or to the limit, and then it is said up to when the rest is', async () => {
    const start = Date.now() - 600_000;
    for (let n = 0; n < 150; n++) {
      const at = new Date(start + n * 1000).toISOString();
      simulator.activity.add({ id: site, operation: 'Microsoft.Web/sites/write', caller: people.ada, at });
    }
    const query = { subscriptionId, provider: 'Microsoft.Web', ...inLastHour() };
    const first = await log.listChanges({ ...query, maxPages: 1 });
    if (first.kind === 'refused' || first.unreadTo === null) throw new Error('a page too many');
    expect(simulator.requests).toHaveLength(1);
    const rest = await log.listChanges({ ...query, to: first.unreadTo, maxPages: 2 });
    if (rest.kind === 'refused') throw new Error(rest.failure.message);
    expect(rest.unreadTo).toBeNull();
    const correlations = [...first.changes, ...rest.changes].map(({ event }) => event.correlationId);
    expect(new Set(correlations).size).toBe(150);
    expect((await changesOf(log)).length).toBe(150);
  });
});

describe('with prepared answers', () => {
  const NOW = new Date('2026-11-29T12:00:00.000Z');
  const query = {
    subscriptionId: SUBSCRIPTION,
    provider: 'Microsoft.App',
    from: new Date('2026-11-29T11:00:00.000Z'),
    to: new Date('2026-11-29T11:55:00.000Z'),
    maxPages: 2,
  };
  const line = (eventTimestamp: string) => ({ eventTimestamp, operationName: { value: 'x/read' } });
  const answering = (reply: CannedReply, options: Partial<ArmOptions> = {}) =>
    activityAnswering(() => reply, { now: () => NOW, ...options });

  test('the filter is one of the documented patterns', async () => {
    const log = answering({ status: 200, body: { value: [] } });
    await log.listChanges(query);
    const url = new URL(log.requests[0]?.url ?? '');
    expect(url.searchParams.get('$filter')).toBe(
      "eventTimestamp ge '2026-11-29T11:00:00.000Z' and eventTimestamp le '2026-11-29T11:55:00.000Z' and resourceProvider eq 'Microsoft.App'",
    );
  });

  test.each([404, 409])('a resource provider that is not registered (%i) has no entries', async (status) => {
    const body = { error: { code: 'MissingSubscriptionRegistration', message: 'not registered' } };
    expect(await answering({ status, body }).listChanges(query)).toEqual({ kind: 'read', changes: [], unreadTo: null });
  });

  test('of lines that are not sorted, nobody knows which are left', async () => {
    const value = [line('2026-11-29T11:10:00Z'), line('2026-11-29T11:20:00Z')];
    const next = `https://management.azure.com/subscriptions/${SUBSCRIPTION}/more`;
    const read = await answering({ status: 200, body: { value, nextLink: next } }).listChanges(query);
    expect(read).toEqual({ kind: 'read', changes: [], unreadTo: null });
  });

  test('a next page elsewhere is not asked, and the rest counts as unread', async () => {
    const log = answering({
      status: 200,
      body: { value: [line('2026-11-29T11:20:00.0007Z')], nextLink: 'https://example.org/more' },
    });
    const unreadTo = new Date('2026-11-29T11:20:00.001Z');
    expect(await log.listChanges(query)).toEqual({ kind: 'read', changes: [], unreadTo });
    expect(log.requests).toHaveLength(1);
  });

  test('each request is counted by its answer, and no refusal is a warning', async () => {
    let counters: Counters = NO_COUNTERS;
    const metrics = countInto(
      (more) => {
        counters = addCounters(counters, more);
      },
      () => NOW,
    );
    const warnings: string[] = [];
    const silent = () => undefined;
    const log = {
      debug: silent,
      info: silent,
      warn: (_: unknown, said: string) => void warnings.push(said),
      error: silent,
    };
    const statuses = [200, 429, 403, 503];
    const reader = activityAnswering(() => ({ status: statuses.shift() ?? 200, body: { value: [] } }), {
      metrics,
      log,
    });
    for (const kind of ['read', 'refused', 'refused', 'refused']) {
      expect(await reader.listChanges(query)).toMatchObject({ kind });
    }
    expect(counters.counts).toEqual({
      'activityLogRequests read': 1,
      'activityLogRequests throttled': 1,
      'activityLogRequests forbidden': 1,
      'activityLogRequests failed': 1,
    });
    expect(warnings).toEqual([]);
  });

  test('while the subscription is throttled, nothing is asked', async () => {
    const log = answering(
      { status: 200, body: { value: [] } },
      { throttling: { secondsLeft: async () => 12, follow: async () => undefined } },
    );
    expect(await log.listChanges(query)).toMatchObject({ failure: { kind: 'throttled', retryAfter: 12 } });
    expect(log.requests).toEqual([]);
  });
});
