/** A message through reconcile: its phases, its cost, the events that it concludes, and when it comes back. */

import { describe, expect, test } from 'vitest';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { changersOf } from '../../../src/workflows/state/changers.ts';
import { resourceNamed } from '../../fakes/azure/arm.ts';
import { ADA, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { takeLease } from '../../fakes/take-lease.ts';
import { failingDeps, tracedDeps } from '../../fakes/wrappers/watched.ts';

/** The delays of the first look of a health gate, and of the next. */
const LOOKS = [180, 420];

describe('the phases of a reconcile, in order', () => {
  test('rows, guards, lease, settings, read, settings again, budget, stored attempts, intent, re-read, settings and exemptions, write, verify, record and release', async () => {
    const trace: string[] = [];
    const { deps, host } = scene({
      app: { config: { minTlsVersion: '1.0' } },
      ports: (whole) => tracedDeps(whole, trace),
    });
    await host.deliver(gridEvent('e', SHOP));
    deps.clock.advance(30);
    trace.length = 0;
    await host.work();
    // Between the lease and the first read the rest is loaded in parallel.
    const read = trace.indexOf('arm.read');
    expect(trace.slice(0, 3)).toEqual(['resources.load', 'guards.read', 'resources.acquire']);
    expect(trace.slice(3, read)).toEqual([
      'settings.loadRecent',
      'exemptions.listRecentForResource',
      'arm.getIdentity',
    ]);
    expect(trace.slice(read)).toEqual([
      'arm.read',
      'settings.load',
      'exemptions.listForResource',
      'budgets.claim',
      'lease.save',
      'wakeups.schedule',
      'healthGates.save',
      'audit.append',
      'arm.read',
      'lease.renew',
      'settings.load',
      'exemptions.listForResource',
      'arm.write',
      'arm.read',
      'audit.append',
      'findings.replace',
      'lease.complete',
      'wakeups.cancel',
      'queue.send',
      // Without a request: it is released.
      'lease.release',
    ]);
  });

  test('an app without violations costs one read: no write, no entry, no wakeup', async () => {
    const { deps, host } = scene();
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.reads).toEqual([{ resource: SHOP, documents: ['resource', 'config/web'] }]);
    expect([deps.arm.requests, deps.stored.entries, [...deps.stored.wakeups]]).toEqual([[], [], []]);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('all safe violations cost one request per document, and each rule has an intent and an outcome', async () => {
    const { deps, host } = scene({ app: UNSAFE });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.requests.map(({ method, document, body }) => ({ method, document, body }))).toEqual([
      { method: 'PATCH', document: 'resource', body: { properties: { httpsOnly: true } } },
      {
        method: 'PATCH',
        document: 'config/web',
        body: { properties: { ftpsState: 'FtpsOnly', minTlsVersion: '1.2' } },
      },
    ]);
    const ids = new Set(deps.stored.entries.map(({ operationId }) => operationId));
    expect(ids.size).toBe(1);
    expect(recordsIn(deps, 'fix.intended')).toHaveLength(3);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(3);
    expect(deps.stored.events[0]?.auditIds).toHaveLength(6);
  });
});

describe('guarantee 2: bursts, duplicates and order change nothing but the count', () => {
  test('fifty events within half the settle delay cost at most two evaluations', async () => {
    const { deps, host } = scene();
    for (let n = 0; n < 50; n += 1) {
      await host.deliver(gridEvent(`e${n}`, SHOP));
      deps.clock.advance(0.3);
    }
    await host.settle();
    expect(deps.arm.reads.length).toBeLessThanOrEqual(2);
    expect(Object.keys(outcomesIn(deps))).toHaveLength(50);
    expect(new Set(Object.values(outcomesIn(deps)))).toEqual(new Set(['evaluated', 'covered']));
  });

  test('a second delivery of a message finds the outcome of its event and does not call Azure', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('e', SHOP));
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(deps.stored.sent.filter(({ attempt }) => attempt === 0).length).toBeGreaterThanOrEqual(2);
    expect(deps.arm.reads).toHaveLength(1);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('a message whose event has its outcome costs one read of the rows of its resource, and no lease', async () => {
    const { deps, host } = scene();
    await deliverAndSettle(host, 'e', SHOP);
    const trace: string[] = [];
    await handleWork(tracedDeps(deps, trace), sentFirst(deps));
    expect(trace).toEqual(['resources.load']);
  });

  test('an event received right before the read is not covered, and its resource is read again', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('first', SHOP));
    deps.clock.advance(28);
    await host.deliver(gridEvent('late', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(deps.arm.reads).toHaveLength(2);
    expect(outcomesIn(deps)).toEqual({ first: 'evaluated', late: 'evaluated' });
  });

  test('an event received five seconds before the read is covered', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('first', SHOP));
    deps.clock.advance(25);
    await host.deliver(gridEvent('late', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(deps.arm.reads).toHaveLength(1);
    expect(outcomesIn(deps)).toEqual({ first: 'evaluated', late: 'covered' });
  });

  test('a reconcile with an unknown verdict covers only its own event', async () => {
    const { deps, host } = scene();
    deps.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'busy', retryable: true } : undefined;
    await host.deliver(gridEvent('first', SHOP));
    deps.clock.advance(20);
    await host.deliver(gridEvent('second', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ first: 'evaluated', second: 'evaluated' });
  });

  test('the event of its own write is evaluated, writes nothing, and adds no changer', async () => {
    const { deps, host } = scene({ app: { ...UNSAFE, config: { ...UNSAFE.config, remoteDebuggingEnabled: true } } });
    await deliverAndSettle(host, 'theirs', SHOP);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ theirs: 'evaluated', echo: 'evaluated' });
    expect(deps.arm.writes).toHaveLength(2);
    const [memory] = [...deps.stored.resourceStates.values()];
    if (!memory) throw new Error('nothing is remembered');
    const changers = (rule: string) =>
      changersOf(
        { resourceState: memory, waitingEvents: [], identity: { objectId: null, appId: null } },
        rule,
      ).callers.map(({ objectId }) => objectId);
    expect([changers('webapp-min-tls'), changers('webapp-remote-debugging')]).toEqual([[], [BOB.objectId]]);
  });

  test('a delete event about an app that exists again is evaluated', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('e', SHOP, { type: 'ResourceDeleteSuccess' }));
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('a write event about a deleted app gets the outcome gone, with all waiting events', async () => {
    const { deps, host } = scene();
    deps.arm.remove(SHOP);
    await host.deliver(gridEvent('a', SHOP));
    await host.deliver(gridEvent('b', SHOP));
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ a: 'gone', b: 'gone' });
    expect([...deps.stored.resourceStates.values()]).toMatchObject([{ gone: true, findings: [] }]);
  });
});

describe('guarantee 3: one at a time per resource', () => {
  test.each([
    [0, 1],
    [2, 4],
    [3, 8],
    [4, 15],
    [30, 15],
  ])('at try %i a missed lease brings the message back after %i s', async (attempt, seconds) => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('e', SHOP));
    deps.clock.advance(30);
    await takeLease(deps, resourceNamed(SHOP));
    const message = { ...sentFirst(deps), attempt };
    await handleWork(deps, message);
    expect(deps.stored.sent.at(-1)).toEqual({ ...message, attempt: attempt + 1 });
    expect(deps.stored.delays.at(-1)).toBe(seconds);
    expect(deps.arm.reads).toEqual([]);
  });

  test('after the lease of a dead process has ended, the event gets its outcome', async () => {
    const { deps, host } = scene();
    await takeLease(deps, resourceNamed(SHOP));
    await deliverAndSettle(host, 'e', SHOP);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('when another instance saved first, nothing is concluded and the message comes back', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm);
    const ports = failingDeps(deps, 'lease.complete', new ConflictError('somebody else saved first'), 1);
    const host = createHost(deps, { ports });
    await host.deliver(gridEvent('e', SHOP));
    deps.clock.advance(30);
    await host.work();
    expect(outcomesIn(deps)).toEqual({ e: null });
    expect(deps.stored.sent.at(-1)).toMatchObject({ event: { id: 'e' }, attempt: 1 });
    expect(deps.stored.leases.size).toBe(0);
    await host.settle();
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });
});

describe('a document that cannot be read is read again with growing delays, and then stays unknown', () => {
  test('it is tried again until it is read', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    let failures = 3;
    deps.arm.onRead = (_, name) => {
      if (name !== 'config/web' || failures === 0) return undefined;
      failures -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.delays).toEqual([30, 2, 4, 8, ...LOOKS]);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('it is not read again before the time that Azure gave', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    let failures = 2;
    deps.arm.onRead = (_, name) => {
      if (name !== 'config/web' || failures === 0) return undefined;
      failures -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true, retryAfter: 90 };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.delays).toEqual([30, 90, 90, ...LOOKS]);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('after eight tries the verdict is unknown, nothing is written, and the event says so', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    deps.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'TooManyRequests', retryable: true } : undefined;
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.stored.delays).toEqual([30, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(deps.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('TooManyRequests'),
    });
    expect([deps.arm.requests, outcomesIn(deps)]).toEqual([[], { e: 'evaluated' }]);
  });

  test('a forbidden document is not tried again', async () => {
    const { deps, host } = scene();
    deps.arm.onRead = () => ({ status: 'forbidden', detail: 'AuthorizationFailed' });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.reads).toHaveLength(1);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('while another try is due later, further events wait for it and do not call Azure', async () => {
    const { deps, host } = scene();
    deps.arm.onRead = () => ({ status: 'failed', detail: 'busy', retryable: true });
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(100);
    const reads = deps.arm.reads.length;
    await host.deliver(gridEvent('second', SHOP, { by: BOB }));
    deps.clock.advance(30);
    const resourceState = [...deps.stored.resourceStates.values()][0];
    expect(resourceState?.recheckAt).not.toBeNull();
    expect(Date.parse(resourceState?.recheckAt ?? '')).toBeGreaterThan(deps.clock.now().getTime());
    await host.work();
    expect(deps.arm.reads).toHaveLength(reads);
  });
});

test('a message about an unknown kind of resource is an error, so that it becomes a dead letter', async () => {
  const { deps } = scene();
  const message = { resource: '/nowhere', cause: 'wake', attempt: 0 } as const;
  await expect(handleWork(deps, message)).rejects.toThrow("'/nowhere'");
});

function sentFirst({ stored }: ReturnType<typeof fakeDeps>) {
  const [message] = stored.sent;
  if (!message) throw new Error('nothing was sent');
  return message;
}
