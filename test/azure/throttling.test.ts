/** The client sends nothing for a subscription that Azure has asked to wait, whoever asks; the row is stored before anything else. */

import { describe, expect, it, test } from 'vitest';
import { countInto } from '../../src/app/metrics.ts';
import { createActivityLog } from '../../src/azure/activity-log.ts';
import { createArm } from '../../src/azure/arm.ts';
import { createClient } from '../../src/azure/client.ts';
import { createEstate } from '../../src/azure/estate.ts';
import { createThrottling } from '../../src/azure/throttling.ts';
import { addCounters, NO_COUNTERS } from '../../src/domain/audit/counters.ts';
import type { PlanStep } from '../../src/domain/changes/plan-requests.ts';
import type { Throttle } from '../../src/domain/decisions/throttle.ts';
import { NO_METRICS } from '../../src/workflows/ports/metrics.ts';
import { StorageUnavailable } from '../../src/workflows/ports/storage.ts';
import { settableClock } from '../fakes/settable-clock.ts';
import { fakeGuards } from '../fakes/stores/guards.ts';
import { type CannedReply, optionsAnswering, resource } from './azure.ts';

const OURS = 's';
const SITE = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop';
const OTHER_SITE = SITE.replace('/s/', '/other/');
const DOCUMENTS = ['resource', 'config/web', 'config/authsettingsV2', 'diagnosticSettings'] as const;
const STEP: PlanStep = {
  method: 'PATCH',
  path: SITE,
  apiVersion: '2025-05-01',
  document: 'resource',
  attempts: [],
  changes: [],
  root: '',
};
const [from, to] = [new Date(0), new Date(1000)];

/** A client in a process of its own; `answer` is what Azure answers, by the path. */
function scene(
  answer: (path: string) => CannedReply = () => ({ status: 200, body: { value: [], data: [], totalRecords: 0 } }),
) {
  const clock = settableClock('2026-03-01T12:00:00.000Z');
  const throttles = new Map<string, Throttle>();
  const guards = fakeGuards({ heartbeat: null, throttles });
  const sent: string[] = [];
  const stored: string[] = [];
  const rows = { read: 0 };
  const counters = { all: NO_COUNTERS };
  const metrics = countInto((more) => {
    counters.all = addCounters(counters.all, more);
  }, clock.now);
  const { options: plain, lines } = optionsAnswering((request) => {
    const { pathname } = new URL(request.url);
    sent.push(`${request.method} ${pathname}`);
    return answer(pathname);
  });
  const watched = {
    ...guards,
    readThrottle: (subscription: string) => {
      rows.read += 1;
      return guards.readThrottle(subscription);
    },
    storeThrottle: (subscription: string, throttle: Throttle) => {
      stored.push(`${subscription} ${(Date.parse(throttle.until) - clock.now().getTime()) / 1000}`);
      return guards.storeThrottle(subscription, throttle);
    },
  };
  const throttling = createThrottling({ guards: watched, clock, log: plain.log, metrics, firstSeconds: 10 });
  const options = { ...plain, now: clock.now, metrics, throttling };
  const waitFor = (seconds: number, subscription = OURS) => {
    const until = new Date(clock.now().getTime() + seconds * 1000).toISOString();
    throttles.set(subscription, { since: clock.now().toISOString(), until });
  };
  return { clock, counters, throttles, sent, stored, rows, lines, options, throttling, waitFor };
}

const throttled = (retryAfter?: number): CannedReply => ({
  status: 429,
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  body: { error: { code: 'SubscriptionRequestsThrottled', message: 'Slow down.' } },
});

describe('while the row of the subscription says wait, nothing is sent, and the answer is that of Azure', () => {
  it('a read', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    const { documents } = await createArm(options).read(resource(SITE), DOCUMENTS);
    const state = { status: 'failed', retryable: true, throttled: true, retryAfter: 40 };
    expect(Object.values(documents)).toEqual(
      DOCUMENTS.map(() => expect.objectContaining({ ...state, detail: expect.stringContaining('it was not asked') })),
    );
    expect(sent).toEqual([]);
  });

  it('a write', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    const failure = { kind: 'throttled', code: 'NotAsked', retryAfter: 40 };
    expect(await createArm(options).write(STEP, {})).toMatchObject({ kind: 'refused', failure });
    expect(sent).toEqual([]);
  });

  it('asking how an operation stands, which says nothing about it', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    const url = `${options.endpoint}${SITE}/operations/1`;
    expect(await createArm(options).pollOperation(url)).toEqual({ kind: 'running', retryAfter: 40 });
    expect(sent).toEqual([]);
  });

  it('the Activity Log', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    const asked = await createActivityLog({ ...options, now: () => to }).listWrites(resource(SITE), from, to);
    expect(asked).toMatchObject({ kind: 'refused', failure: { kind: 'throttled', retryAfter: 40 } });
    expect(sent).toEqual([]);
  });

  it('any other request to a path of the subscription, in whatever case', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    const client = createClient(options);
    for (const path of ['/subscriptions/S', '/SUBSCRIPTIONS/s/providers/x']) {
      const reply = await client.send('GET', client.urlOf(path, '1'));
      expect([reply.status, reply.header('retry-after')]).toEqual([429, '40']);
    }
    expect(sent).toEqual([]);
  });

  it('and after it everything is asked', async () => {
    const { options, sent, waitFor, clock } = scene();
    waitFor(40);
    const arm = createArm(options);
    await arm.read(resource(SITE), ['resource']);
    clock.advance(40);
    await arm.read(resource(SITE), ['resource']);
    expect(sent).toEqual([`GET ${SITE}`]);
  });

  it('another subscription, and Resource Graph with its own quota, are asked meanwhile', async () => {
    const { options, sent, waitFor } = scene();
    waitFor(40);
    await createArm(options).read(resource(OTHER_SITE), ['resource']);
    await createEstate(options).countResources(OURS);
    expect(sent).toEqual([`GET ${OTHER_SITE}`, 'POST /providers/Microsoft.ResourceGraph/resources']);
  });
});

describe('when Azure throttles, the row is stored before anything else is sent', () => {
  test.each<[string, (options: ReturnType<typeof scene>['options']) => Promise<unknown>]>([
    ['a read', (options) => createArm(options).read(resource(SITE), ['resource'])],
    ['a write', (options) => createArm(options).write(STEP, {})],
    ['an operation', (options) => createArm(options).pollOperation(`${options.endpoint}${SITE}/operations/1`)],
    [
      'the Activity Log',
      (options) => createActivityLog({ ...options, now: () => to }).listWrites(resource(SITE), from, to),
    ],
  ])('%s', async (_, ask) => {
    const { options, sent, stored, lines } = scene(() => throttled(90));
    await ask(options);
    expect(stored).toEqual(['s 90']);
    expect(lines.filter((line) => line.includes('Azure throttles; the subscription slows down'))).toHaveLength(1);
    await createArm(options).read(resource(SITE), DOCUMENTS);
    expect(sent).toHaveLength(1);
  });

  it('by its code, whatever the status', async () => {
    const { options, stored } = scene(() => ({ ...throttled(5), status: 409 }));
    await createArm(options).write(STEP, {});
    expect(stored).toEqual(['s 5']);
  });

  it('requests at the same time that get the same answer are one wait', async () => {
    const { options, stored, lines } = scene(() => throttled(17));
    await createArm(options).read(resource(SITE), DOCUMENTS);
    expect(stored).toEqual(['s 17']);
    expect(lines.filter((line) => line.includes('slows down'))).toHaveLength(1);
  });

  it('of different answers the longest counts', async () => {
    const { options, throttles, clock } = scene((path) => throttled(path.endsWith('/web') ? 60 : 5));
    await createArm(options).read(resource(SITE), DOCUMENTS);
    expect(Date.parse(throttles.get(OURS)?.until ?? '') - clock.now().getTime()).toBe(60_000);
  });

  it('one subscription slows no other down, and a listing that is throttled none', async () => {
    const { options, sent, stored } = scene((path) =>
      path.startsWith('/subscriptions/s/') ? throttled(9) : throttled(8),
    );
    await createEstate(options).countResources(OURS);
    expect(stored).toEqual([]);
    await createArm(options).read(resource(SITE), ['resource']);
    await createArm(options).read(resource(OTHER_SITE), ['resource']);
    expect([stored, sent.length]).toEqual([['s 9', 'other 8'], 3]);
  });

  test.each([400, 403, 404, 409, 500, 503])('an answer of %i slows nothing down', async (status) => {
    const { options, stored } = scene(() => ({ status, headers: { 'retry-after': '9' }, body: {} }));
    await createArm(options).read(resource(SITE), ['resource']);
    expect(stored).toEqual([]);
  });
});

describe('what is counted of requests', () => {
  const headers = {
    'x-ms-ratelimit-remaining-subscription-reads': '249',
    'x-ms-ratelimit-remaining-subscription-global-reads': '3749',
  };

  it('each wait that Azure asks for, once', async () => {
    const { options, counters, clock } = scene(() => throttled(17));
    const arm = createArm(options);
    await arm.read(resource(SITE), DOCUMENTS);
    await arm.read(resource(SITE), DOCUMENTS);
    expect(counters.all.counts).toEqual({ throttled: 1 });
    clock.advance(17);
    await arm.write(STEP, {});
    expect(counters.all.counts).toEqual({ throttled: 2 });
  });

  test.each([200, 404, 429, 500])(
    'the requests left, by subscription and limit, in an answer of %i',
    async (status) => {
      const { options, counters, clock } = scene(() => ({ status, headers, body: {} }));
      await createArm(options).read(resource(SITE.replace('/s/', '/SUB/')), ['resource']);
      const at = clock.now().toISOString();
      expect(counters.all.remaining).toEqual({
        'sub subscription-reads': { requests: 249, at },
        'sub subscription-global-reads': { requests: 3749, at },
      });
    },
  );

  it('nothing of an answer that names no number, none at all, or is about no subscription', async () => {
    const strange = { 'x-ms-ratelimit-remaining-subscription-reads': 'many', 'x-ms-request-id': '4' };
    for (const answer of [{ headers: strange }, {}]) {
      const { options, counters } = scene(() => ({ status: 200, body: {}, ...answer }));
      await createArm(options).read(resource(SITE), ['resource']);
      expect(counters.all).toEqual(NO_COUNTERS);
    }
    const { options, counters } = scene(() => ({ status: 200, headers, body: { data: [], totalRecords: 0 } }));
    await createEstate(options).countResources(OURS);
    expect(counters.all).toEqual(NO_COUNTERS);
  });
});

describe('the row', () => {
  it('is read once for the requests of a minute', async () => {
    const { options, rows, clock } = scene();
    const arm = createArm(options);
    await arm.read(resource(SITE), DOCUMENTS);
    await createActivityLog({ ...options, now: () => to }).listWrites(resource(SITE), from, to);
    clock.advance(59);
    await arm.read(resource(SITE), DOCUMENTS);
    expect(rows.read).toBe(1);
    clock.advance(1);
    await arm.read(resource(SITE), DOCUMENTS);
    expect(rows.read).toBe(2);
  });

  it('that a message or a person has read is not read again', async () => {
    const { options, rows, throttling, waitFor, sent } = scene();
    const arm = createArm(options);
    await throttling.guards.read(OURS);
    await arm.read(resource(SITE), DOCUMENTS);
    expect([rows.read, sent.length]).toEqual([0, DOCUMENTS.length]);
    // Another instance stores a wait. The next message reads it.
    waitFor(30);
    await throttling.guards.read(OURS.toUpperCase());
    await arm.read(resource(SITE), DOCUMENTS);
    expect([rows.read, sent.length]).toEqual([0, DOCUMENTS.length]);
  });

  it('that is read for a person is the one of now', async () => {
    const { options, rows, throttling, waitFor, sent } = scene();
    await throttling.guards.read(OURS);
    waitFor(30);
    await throttling.guards.readThrottle(OURS);
    await createArm(options).read(resource(SITE), DOCUMENTS);
    expect([rows.read, sent]).toEqual([1, []]);
  });

  it('that says a time beyond all that Azure can ask does not count', async () => {
    const { options, sent, stored, throttles } = scene(() => throttled(30));
    throttles.set(OURS, { since: '2026-03-01T12:00:00.000Z', until: '2099-01-01T00:00:00.000Z' });
    await createArm(options).read(resource(SITE), ['resource']);
    expect([sent, stored]).toEqual([[`GET ${SITE}`], ['s 30']]);
  });
});

describe('guarantee 9: fail closed', () => {
  const down = async (): Promise<never> => {
    throw new StorageUnavailable('down');
  };

  test.each<[string, (options: ReturnType<typeof scene>['options']) => Promise<unknown>]>([
    ['a read', (options) => createArm(options).read(resource(SITE), DOCUMENTS)],
    ['a write', (options) => createArm(options).write(STEP, {})],
    ['an operation', (options) => createArm(options).pollOperation(`${options.endpoint}${SITE}/operations/1`)],
    [
      'the Activity Log',
      (options) => createActivityLog({ ...options, now: () => to }).listWrites(resource(SITE), from, to),
    ],
  ])('the row cannot be read: %s is not sent, and the storage is to blame', async (_, ask) => {
    const { options, sent, clock } = scene();
    const guards = { ...fakeGuards({ heartbeat: null, throttles: new Map() }), readThrottle: down };
    const throttling = createThrottling({ guards, clock, log: options.log, metrics: NO_METRICS, firstSeconds: 10 });
    await expect(ask({ ...options, throttling })).rejects.toThrow(StorageUnavailable);
    expect(sent).toEqual([]);
  });

  it('what could not be read is read again for the next request', async () => {
    const { options, sent, clock } = scene();
    let isDown = true;
    const inner = fakeGuards({ heartbeat: null, throttles: new Map() });
    const guards = { ...inner, readThrottle: (id: string) => (isDown ? down() : inner.readThrottle(id)) };
    const throttling = createThrottling({ guards, clock, log: options.log, metrics: NO_METRICS, firstSeconds: 10 });
    const arm = createArm({ ...options, throttling });
    await expect(arm.read(resource(SITE), ['resource'])).rejects.toThrow('down');
    isDown = false;
    await arm.read(resource(SITE), ['resource']);
    expect(sent).toEqual([`GET ${SITE}`]);
  });

  it('a wait that cannot be stored is an error, and holds for this process all the same', async () => {
    const { options, sent, clock } = scene(() => throttled(30));
    const guards = { ...fakeGuards({ heartbeat: null, throttles: new Map() }), storeThrottle: down };
    const throttling = createThrottling({ guards, clock, log: options.log, metrics: NO_METRICS, firstSeconds: 10 });
    const arm = createArm({ ...options, throttling });
    await expect(arm.read(resource(SITE), ['resource'])).rejects.toThrow('down');
    await arm.read(resource(SITE), ['resource']);
    expect(sent).toHaveLength(1);
  });
});
