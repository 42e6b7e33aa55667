/** The wrapper of a queue function: a failure is stored, and deleted when the message is handled in the end. */
import { app, InvocationContext, type StorageQueueHandler } from '@azure/functions';
import { beforeEach, describe, expect, it, test, vi } from 'vitest';
import { registerQueueFunction } from '../../src/functions/queue-function.ts';
import { registerReconcile } from '../../src/functions/reconcile.ts';
import { receiveEvent } from '../../src/workflows/events/receive-event.ts';
import { DONE, type Result, type WorkMessage, workMessage } from '../../src/workflows/ports/work.ts';
import { gridEvent } from '../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START } from '../fakes/deps.ts';
import { failingDeps, tracedDeps } from '../fakes/wrappers/watched.ts';

const service: { deps: FakeDeps | null; calls: string[]; failing: string | null } = {
  deps: null,
  calls: [],
  failing: null,
};
vi.mock('../../src/app/service.ts', () => ({
  getService: async () => ({
    deps:
      service.deps && failingDeps(tracedDeps(service.deps, service.calls), service.failing ?? '', new Error('down')),
    flush: async () => {},
  }),
}));

const message: WorkMessage = { resource: SHOP, cause: 'event', attempt: 2 };

function registered(handle: () => Promise<Result>): StorageQueueHandler {
  return handlerOf(() => registerQueueFunction('work', 'queue', workMessage, handle));
}

function handlerOf(registers: () => void): StorageQueueHandler {
  const register = vi.spyOn(app, 'storageQueue').mockImplementation(() => {});
  registers();
  const options = register.mock.calls[0]?.[1];
  register.mockRestore();
  if (!options) throw new Error('nothing was registered');
  return options.handler;
}

/** The n-th delivery; the count comes as text or as a number. */
const delivery = (dequeueCount: string | number) =>
  new InvocationContext({ functionName: 'work', triggerMetadata: { dequeueCount } });

describe('a message', () => {
  beforeEach(() => {
    service.deps = fakeDeps();
    service.calls = [];
    service.failing = null;
  });

  it('that is handled at once costs no other request', async () => {
    await registered(async () => DONE)(message, delivery('1'));
    expect(service.calls).toEqual([]);
  });

  it('that fails is stored and thrown, and the stored failure is deleted after it was handled', async () => {
    const failing = registered(async () => {
      throw new Error('down');
    });
    await expect(failing(message, delivery(1))).rejects.toThrow('down');
    expect([...(service.deps?.stored.failures.values() ?? [])]).toEqual(['Error: down']);
    await registered(async () => DONE)(message, delivery('2'));
    expect(service.calls).toEqual(['deadLetters.recordFailure', 'deadLetters.clearFailure']);
    expect(service.deps?.stored.failures.size).toBe(0);
  });

  it.each<[string, Result, WorkMessage, { attempt: number; delay: number; queue: 'queue' | 'sweeps' }]>([
    [
      'as the next attempt',
      { kind: 'requeue', seconds: 4.2, countsAsAttempt: true },
      message,
      { attempt: 3, delay: 5, queue: 'queue' },
    ],
    [
      'as the same attempt',
      { kind: 'requeue', seconds: 9, countsAsAttempt: false },
      message,
      { attempt: 2, delay: 9, queue: 'queue' },
    ],
    [
      'on the slow queue',
      { kind: 'requeue', seconds: 9, countsAsAttempt: false },
      { ...message, cause: 'scan' },
      { attempt: 2, delay: 9, queue: 'sweeps' },
    ],
  ])('is queued again %s when its result says so', async (_, result, sent, { attempt, delay, queue }) => {
    await registered(async () => result)(sent, delivery(1));
    expect(service.calls).toEqual([`${queue}.send`]);
    const at = Date.parse(START) + delay * 1000;
    expect(service.deps?.stored[queue]).toMatchObject([{ message: { ...sent, attempt }, visibleAt: at }]);
  });

  it('becomes a wake-up at a full minute when its result says so', async () => {
    await registered(async () => ({ kind: 'wake', seconds: 61 }))(message, delivery(1));
    expect(service.calls).toEqual(['wakeups.schedule']);
    const at = Date.parse(START) + 120_000;
    expect([...(service.deps?.stored.wakeups.values() ?? [])]).toEqual([{ resource: SHOP, why: 'look again', at }]);
  });

  it('whose result cannot be followed fails, so that the queue delivers it again', async () => {
    const broken = registered(async () => ({ kind: 'requeue', seconds: 1, countsAsAttempt: false }));
    service.failing = 'queue.send';
    await expect(broken(message, delivery(1))).rejects.toThrow('down');
    expect([...(service.deps?.stored.failures.values() ?? [])]).toEqual(['Error: down']);
  });
});

test('a message whose resource is in work costs one request more when its event is covered', async () => {
  const deps = fakeDeps();
  seedWebApp(deps.arm);
  await receiveEvent(deps, gridEvent('first', SHOP));
  await receiveEvent(deps, gridEvent('second', SHOP));
  deps.clock.advance(60);
  Object.assign(service, { deps, calls: [], failing: null });
  const handle = handlerOf(registerReconcile);
  await Promise.all(deps.stored.queue.map(({ message: sent }) => handle(sent, delivery(1))));
  expect(deps.stored.events.map(({ outcome }) => outcome).sort()).toEqual(['covered', 'evaluated']);
  const count = (name: string) => service.calls.filter((call) => call === name).length;
  expect({ loads: count('resources.load'), leases: count('resources.acquire'), sent: count('queue.send') }).toEqual({
    loads: 2,
    leases: 1,
    sent: 0,
  });
});
