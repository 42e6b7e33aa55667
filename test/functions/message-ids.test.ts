/** The log lines during the handling of a message, with those of requests to Azure, have the ids of the message. */
import { app, InvocationContext, type StorageQueueHandler } from '@azure/functions';
import { expect, test, vi } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import { registerReconcile } from '../../src/functions/reconcile.ts';
import { registerSweep } from '../../src/functions/sweep.ts';
import { SHOP } from '../fakes/azure/resources.ts';
import { fakeDeps } from '../fakes/deps.ts';

const lines: string[] = [];
const log = createLog('info', { write: (line) => void lines.push(line) });
const logInside = async () => {
  log.info({}, 'deep inside');
  return null;
};
const memory = fakeDeps();
memory.stored.scans.set('s-1', {
  ...{ scope: '/subscriptions/s', startedAt: null, actor: null, endedAt: null, cancelledBy: null },
  ...{ found: new Set(), evaluated: new Set(), listed: false },
});
vi.mock('../../src/app/service.ts', () => ({
  getService: async () => ({
    deps: {
      ...memory,
      resources: {
        ...memory.resources,
        load: async (resource: Resource) => (await logInside()) ?? memory.resources.load(resource),
        acquire: async () => null,
      },
      estate: {
        ...memory.estate,
        countResources: () => logInside().then(() => ({ kind: 'counted', total: 0, waitSeconds: 0 })),
      },
    },
    flush: async () => {},
  }),
}));

function handlerOf(register: () => void): StorageQueueHandler {
  const queue = vi.spyOn(app, 'storageQueue').mockImplementation(() => {});
  const timer = vi.spyOn(app, 'timer').mockImplementation(() => {});
  register();
  const options = queue.mock.calls[0]?.[1];
  queue.mockRestore();
  timer.mockRestore();
  if (!options) throw new Error('no queue was registered');
  return options.handler;
}

const AT = '2026-03-01T12:00:00.000Z';
const eventMessage = { resource: SHOP, cause: 'event', event: { id: 'e-1', receivedAt: AT }, attempt: 0 };
const swept = { resource: SHOP, cause: 'sweep', sweep: { id: 's-1', startedAt: AT }, attempt: 0 };
const page = {
  list: { cause: 'scan', subscriptionId: 's', scope: '/subscriptions/s', part: null },
  sweep: { id: 's-1', startedAt: AT },
  attempt: 0,
};

test.each([
  ['an event', registerReconcile, eventMessage, { resource: SHOP, eventId: 'e-1' }],
  ['the sweep', () => registerSweep('0 0 * * * *'), swept, { resource: SHOP, sweep: 's-1' }],
  ['a page of the estate', () => registerSweep('0 0 * * * *'), page, { sweep: 's-1' }],
])('the lines for %s have its ids', async (_, register, message, ids) => {
  lines.splice(0);
  await handlerOf(register)(message, new InvocationContext({ functionName: 'work', invocationId: 'i-1' }));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      message: 'deep inside',
      invocationId: 'i-1',
      function: 'work',
      ...ids,
    },
  ]);
});
