/** Azure throttles by subscription: all messages of a throttled subscription wait, and those of others do not. */

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { startScan, startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { failure, refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { throttledDeps } from '../../fakes/azure/throttled.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { handleWork } from '../../fakes/scenarios/handle.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { decisionOn, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { outcomesIn, recordsIn } from '../../fakes/scenarios/scene.ts';
import { failingDeps, watchedDeps } from '../../fakes/wrappers/watched.ts';

const OURS = SHOP.split('/')[2] ?? '';
const OTHER = '99999999-2222-4333-8444-555555555555';
const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const shops = (count: number, subscription: string) =>
  Array.from({ length: count }, (_, n) => SHOP.replace(OURS, subscription).replace(/[^/]+$/, `shop-${n}`));

interface Stage {
  readonly deps: FakeDeps;
  readonly ports: Deps;
  readonly host: Host;
  /** The calls to Azure that it answered, in seconds since the start. */
  readonly calls: { readonly call: string; readonly subscription: string; readonly at: number }[];
}

/** The dependencies, recording each call to Azure with its time and subscription. */
function stage(random = 0): Stage {
  const deps = fakeDeps();
  const calls: Stage['calls'] = [];
  const began = deps.clock.now().getTime();
  const read = deps.arm.read;
  const note = (call: string, id: string) => {
    calls.push({ call, subscription: id.split('/')[2] ?? '', at: (deps.clock.now().getTime() - began) / 1000 });
  };
  deps.arm.read = async (resource, documents) => {
    note('read', resource.id);
    return read(resource, documents);
  };
  const write = deps.arm.write;
  deps.arm.write = async (step, body) => {
    note('write', step.path);
    return write(step, body);
  };
  const ports: Deps = { ...deps, random: () => random };
  return { deps, ports, host: createHost(deps, { ports }), calls };
}

async function deliverAll(host: Host, ids: readonly string[]): Promise<void> {
  for (const id of ids) await host.deliver(gridEvent(`of ${id}`, id));
}

/** The next write is throttled, once. */
function throttleOneWrite({ arm }: FakeDeps, retryAfter: number | null): void {
  arm.onWrite = () => {
    arm.onWrite = null;
    return refused('throttled', 'SubscriptionRequestsThrottled', retryAfter);
  };
}

const messagesAbout = ({ stored }: FakeDeps, subscription: string) =>
  stored.sent.filter(({ resource }) => resource.split('/')[2] === subscription);

describe('only the throttled subscription waits', () => {
  test('after one throttled write no message of its subscription calls Azure before the given time', async () => {
    const { deps, host, calls } = stage();
    const [ours, theirs] = [shops(20, OURS), shops(20, OTHER)];
    for (const id of [...ours, ...theirs]) seedWebApp(deps.arm, OLD_TLS, id);
    throttleOneWrite(deps, 300);
    await deliverAll(host, [...ours, ...theirs]);
    await host.settle(299);
    // The first message read twice and wrote; the other nineteen of its subscription made no call.
    expect(calls.filter(({ subscription }) => subscription === OURS).map(({ call }) => call)).toEqual([
      'read',
      'read',
      'write',
    ]);
    // The other subscription is not affected: each message came once, and each app is fixed.
    expect(messagesAbout(deps, OTHER).filter(({ cause }) => cause === 'event')).toHaveLength(20);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(20);

    await host.settle();
    const again = calls.filter(({ subscription, at }) => subscription === OURS && at > 30);
    expect(Math.min(...again.map(({ at }) => at))).toBeGreaterThanOrEqual(330);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(40);
    expect(new Set(Object.values(outcomesIn(deps)))).toEqual(new Set(['evaluated']));
    // Waiting is no try: only the message that met the refusal has counted one.
    const sent = messagesAbout(deps, OURS).filter(({ cause }) => cause === 'event');
    expect(sent.map(({ attempt }) => attempt).filter((attempt) => attempt > 0)).toEqual([1]);
    expect(sent).toHaveLength(40);
    expect(deps.stored.guards.throttles.size).toBe(1);
  });

  test('waiting messages come back after that time, spread over up to half of it', async () => {
    const { deps, ports, host } = stage();
    for (const id of shops(3, OURS)) seedWebApp(deps.arm, OLD_TLS, id);
    const at = (seconds: number) => new Date(deps.clock.now().getTime() + seconds * 1000).toISOString();
    await deps.guards.storeThrottle(OURS, { since: at(0), until: at(100) });
    const delays: number[] = [];
    for (const [index, id] of shops(3, OURS).entries()) {
      await handleWork({ ...ports, random: () => index / 3 }, { resource: id, cause: 'decision', attempt: 4 });
      delays.push(deps.stored.delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([100, 117, 134]);
    expect(deps.stored.sent.map(({ attempt }) => attempt)).toEqual([4, 4, 4]);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(3);
  });
});

describe('every message waits while its subscription is throttled', () => {
  async function throttled(seconds: number, options: WebAppOptions = OLD_TLS): Promise<Stage> {
    const staged = stage();
    seedWebApp(staged.deps.arm, options);
    const now = staged.deps.clock.now().getTime();
    const until = new Date(now + seconds * 1000).toISOString();
    await staged.deps.guards.storeThrottle(OURS, { since: new Date(now).toISOString(), until });
    return staged;
  }

  test('a decision waits, because Azure would refuse its write', async () => {
    const { deps, host, calls } = await throttled(0, RISKY);
    await deliverAll(host, [SHOP]);
    await host.settle();
    const at = (seconds: number) => new Date(deps.clock.now().getTime() + seconds * 1000).toISOString();
    await deps.guards.storeThrottle(OURS, { since: at(0), until: at(600) });
    const before = calls.length;
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle(599);
    expect(calls).toHaveLength(before);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-remote-debugging']);
  });

  test('several wake-ups become one wakeup row instead of several messages', async () => {
    const { deps, ports } = await throttled(600);
    for (let n = 0; n < 5; n += 1) await handleWork(ports, { resource: SHOP, cause: 'wake', attempt: 0 });
    expect(deps.stored.sent).toEqual([]);
    expect([...deps.stored.wakeups.values()].map(({ at }) => at - deps.clock.now().getTime())).toEqual([600_000]);
  });

  test('a page of the sweep and its resources stay on the sweep queue, and a scan still ends', async () => {
    const { deps, host, calls } = await throttled(600);
    deps.estate.ids = [SHOP];
    await startSweep(deps, [OURS]);
    const scan = await startScan(deps, `/subscriptions/${OURS}`);
    await host.settle(599);
    expect([deps.estate.requests, calls, deps.stored.queue]).toEqual([[], [], []]);
    await host.settle();
    const listed = ['count', 'resources 0/1'];
    expect(deps.estate.requests.filter((query) => listed.includes(query))).toEqual([...listed, ...listed]);
    expect(await deps.scans.get(scan.id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
  });

  test('a throttled listing of Resource Graph does not throttle the subscription', async () => {
    const { deps, host } = stage();
    deps.estate.ids = [SHOP];
    seedWebApp(deps.arm, OLD_TLS);
    deps.estate.onList = () => {
      deps.estate.onList = null;
      return { kind: 'refused', failure: failure('throttled', 'RateLimiting', 20) };
    };
    await startSweep(deps, [OURS]);
    await host.settle();
    expect(deps.stored.guards.throttles.size).toBe(0);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });

  test('a message is neither given up nor lost when Azure throttles for a day several times', async () => {
    const { deps, host, calls } = stage();
    seedWebApp(deps.arm, OLD_TLS);
    let refusals = 3;
    deps.arm.onRead = (_, name) => {
      if (name !== 'config/web' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true, throttled: true, retryAfter: 86_400 };
    };
    await deliverAll(host, [SHOP]);
    await host.settle(4 * 86_400);
    expect(calls.slice(0, 3).map(({ at }) => Math.floor((at - 30) / 86_400))).toEqual([0, 1, 2]);
    expect(outcomesIn(deps)).toEqual({ [`of ${SHOP}`]: 'evaluated' });
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });
});

describe('a throttled call at any place stores the throttle before the next call', () => {
  const throttledRead = { status: 'failed', detail: '429', retryable: true, throttled: true, retryAfter: 90 } as const;
  const places: readonly [string, (deps: FakeDeps) => void][] = [
    ['a read', (deps) => onRead(deps, 1)],
    ['the read right before the write', (deps) => onRead(deps, 2)],
    ['a write', (deps) => throttleOneWrite(deps, 90)],
    ['the read that verifies', (deps) => onRead(deps, 3)],
    ['asking how an operation stands', onOperation],
  ];

  /** The n-th read is throttled. */
  function onRead({ arm }: FakeDeps, which: number): void {
    const nth = arm.reads.length + which;
    arm.onRead = (_, name) => (arm.reads.length === nth && name === 'config/web' ? throttledRead : undefined);
  }

  function onOperation({ arm }: FakeDeps): void {
    const { pollOperation } = arm;
    let times = 1;
    arm.onWrite = (_, take) => {
      take();
      return arm.accept(1, () => null);
    };
    arm.pollOperation = async (url) => {
      times -= 1;
      return times < 0 ? pollOperation(url) : { kind: 'refused', failure: failure('throttled', '429', 90) };
    };
  }

  test.each(places)('%s', async (_, prepare) => {
    const { deps, ports } = stage();
    seedWebApp(deps.arm, OLD_TLS);
    prepare(deps);
    let stores = 0;
    const calls: string[] = [];
    const watched = watchedDeps(ports, (name, call) => {
      const now = deps.clock.now().getTime();
      const until = deps.stored.guards.throttles.get(OURS)?.until;
      if (until !== undefined && now < Date.parse(until) && /^arm\.(read|write|pollOperation)$/.test(name))
        calls.push(name);
      if (name === 'guards.storeThrottle') stores += 1;
      return call();
    });
    const host = createHost(deps, { ports: watched });
    await deliverAll(host, [SHOP]);
    await host.settle();
    expect(stores).toBe(1);
    const row = deps.stored.guards.throttles.get(OURS);
    expect(Date.parse(row?.until ?? '') - Date.parse(row?.since ?? '')).toBe(90_000);
    expect(calls).toEqual([]);
    expect(deps.arm.writes).toHaveLength(1);
    expect(recordsIn(deps, 'fix.intended', 'fix.applied', 'fix.failed')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    expect(outcomesIn(deps)).toEqual({ [`of ${SHOP}`]: 'evaluated' });
  });

  test('the read for a requested rollback is throttled', async () => {
    const { deps, host } = stage();
    seedWebApp(deps.arm, OLD_TLS);
    await deliverAll(host, [SHOP]);
    await host.settle();
    onRead(deps, 1);
    await expect(host.rollBack(rollbackOf(deps))).rejects.toMatchObject({ code: 'moved', retryAfter: 90 });
    expect(deps.stored.guards.throttles.size).toBe(1);
  });

  test('without a given time the wait is ten seconds, doubled each time up to five minutes', async () => {
    const { deps, host } = stage();
    seedWebApp(deps.arm, OLD_TLS);
    const waits: number[] = [];
    const { storeThrottle: throttle } = deps.guards;
    deps.guards.storeThrottle = async (subscription, row) => {
      waits.push((Date.parse(row.until) - Date.parse(row.since)) / 1000);
      return throttle(subscription, row);
    };
    deps.arm.onWrite = (_, take) => {
      if (waits.length < 7) return refused('throttled', 'TooManyRequests');
      take();
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAll(host, [SHOP]);
    await host.settle();
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300]);
    // Much later the wait is ten seconds again.
    deps.clock.advance(3600);
    deps.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    throttleOneWrite(deps, null);
    await host.deliver(gridEvent('later', SHOP));
    await host.settle();
    expect(waits.at(-1)).toBe(10);
  });
});

describe('somebody who asks for a rollback while the subscription waits', () => {
  async function fixedAndThrottled(seconds: number): Promise<Stage> {
    const staged = stage();
    const { deps, host } = staged;
    seedWebApp(deps.arm, OLD_TLS);
    await deliverAll(host, [SHOP]);
    await host.settle();
    const now = deps.clock.now().getTime();
    const until = new Date(now + seconds * 1000).toISOString();
    await deps.guards.storeThrottle(OURS, { since: new Date(now).toISOString(), until });
    staged.calls.splice(0);
    return staged;
  }

  test('is told when to try again, and Azure is not called', async () => {
    const { deps, calls } = await fixedAndThrottled(120);
    const refusal = await createHost(deps, { ports: deps })
      .rollBack(rollbackOf(deps))
      .catch((error: unknown) => error);
    expect(calls).toEqual([]);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'moved', members: { moved: [] }, retryAfter: 120 });
    const from = new Date(deps.clock.now().getTime() + 120_000).toISOString();
    expect(String(refusal)).toContain(`Try again after ${from}.`);
    expect(deps.stored.approvals.size).toBe(0);
  });

  test('has it put back then', async () => {
    const { deps, host } = await fixedAndThrottled(120);
    await expect(host.rollBack(rollbackOf(deps))).rejects.toThrow('Try again after');
    deps.clock.advance(120);
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(recordsIn(deps, 'rollback.applied')).toEqual(['rollback.applied webapp-min-tls']);
  });

  test('gets an error when the row cannot be read, and Azure is not called', async () => {
    const { deps, calls } = await fixedAndThrottled(0);
    const failing = throttledDeps(failingDeps(deps, 'guards.readThrottle', new StorageUnavailable('down')));
    await expect(requestRollback(failing, rollbackOf(deps))).rejects.toThrow('down');
    expect(calls).toEqual([]);
  });
});

describe('the Activity Log', () => {
  const [from, to] = [new Date(0), new Date(1000)];

  function shop() {
    const found = parseResourceId(SHOP);
    if (!found) throw new Error('no resource');
    return found;
  }

  test('is not called while the subscription is throttled, and the answer is throttled', async () => {
    const { deps } = stage();
    const now = deps.clock.now();
    const until = new Date(now.getTime() + 40_000).toISOString();
    await deps.guards.storeThrottle(OURS, { since: now.toISOString(), until });
    const throttled = throttledDeps(deps);
    deps.activityLog.granted = true;
    const answer = await throttled.activityLog.listWrites(shop(), from, to);
    expect(answer).toMatchObject({ kind: 'refused', failure: { kind: 'throttled', retryAfter: 40 } });
    expect(deps.activityLog.requests).toBe(0);
    deps.clock.advance(40);
    expect(await throttled.activityLog.listWrites(shop(), from, to)).toMatchObject({ kind: 'read' });
  });

  test('that throttles slows the subscription down, and Resource Manager is not calls either', async () => {
    const { deps, calls } = stage();
    deps.activityLog.listWrites = async () => ({ kind: 'refused', failure: failure('throttled', '429', 90) });
    const throttled = throttledDeps(deps);
    expect(await throttled.activityLog.listWrites(shop(), from, to)).toMatchObject({ kind: 'refused' });
    const row = deps.stored.guards.throttles.get(OURS);
    expect(Date.parse(row?.until ?? '') - Date.parse(row?.since ?? '')).toBe(90_000);
    const { documents } = await throttled.arm.read(shop(), ['resource']);
    expect([documents.resource, calls]).toMatchObject([{ status: 'failed', throttled: true }, []]);
  });

  test('that refuses for another reason stores no throttle', async () => {
    const { deps } = stage();
    await throttledDeps(deps).activityLog.listWrites(shop(), from, to);
    expect([deps.activityLog.requests, deps.stored.guards.throttles.size]).toEqual([1, 0]);
  });
});

describe('guarantee 9: fail closed', () => {
  test.each(['event', 'decision', 'wake', 'sweep'] as const)(
    'when the guards cannot be read, Azure is not called and the message of a %s comes again',
    async (cause) => {
      const { deps, ports, calls } = stage();
      seedWebApp(deps.arm, UNSAFE);
      const failing = failingDeps(ports, 'guards.read', new StorageUnavailable('down'));
      await expect(handleWork(failing, { resource: SHOP, cause, attempt: 0 })).rejects.toThrow('down');
      expect([calls, deps.arm.requests, deps.stored.entries]).toEqual([[], [], []]);
    },
  );

  test('when the guards cannot be read, the estate is not listed', async () => {
    const { deps, ports } = stage();
    await startSweep(deps, [OURS]);
    const host = createHost(deps, { ports: failingDeps(ports, 'guards.read', new StorageUnavailable('down'), 1) });
    await host.work();
    expect(deps.estate.requests).toEqual([]);
    await host.settle();
    const tables = ['shared 0/1', 'groups 0/1', 'resources 0/1', 'configurations 0/1'];
    expect(deps.estate.requests).toEqual(['count', ...tables]);
  });
});
