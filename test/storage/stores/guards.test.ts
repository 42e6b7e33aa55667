/** The guards on a real table: one request per message, and a throttle that only grows. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TABLES } from '../../../src/storage/names.ts';
import { useAccount } from '../azurite.ts';
import { app, event, time } from '../samples.ts';

const account = useAccount();
const OURS = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const OTHER = '1b1f6471-1bf0-4dda-aec3-cb9272f09590';
const wait = (from: number, to: number) => ({ since: time(from), until: time(to) });

beforeEach(async () => {
  await Promise.all([TABLES.guards, TABLES.events].map((name) => account.table(name).deleteTable()));
});

describe('the state of the guards that every message reads', () => {
  it('is empty before the first write, and the table is created on first use', async () => {
    const { guards } = account.open();
    expect(await guards.read(OURS)).toEqual({ heartbeat: null, throttle: null });
    expect(await guards.readHeartbeat()).toBeNull();
  });

  it('has the heartbeat and the throttle of one subscription, read in one request', async () => {
    const { guards } = account.open();
    await guards.writeHeartbeat(new Date(time(1)));
    await guards.writeHeartbeat(new Date(time(61)));
    for (let n = 0; n < 30; n += 1) await guards.storeThrottle(`${n}${OTHER}`, wait(0, n));
    await guards.storeThrottle(OURS, wait(0, 90));
    account.requests();
    expect(await guards.read(OURS.toUpperCase())).toEqual({ heartbeat: time(61), throttle: wait(0, 90) });
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
    expect(await guards.read(OTHER)).toEqual({ heartbeat: time(61), throttle: null });
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
    expect(await guards.readHeartbeat()).toBe(time(61));
  });
});

describe('what a person reads who asks for a rollback', () => {
  it('is the throttling of the subscription alone, in one request', async () => {
    const { guards } = account.open();
    expect(await guards.readThrottle(OURS)).toBeNull();
    await guards.storeThrottle(OURS, wait(0, 90));
    account.requests();
    expect(await guards.readThrottle(OURS.toUpperCase())).toEqual(wait(0, 90));
    expect(await guards.readThrottle(OTHER)).toBeNull();
    expect(account.requests()).toEqual({ table: 2, queue: 0, blob: 0 });
  });
});

describe('the throttle of a subscription', () => {
  it('is what Azure says, also where a row says a time beyond all that Azure can ask', async () => {
    const { guards } = account.open();
    await guards.storeThrottle(OURS, { since: time(0), until: '2099-01-01T00:00:00.000Z' });
    const now = Date.now();
    const until = new Date(now + 60_000).toISOString();
    await guards.storeThrottle(OURS, { since: new Date(now).toISOString(), until });
    expect((await guards.readThrottle(OURS))?.until).toBe(until);
  });

  it('never becomes shorter', async () => {
    const { guards } = account.open();
    for (const until of [90, 30, 300, 300, 60]) await guards.storeThrottle(OURS, wait(0, until));
    expect((await guards.read(OURS)).throttle).toEqual(wait(0, 300));
  });

  it('is the longest of all that are stored at the same time by several instances', async () => {
    const instances = [account.open(), account.open()];
    const stored = [40, 200, 10, 120].map((until, at) =>
      instances[at % 2]?.guards.storeThrottle(OURS, wait(at, until)),
    );
    await Promise.all(stored);
    expect((await instances[0]?.guards.read(OURS))?.throttle).toEqual(wait(1, 200));
  });
});

describe('the number of waiting resources', () => {
  it('counts resources, not events, over all resources, without those whose events have outcomes', async () => {
    const { events } = account.open();
    for (const name of ['a', 'b', 'c']) {
      for (const id of ['1', '2']) await events.store(event(`${name}${id}`, app(name)));
    }
    await events.store({ ...event('ignored', null), outcome: 'ignored' });
    expect(await events.countWaitingResources(10)).toEqual({ resources: 3, complete: true });
    await events.conclude(app('a'), ['a1', 'a2'], { outcome: 'evaluated', auditIds: [], reasons: [] });
    await events.conclude(app('b'), ['b1'], { outcome: 'evaluated', auditIds: [], reasons: [] });
    expect(await events.countWaitingResources(10)).toEqual({ resources: 2, complete: true });
    expect(await events.countWaitingResources(2)).toEqual({ resources: 2, complete: true });
    expect((await events.countWaitingResources(1)).resources).toBeGreaterThan(1);
  });
});
