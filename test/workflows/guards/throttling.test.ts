/** Azure throttles by subscription: that one slows down, whatever its messages are about, and the others do not. */

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
import { factsIn, outcomesIn } from '../../fakes/scenarios/scene.ts';
import { failingDeps, watchedDeps } from '../../fakes/wrappers/watched.ts';

const OURS = SHOP.split('/')[2] ?? '';
const OTHER = '99999999-2222-4333-8444-555555555555';
const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const shops = (count: number, subscription: string) =>
  Array.from({ length: count }, (_, n) => SHOP.replace(OURS, subscription).replace(/[^/]+$/, `shop-${n}`));

interface Stage {
  readonly world: FakeDeps;
  readonly ports: Deps;
  readonly host: Host;
  /** What was asked of Azure and answered by it, in seconds since the start. */
  readonly asked: { readonly call: string; readonly subscription: string; readonly at: number }[];
}

/** A world that writes down when Azure is asked, and about which subscription. */
function stage(random = 0): Stage {
  const deps = fakeDeps();
  const asked: Stage['asked'] = [];
  const began = deps.clock.now().getTime();
  const read = deps.arm.read;
  const note = (call: string, id: string) => {
    asked.push({ call, subscription: id.split('/')[2] ?? '', at: (deps.clock.now().getTime() - began) / 1000 });
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
  return { world: deps, ports, host: createHost(deps, { ports }), asked };
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

describe('one subscription slows down, the others do not', () => {
  test('one throttled write: nothing in its subscription is asked until Azure said, however many messages wait', async () => {
    const { world, host, asked } = stage();
    const [ours, theirs] = [shops(20, OURS), shops(20, OTHER)];
    for (const id of [...ours, ...theirs]) seedWebApp(world.arm, OLD_TLS, id);
    throttleOneWrite(world, 300);
    await deliverAll(host, [...ours, ...theirs]);
    await host.settle(299);
    // The first message read twice and wrote; the other nineteen of its subscription asked nothing.
    expect(asked.filter(({ subscription }) => subscription === OURS).map(({ call }) => call)).toEqual([
      'read',
      'read',
      'write',
    ]);
    // The other subscription is as if nothing had been: each message came once, and each app is right.
    expect(messagesAbout(world, OTHER)).toHaveLength(20);
    expect(factsIn(world, 'fix.applied')).toHaveLength(20);

    await host.settle();
    const again = asked.filter(({ subscription, at }) => subscription === OURS && at > 30);
    expect(Math.min(...again.map(({ at }) => at))).toBeGreaterThanOrEqual(330);
    expect(factsIn(world, 'fix.applied')).toHaveLength(40);
    expect(new Set(Object.values(outcomesIn(world)))).toEqual(new Set(['evaluated']));
    // Waiting is no try: only the message that met the refusal itself has counted one.
    const sent = messagesAbout(world, OURS).filter(({ cause }) => cause === 'event');
    expect(sent.map(({ attempt }) => attempt).filter((attempt) => attempt > 0)).toEqual([1]);
    expect(sent).toHaveLength(40);
    expect(world.stored.guards.throttles.size).toBe(1);
  });

  test('who waits comes back after it, and not all at once: up to half of it later', async () => {
    const { world, ports, host } = stage();
    for (const id of shops(3, OURS)) seedWebApp(world.arm, OLD_TLS, id);
    const at = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1000).toISOString();
    await world.guards.storeThrottle(OURS, { since: at(0), until: at(100) });
    const delays: number[] = [];
    for (const [index, id] of shops(3, OURS).entries()) {
      await handleWork({ ...ports, random: () => index / 3 }, { resource: id, cause: 'decision', attempt: 4 });
      delays.push(world.stored.delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([100, 117, 134]);
    expect(world.stored.sent.map(({ attempt }) => attempt)).toEqual([4, 4, 4]);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(3);
  });
});

describe('every message waits while its subscription is throttled', () => {
  async function throttled(seconds: number, looks: WebAppOptions = OLD_TLS): Promise<Stage> {
    const staged = stage();
    seedWebApp(staged.world.arm, looks);
    const now = staged.world.clock.now().getTime();
    const until = new Date(now + seconds * 1000).toISOString();
    await staged.world.guards.storeThrottle(OURS, { since: new Date(now).toISOString(), until });
    return staged;
  }

  test('a decision, too: Azure would refuse it anyway', async () => {
    const { world, host, asked } = await throttled(0, RISKY);
    await deliverAll(host, [SHOP]);
    await host.settle();
    const at = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1000).toISOString();
    await world.guards.storeThrottle(OURS, { since: at(0), until: at(600) });
    const before = asked.length;
    await host.decide(decisionOn(world, 'approve'));
    await host.settle(599);
    expect(asked).toHaveLength(before);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-remote-debugging']);
  });

  test('a wake-up becomes one alarm, however many there are: as messages they would multiply', async () => {
    const { world, ports } = await throttled(600);
    for (let n = 0; n < 5; n += 1) await handleWork(ports, { resource: SHOP, cause: 'wake', attempt: 0 });
    expect(world.stored.sent).toEqual([]);
    expect([...world.stored.wakeups.values()].map(({ at }) => at - world.clock.now().getTime())).toEqual([600_000]);
  });

  test('a page of the sweep and what it lists stay on the slow queue; a scan ends all the same', async () => {
    const { world, host, asked } = await throttled(600);
    world.estate.ids = [SHOP];
    await startSweep(world, [OURS]);
    const scan = await startScan(world, `/subscriptions/${OURS}`);
    await host.settle(599);
    expect([world.estate.asked, asked, world.stored.queue]).toEqual([[], [], []]);
    await host.settle();
    expect(world.estate.asked).toHaveLength(2);
    expect(await world.scans.get(scan.id)).toMatchObject({ status: 'done', found: 1, evaluated: 1 });
  });

  test('the quota of Resource Graph is its own: that a listing is throttled slows no subscription down', async () => {
    const { world, host } = stage();
    world.estate.ids = [SHOP];
    seedWebApp(world.arm, OLD_TLS);
    world.estate.onList = () => {
      world.estate.onList = null;
      return { kind: 'refused', failure: failure('throttled', 'RateLimiting', 20) };
    };
    await startSweep(world, [OURS]);
    await host.settle();
    expect(world.stored.guards.throttles.size).toBe(0);
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('Azure asks for a day, again and again: the message is neither given up nor lost', async () => {
    const { world, host, asked } = stage();
    seedWebApp(world.arm, OLD_TLS);
    let refusals = 3;
    world.arm.onRead = (_, name) => {
      if (name !== 'config/web' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 'failed', detail: 'TooManyRequests', retryable: true, throttled: true, retryAfter: 86_400 };
    };
    await deliverAll(host, [SHOP]);
    await host.settle(4 * 86_400);
    expect(asked.slice(0, 3).map(({ at }) => Math.floor((at - 30) / 86_400))).toEqual([0, 1, 2]);
    expect(outcomesIn(world)).toEqual({ [`of ${SHOP}`]: 'evaluated' });
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });
});

describe('wherever Azure says so, the row is set before anything else is asked', () => {
  const throttledRead = { status: 'failed', detail: '429', retryable: true, throttled: true, retryAfter: 90 } as const;
  const places: readonly [string, (deps: FakeDeps) => void][] = [
    ['a read', (deps) => onRead(deps, 1)],
    ['the read right before the write', (deps) => onRead(deps, 2)],
    ['a write', (deps) => throttleOneWrite(deps, 90)],
    ['the read that verifies', (deps) => onRead(deps, 3)],
    ['asking how an operation stands', onOperation],
  ];

  /** The n-th read of all is throttled. */
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
    const { world, ports } = stage();
    seedWebApp(world.arm, OLD_TLS);
    prepare(world);
    let told = 0;
    const calls: string[] = [];
    const watched = watchedDeps(ports, (name, call) => {
      const now = world.clock.now().getTime();
      const until = world.stored.guards.throttles.get(OURS)?.until;
      if (until !== undefined && now < Date.parse(until) && /^arm\.(read|write|pollOperation)$/.test(name))
        calls.push(name);
      if (name === 'guards.storeThrottle') told += 1;
      return call();
    });
    const host = createHost(world, { ports: watched });
    await deliverAll(host, [SHOP]);
    await host.settle();
    expect(told).toBe(1);
    const row = world.stored.guards.throttles.get(OURS);
    expect(Date.parse(row?.until ?? '') - Date.parse(row?.since ?? '')).toBe(90_000);
    expect(calls).toEqual([]);
    expect(world.arm.writes).toHaveLength(1);
    expect(factsIn(world, 'fix.intended', 'fix.applied', 'fix.failed')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    expect(outcomesIn(world)).toEqual({ [`of ${SHOP}`]: 'evaluated' });
  });

  test('the read of somebody who asks for a rollback', async () => {
    const { world, host } = stage();
    seedWebApp(world.arm, OLD_TLS);
    await deliverAll(host, [SHOP]);
    await host.settle();
    onRead(world, 1);
    await expect(host.rollBack(rollbackOf(world))).rejects.toMatchObject({ code: 'moved', retryAfter: 90 });
    expect(world.stored.guards.throttles.size).toBe(1);
  });

  test('without a word how long: ten seconds, doubled while it is not enough, five minutes at most', async () => {
    const { world, host } = stage();
    seedWebApp(world.arm, OLD_TLS);
    const waits: number[] = [];
    const { storeThrottle: throttle } = world.guards;
    world.guards.storeThrottle = async (subscription, row) => {
      waits.push((Date.parse(row.until) - Date.parse(row.since)) / 1000);
      return throttle(subscription, row);
    };
    world.arm.onWrite = (_, take) => {
      if (waits.length < 7) return refused('throttled', 'TooManyRequests');
      take();
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAll(host, [SHOP]);
    await host.settle();
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300]);
    // Much later it is a new beginning.
    world.clock.advance(3600);
    world.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    throttleOneWrite(world, null);
    await host.deliver(gridEvent('later', SHOP));
    await host.settle();
    expect(waits.at(-1)).toBe(10);
  });
});

describe('somebody who asks for a rollback while the subscription waits', () => {
  async function fixedAndThrottled(seconds: number): Promise<Stage> {
    const staged = stage();
    const { world, host } = staged;
    seedWebApp(world.arm, OLD_TLS);
    await deliverAll(host, [SHOP]);
    await host.settle();
    const now = world.clock.now().getTime();
    const until = new Date(now + seconds * 1000).toISOString();
    await world.guards.storeThrottle(OURS, { since: new Date(now).toISOString(), until });
    staged.asked.splice(0);
    return staged;
  }

  test('is told when to try again, and Azure is not asked', async () => {
    const { world, asked } = await fixedAndThrottled(120);
    const refusal = await createHost(world, { ports: world })
      .rollBack(rollbackOf(world))
      .catch((error: unknown) => error);
    expect(asked).toEqual([]);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'moved', members: { moved: [] }, retryAfter: 120 });
    const from = new Date(world.clock.now().getTime() + 120_000).toISOString();
    expect(String(refusal)).toContain(`Try again after ${from}.`);
    expect(world.stored.approvals.size).toBe(0);
  });

  test('has it put back then', async () => {
    const { world, host } = await fixedAndThrottled(120);
    await expect(host.rollBack(rollbackOf(world))).rejects.toThrow('Try again after');
    world.clock.advance(120);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(factsIn(world, 'rollback.applied')).toEqual(['rollback.applied webapp-min-tls']);
  });

  test('gets an error when the row cannot be read, and Azure is not asked', async () => {
    const { world, asked } = await fixedAndThrottled(0);
    const failing = throttledDeps(failingDeps(world, 'guards.readThrottle', new StorageUnavailable('down')));
    await expect(requestRollback(failing, rollbackOf(world))).rejects.toThrow('down');
    expect(asked).toEqual([]);
  });
});

describe('the Activity Log', () => {
  const [from, to] = [new Date(0), new Date(1000)];

  function shop() {
    const found = parseResourceId(SHOP);
    if (!found) throw new Error('no resource');
    return found;
  }

  test('is not asked while the subscription waits: that is its answer', async () => {
    const { world } = stage();
    const now = world.clock.now();
    const until = new Date(now.getTime() + 40_000).toISOString();
    await world.guards.storeThrottle(OURS, { since: now.toISOString(), until });
    const heeding = throttledDeps(world);
    world.activityLog.granted = true;
    const answer = await heeding.activityLog.listWrites(shop(), from, to);
    expect(answer).toMatchObject({ kind: 'refused', failure: { kind: 'throttled', retryAfter: 40 } });
    expect(world.activityLog.asked).toBe(0);
    world.clock.advance(40);
    expect(await heeding.activityLog.listWrites(shop(), from, to)).toMatchObject({ kind: 'read' });
  });

  test('that throttles slows the subscription down, and Resource Manager is not asked either', async () => {
    const { world, asked } = stage();
    world.activityLog.listWrites = async () => ({ kind: 'refused', failure: failure('throttled', '429', 90) });
    const heeding = throttledDeps(world);
    expect(await heeding.activityLog.listWrites(shop(), from, to)).toMatchObject({ kind: 'refused' });
    const row = world.stored.guards.throttles.get(OURS);
    expect(Date.parse(row?.until ?? '') - Date.parse(row?.since ?? '')).toBe(90_000);
    const { documents } = await heeding.arm.read(shop(), ['resource']);
    expect([documents.resource, asked]).toMatchObject([{ status: 'failed', throttled: true }, []]);
  });

  test('that refuses otherwise slows nothing down', async () => {
    const { world } = stage();
    await throttledDeps(world).activityLog.listWrites(shop(), from, to);
    expect([world.activityLog.asked, world.stored.guards.throttles.size]).toEqual([1, 0]);
  });
});

describe('guarantee 9: fail closed', () => {
  test.each(['event', 'decision', 'wake', 'sweep'] as const)(
    'guards that cannot be read: Azure is not asked, and the message of a %s comes again',
    async (cause) => {
      const { world, ports, asked } = stage();
      seedWebApp(world.arm, UNSAFE);
      const failing = failingDeps(ports, 'guards.read', new StorageUnavailable('down'));
      await expect(handleWork(failing, { resource: SHOP, cause, attempt: 0 })).rejects.toThrow('down');
      expect([asked, world.arm.requests, world.stored.entries]).toEqual([[], [], []]);
    },
  );

  test('nor is the estate listed', async () => {
    const { world, ports } = stage();
    await startSweep(world, [OURS]);
    const host = createHost(world, { ports: failingDeps(ports, 'guards.read', new StorageUnavailable('down'), 1) });
    await host.work();
    expect(world.estate.asked).toEqual([]);
    await host.settle();
    expect(world.estate.asked).toEqual([null]);
  });
});
