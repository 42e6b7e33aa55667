/** The way of a message through reconcile: its phases, what it costs, which events it concludes, when it comes back. */

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
import { factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps, tracedDeps } from '../../fakes/wrappers/watched.ts';

describe('the way of an event: the phases of a reconcile, in order', () => {
  test('guards, lease, facts, read, budget, remember, intent, re-read, settings and exemptions, write, verify, record, release', async () => {
    const trace: string[] = [];
    const { world, host } = scene({
      app: { config: { minTlsVersion: '1.0' } },
      ports: (whole) => tracedDeps(whole, trace),
    });
    await host.deliver(gridEvent('e', SHOP));
    world.clock.advance(30);
    trace.length = 0;
    await host.work();
    // Between the lease and the first read everything that must be known is loaded at once.
    const read = trace.indexOf('arm.read');
    expect(trace.slice(0, 3)).toEqual(['guards.read', 'events.get', 'leases.acquire']);
    expect(trace.slice(3, read)).toEqual(
      expect.arrayContaining(['settings.load', 'resourceStates.load', 'events.listWaiting']),
    );
    expect(trace.slice(read)).toEqual([
      'arm.read',
      'budgets.claim',
      'resourceStates.save',
      'wakeups.schedule',
      'audit.append',
      'arm.read',
      'lease.renew',
      'settings.load',
      'exemptions.listForResource',
      'arm.write',
      'arm.read',
      'audit.append',
      'findings.replace',
      'resourceStates.save',
      'wakeups.cancel',
      'events.conclude',
      'events.conclude',
      'lease.release',
    ]);
  });

  test('an app with nothing wrong costs one look: no write, no entry in the log, no alarm', async () => {
    const { world, host } = scene();
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.arm.reads).toEqual([{ resource: SHOP, documents: ['resource', 'config/web'] }]);
    expect([world.arm.requests, world.stored.entries, [...world.stored.wakeups]]).toEqual([[], [], []]);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('every safe violation costs one request per document, and each rule its intent and outcome', async () => {
    const { world, host } = scene({ app: UNSAFE });
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.arm.requests.map(({ method, document, body }) => ({ method, document, body }))).toEqual([
      { method: 'PATCH', document: 'resource', body: { properties: { httpsOnly: true } } },
      {
        method: 'PATCH',
        document: 'config/web',
        body: { properties: { ftpsState: 'FtpsOnly', minTlsVersion: '1.2' } },
      },
    ]);
    const ids = new Set(world.stored.entries.map(({ operationId }) => operationId));
    expect(ids.size).toBe(1);
    expect(factsIn(world, 'fix.intended')).toHaveLength(3);
    expect(factsIn(world, 'fix.applied')).toHaveLength(3);
    expect(world.stored.events[0]?.auditIds).toHaveLength(6);
  });
});

describe('guarantee 2: bursts, duplicates and shuffled order change nothing but the count', () => {
  test('fifty events within half the settle delay cost at most two evaluations', async () => {
    const { world, host } = scene();
    for (let n = 0; n < 50; n += 1) {
      await host.deliver(gridEvent(`e${n}`, SHOP));
      world.clock.advance(0.3);
    }
    await host.settle();
    expect(world.arm.reads.length).toBeLessThanOrEqual(2);
    expect(Object.keys(outcomesIn(world))).toHaveLength(50);
    expect(new Set(Object.values(outcomesIn(world)))).toEqual(new Set(['evaluated', 'covered']));
  });

  test('a message that comes twice finds its outcome and asks Azure nothing', async () => {
    const { world, host } = scene();
    await host.deliver(gridEvent('e', SHOP));
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(world.stored.sent.filter(({ attempt }) => attempt === 0).length).toBeGreaterThanOrEqual(2);
    expect(world.arm.reads).toHaveLength(1);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('a message whose event has its outcome costs the guards and one read of a table, and no lease', async () => {
    const { world, host } = scene();
    await deliverAndSettle(host, 'e', SHOP);
    const trace: string[] = [];
    await handleWork(tracedDeps(world, trace), sentFirst(world));
    expect(trace).toEqual(['guards.read', 'events.get']);
  });

  test('an event received just before the look is not covered by it: it has a look of its own', async () => {
    const { world, host } = scene();
    await host.deliver(gridEvent('first', SHOP));
    world.clock.advance(28);
    await host.deliver(gridEvent('late', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(world.arm.reads).toHaveLength(2);
    expect(outcomesIn(world)).toEqual({ first: 'evaluated', late: 'evaluated' });
  });

  test('an event received five seconds before is covered', async () => {
    const { world, host } = scene();
    await host.deliver(gridEvent('first', SHOP));
    world.clock.advance(25);
    await host.deliver(gridEvent('late', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(world.arm.reads).toHaveLength(1);
    expect(outcomesIn(world)).toEqual({ first: 'evaluated', late: 'covered' });
  });

  test('a look that saw something unknown covers nobody but its own event', async () => {
    const { world, host } = scene();
    world.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'busy', retryable: true } : undefined;
    await host.deliver(gridEvent('first', SHOP));
    world.clock.advance(20);
    await host.deliver(gridEvent('second', SHOP, { by: ADA, correlationId: 'other' }));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ first: 'evaluated', second: 'evaluated' });
  });

  test('the echo of our own write is evaluated, writes nothing and makes us nobody who changed it', async () => {
    const { world, host } = scene({ app: { ...UNSAFE, config: { ...UNSAFE.config, remoteDebuggingEnabled: true } } });
    await deliverAndSettle(host, 'theirs', SHOP);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ theirs: 'evaluated', echo: 'evaluated' });
    expect(world.arm.writes).toHaveLength(2);
    const [memory] = [...world.stored.resourceStates.values()];
    if (!memory) throw new Error('nothing is remembered');
    const changers = (rule: string) =>
      changersOf(
        { resourceState: memory, waitingEvents: [], identity: { objectId: null, appId: null } },
        rule,
      ).callers.map(({ objectId }) => objectId);
    expect([changers('webapp-min-tls'), changers('webapp-remote-debugging')]).toEqual([[], [BOB.objectId]]);
  });

  test('a delete event only says where to look: the app that is there again is evaluated', async () => {
    const { world, host } = scene();
    await host.deliver(gridEvent('e', SHOP, { type: 'ResourceDeleteSuccess' }));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('a write event about an app that is gone: gone, with all that waited', async () => {
    const { world, host } = scene();
    world.arm.remove(SHOP);
    await host.deliver(gridEvent('a', SHOP));
    await host.deliver(gridEvent('b', SHOP));
    await host.settle();
    expect(outcomesIn(world)).toEqual({ a: 'gone', b: 'gone' });
    expect([...world.stored.resourceStates.values()]).toMatchObject([{ gone: true, findings: [] }]);
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
    const { world, host } = scene();
    await host.deliver(gridEvent('e', SHOP));
    await world.leases.acquire(resourceNamed(SHOP));
    const message = { ...sentFirst(world), attempt };
    await handleWork(world, message);
    expect(world.stored.sent.at(-1)).toEqual({ ...message, attempt: attempt + 1 });
    expect(world.stored.delays.at(-1)).toBe(seconds);
    expect(world.arm.reads).toEqual([]);
  });

  test('the lease of a process that died ends by the clock, and the event gets its outcome', async () => {
    const { world, host } = scene();
    await world.leases.acquire(resourceNamed(SHOP));
    await deliverAndSettle(host, 'e', SHOP);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('when somebody else saved first, nothing is concluded and the message comes back', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm);
    const ports = failingDeps(deps, 'resourceStates.save', new ConflictError('somebody else saved first'), 1);
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

describe('what cannot be read is read again, at growing distances, and then stays unknown', () => {
  test('it is tried again until it is read', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    let failures = 3;
    world.arm.onRead = (_, name) => {
      if (name !== 'config/web' || failures === 0) return undefined;
      failures -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.delays).toEqual([30, 2, 4, 8]);
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('it is not read again before Azure said it may be', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    let failures = 2;
    world.arm.onRead = (_, name) => {
      if (name !== 'config/web' || failures === 0) return undefined;
      failures -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true, retryAfter: 90 };
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.delays).toEqual([30, 90, 90]);
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('after eight tries it is given up: unknown, never written, and the event says so', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } } });
    world.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'TooManyRequests', retryable: true } : undefined;
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.stored.delays).toEqual([30, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(world.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('TooManyRequests'),
    });
    expect([world.arm.requests, outcomesIn(world)]).toEqual([[], { e: 'evaluated' }]);
  });

  test('what may not be read is not tried again', async () => {
    const { world, host } = scene();
    world.arm.onRead = () => ({ status: 'forbidden', detail: 'AuthorizationFailed' });
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.arm.reads).toHaveLength(1);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('while a look is due later, further events wait for it and ask nothing', async () => {
    const { world, host } = scene();
    world.arm.onRead = () => ({ status: 'failed', detail: 'busy', retryable: true });
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(100);
    const reads = world.arm.reads.length;
    await host.deliver(gridEvent('second', SHOP, { by: BOB }));
    world.clock.advance(30);
    const resourceState = [...world.stored.resourceStates.values()][0];
    expect(resourceState?.recheckAt).not.toBeNull();
    expect(Date.parse(resourceState?.recheckAt ?? '')).toBeGreaterThan(world.clock.now().getTime());
    await host.work();
    expect(world.arm.reads).toHaveLength(reads);
  });
});

test('a message about no resource that we know is an error, so that it ends as a dead letter', async () => {
  const { world } = scene();
  const message = { resource: '/nowhere', cause: 'wake', attempt: 0 } as const;
  await expect(handleWork(world, message)).rejects.toThrow("'/nowhere'");
});

function sentFirst({ stored }: ReturnType<typeof fakeDeps>) {
  const [message] = stored.sent;
  if (!message) throw new Error('nothing was sent');
  return message;
}
