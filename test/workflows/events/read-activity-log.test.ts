/** The backstop for lost events: what the Activity Log has and no event reports becomes an event, once. */
import { beforeEach, describe, expect, test } from 'vitest';
import { readActivityLogs } from '../../../src/workflows/events/read-activity-log.ts';
import { receiveEvent } from '../../../src/workflows/events/receive-event.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { loggedChange } from '../../fakes/azure/activity-log.ts';
import { ADA, type Author, BOB, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { CART, RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { throttledDeps } from '../../fakes/azure/throttled.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import type { Host } from '../../fakes/scenarios/host.ts';
import { pending } from '../../fakes/scenarios/scenarios.ts';
import { scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const MINUTE = 60;

let deps: FakeDeps;
let host: Host;

beforeEach(async () => {
  ({ deps, host } = scene({ app: RISKY }));
  deps.activityLog.granted = true;
  // The log is read from now on.
  await read();
  deps.clock.advance(10 * MINUTE);
});

const read = (ports: Deps = deps) => readActivityLogs(ports, [SUBSCRIPTION]);

interface Differs {
  readonly subject?: string;
  readonly operation?: string | undefined;
  readonly by?: Author | null;
  readonly correlationId?: string;
  readonly minutesAgo?: number;
}

/** A change in the log, six minutes ago by Ada unless it differs. */
function logged(id: string, { subject = SHOP, minutesAgo = 6, by = ADA, operation, correlationId = id }: Differs = {}) {
  const at = new Date(deps.clock.now().getTime() - minutesAgo * 60_000);
  deps.activityLog.changes.push(loggedChange(delivery(id, { subject, by, operation, correlationId }), at));
}

function delivery(id: string, { subject = SHOP, by = ADA, operation, correlationId = id }: Differs = {}) {
  const event = gridEvent(id, subject, { by, ...(operation && { operation }), correlationId });
  return /\/action$/i.test(operation ?? '')
    ? { ...event, eventType: 'Microsoft.Resources.ResourceActionSuccess' }
    : event;
}

const deliver = (id: string, differs: Differs = {}) => receiveEvent(deps, delivery(id, differs));
const found = () =>
  deps.stored.events.filter(({ event }) => event.source === 'activity-log').map(({ event }) => event.id);
const logs = (text: string) => deps.stored.logged.filter(({ message }) => message.includes(text));

describe('guarantee 1: a change whose event was lost becomes an event', () => {
  test('once, with its caller, an outcome and a count, however often the log is read', async () => {
    logged('lost');
    for (let n = 0; n < 3; n += 1) {
      await read();
      await host.settle(MINUTE);
    }
    expect(found()).toEqual(['activity-log-lost']);
    const [event] = deps.stored.events;
    expect(event).toMatchObject({ outcome: 'evaluated', event: { changedBy: { objectId: ADA.objectId } } });
    expect(deps.stored.counters.counts.lostEvents).toBe(1);
    expect(pending(deps)).toMatchObject({ changedBy: { objectId: ADA.objectId } });
    expect(logs('Event Grid lost a change')).toHaveLength(1);
  });

  test('one event for a change that was delivered, whatever the case of its operation', async () => {
    logged('told', { operation: 'microsoft.web/Sites/Write', correlationId: 'AB-1' });
    await deliver('told', { operation: 'Microsoft.Web/sites/write', correlationId: 'ab-1' });
    await read();
    expect(deps.stored.events.map(({ event }) => event.id)).toEqual(['told']);
  });

  test.each<[string, Differs]>([
    ['another correlation id', { correlationId: 'other' }],
    ['another operation', { operation: 'Microsoft.Web/sites/config/write' }],
    ['another caller', { by: BOB }],
    ['another resource', { subject: `${SHOP}/slots/blue` }],
  ])('a delivered event with %s does not report it', async (_, differs) => {
    logged('lost', { correlationId: 'same' });
    await deliver('told', { correlationId: 'same', ...differs });
    await read();
    expect(found()).toEqual(['activity-log-lost']);
  });

  test('an event that was received before the change does not report it', async () => {
    await deliver('told', { correlationId: 'same' });
    deps.clock.advance(20 * MINUTE);
    logged('lost', { correlationId: 'same' });
    await read();
    expect(found()).toEqual(['activity-log-lost']);
  });

  test('of two writes of one deployment to one app, the one without an event', async () => {
    logged('first', { correlationId: 'same', minutesAgo: 7 });
    logged('second', { correlationId: 'same', minutesAgo: 6 });
    await deliver('told', { correlationId: 'same' });
    await read();
    expect(found()).toEqual(['activity-log-second']);
  });

  test('a swap that was delivered for its slot is known, and a lost one is stored for the slot and its app', async () => {
    const swap = { subject: `${SHOP}/slots/blue`, operation: 'Microsoft.Web/sites/slots/slotsswap/action' };
    await deliver('told', { ...swap, correlationId: 'one' });
    logged('known', { ...swap, operation: 'Microsoft.Web/sites/slots/ApplySlotConfig/action', correlationId: 'one' });
    logged('lost', { ...swap, correlationId: 'two' });
    await read();
    expect(found()).toEqual(['activity-log-lost', 'activity-log-lost']);
  });

  test('an event that still waits is not queued again with the next one of its app', async () => {
    logged('one');
    await read();
    deps.clock.advance(MINUTE);
    logged('two');
    await read();
    expect(deps.stored.sent.map(({ event }) => event?.id)).toEqual(['activity-log-one', 'activity-log-two']);
  });

  test('our own writes become no event', async () => {
    logged('echo', { by: OURSELVES });
    await read();
    expect(deps.stored.events).toEqual([]);
  });

  test('a change younger than five minutes waits', async () => {
    logged('young', { minutesAgo: 4.9 });
    await read();
    expect(found()).toEqual([]);
    deps.clock.advance(MINUTE);
    await read();
    expect(found()).toEqual(['activity-log-young']);
  });

  test('an entry that appears half an hour late is found', async () => {
    await read();
    deps.clock.advance(24 * MINUTE);
    await read();
    logged('late', { minutesAgo: 34 });
    await read();
    expect(found()).toEqual([]);
    deps.clock.advance(MINUTE);
    await read();
    expect(found()).toEqual(['activity-log-late']);
  });

  test('an event that Event Grid delivers after the backstop found it changes nothing', async () => {
    logged('late', { correlationId: 'same' });
    await read();
    await deliver('told', { correlationId: 'same' });
    deps.clock.advance(MINUTE);
    await read();
    expect(deps.stored.events.map(({ event }) => event.id)).toEqual(['activity-log-late', 'told']);
  });
});

describe('no crash loses a change, and none doubles it', () => {
  test.each(['events.store', 'queue.send', 'activityProgress.save', 'events.listRecent'])(
    'when %s fails, the next run reads the period again',
    async (port) => {
      logged('lost');
      const failing = failingDeps(deps, port, new StorageUnavailable('down'), 1);
      await expect(read(failing)).rejects.toThrow('down');
      await read(failing);
      await host.settle(MINUTE);
      expect(found()).toEqual(['activity-log-lost']);
      expect(deps.stored.events).toMatchObject([{ outcome: 'evaluated' }]);
    },
  );

  test('two instances at the same time store one event', async () => {
    logged('lost');
    await Promise.all([read(), read()]);
    expect(found()).toEqual(['activity-log-lost']);
  });
});

describe('the requests', () => {
  test('are three a minute and subscription, and compare each change once', async () => {
    logged('one');
    let lists = 0;
    const counting: Deps = {
      ...deps,
      events: {
        ...deps.events,
        listRecent: (...args) => {
          lists += 1;
          return deps.events.listRecent(...args);
        },
      },
    };
    deps.activityLog.queries.length = 0;
    for (let n = 0; n < 10; n += 1) {
      await read(counting);
      deps.clock.advance(MINUTE);
    }
    expect([deps.activityLog.queries.length, lists]).toEqual([30, 1]);
    const providers = deps.activityLog.queries.slice(0, 3).map(({ provider }) => provider);
    expect(providers).toEqual(['Microsoft.Web', 'Microsoft.App', 'Microsoft.Insights']);
  });

  test('overlap by half an hour', async () => {
    deps.clock.advance(60 * MINUTE);
    await read();
    deps.clock.advance(MINUTE);
    await read();
    const [before, after] = deps.activityLog.queries.filter(({ provider }) => provider === 'Microsoft.App').slice(-2);
    expect(Number(before?.to) - Number(after?.from)).toBe(30 * 60_000);
  });

  test('after a long outage go back a day, an hour at a time', async () => {
    deps.clock.advance(20 * MINUTE);
    logged('older', { minutesAgo: 0 });
    deps.clock.advance(60 * MINUTE);
    logged('old', { minutesAgo: 0 });
    deps.clock.advance(24 * 60 * MINUTE);
    deps.activityLog.queries.length = 0;
    for (let n = 0; n < 24; n += 1) await read();
    const steps = deps.activityLog.queries.filter(({ provider }) => provider === 'Microsoft.Web');
    expect(steps.every(({ from, to }) => to.getTime() - from.getTime() <= 90 * 60_000)).toBe(true);
    expect(steps).toHaveLength(24);
    expect(found()).toEqual(['activity-log-old']);
    await read();
    expect(deps.activityLog.queries).toHaveLength(72);
  });

  test('more entries than one run reads are read by the next runs', async () => {
    deps.activityLog.pageSize = 4;
    for (let n = 0; n < 10; n += 1) logged(`lost-${n}`, { minutesAgo: 10 - n * 0.1 });
    await read();
    expect(found()).toHaveLength(4);
    for (let n = 0; n < 5; n += 1) await read();
    expect(new Set(found()).size).toBe(10);
    expect(found()).toHaveLength(10);
  });

  test('more resources than one run compares are compared by the next', async () => {
    for (let n = 0; n < 130; n += 1) logged(`lost-${n}`, { subject: `${SHOP}-${n}`, minutesAgo: 8 - n / 100 });
    await read();
    expect(found()).toHaveLength(100);
    await read();
    expect(found()).toHaveLength(130);
  });

  test('wait while Azure throttles, and what Azure refuses to them slows no change down', async () => {
    const throttled = { kind: 'throttled', code: 'TooMany', message: 'slow down', retryAfter: 90 } as const;
    let answers = 0;
    const listChanges: Deps['activityLog']['listChanges'] = async () => {
      answers += 1;
      return { kind: 'refused', failure: throttled };
    };
    const ports = throttledDeps({ ...deps, activityLog: { ...deps.activityLog, listChanges } });
    await read(ports);
    await read(ports);
    expect(answers).toBe(1);
    expect(await deps.guards.readThrottle(SUBSCRIPTION, 'change')).toBeNull();
    expect(await deps.guards.readThrottle(SUBSCRIPTION, 'sweep')).not.toBeNull();
    deps.clock.advance(100);
    await read(ports);
    expect(answers).toBe(2);
  });

  test('none when the setting is off, and none without subscriptions', async () => {
    deps.activityLog.queries.length = 0;
    storeSettings(deps, { sweep: { fullReadDays: 7, activityLog: false } });
    await read();
    await readActivityLogs(deps, []);
    expect(deps.activityLog.queries).toEqual([]);
  });

  test('what happened before the first reading is no lost event', async () => {
    logged('before', { minutesAgo: 16 });
    await read();
    expect(found()).toEqual([]);
  });

  test('a time of a wrong clock in the row stops nothing', async () => {
    logged('lost', { subject: CART, operation: 'Microsoft.App/containerApps/write' });
    const row = await deps.activityProgress.load(SUBSCRIPTION);
    const future = '2099-01-01T00:00:00.000Z';
    const providers = { 'Microsoft.App': { readTo: future, rest: null, known: [] } };
    await deps.activityProgress.save(SUBSCRIPTION, { since: future, providers, forbidden: null }, row?.version ?? null);
    for (let n = 0; n < 25; n += 1) await read();
    expect(found()).toEqual(['activity-log-lost']);
    expect(logs('too far in the future')).not.toEqual([]);
  });
});

describe('without the right', () => {
  test('one warning a day, one request an hour, and nothing is lost when the right comes', async () => {
    deps.activityLog.granted = false;
    deps.activityLog.queries.length = 0;
    for (let n = 0; n < 24 * 60; n += 1) {
      await read();
      deps.clock.advance(MINUTE);
    }
    expect(logs('may not read the Activity Log')).toHaveLength(1);
    expect(deps.activityLog.queries).toHaveLength(24);
    await read();
    expect(logs('may not read the Activity Log')).toHaveLength(2);
    deps.activityLog.granted = true;
    logged('lost', { minutesAgo: 10 * 60 });
    for (let n = 0; n < 24; n += 1) {
      deps.clock.advance(60 * MINUTE);
      await read();
    }
    expect(found()).toEqual(['activity-log-lost']);
  });
});
