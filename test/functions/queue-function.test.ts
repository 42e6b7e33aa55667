/** What a queue's function does around its work: a failure is noted, and forgotten when the message is handled after all. */
import { app, InvocationContext, type StorageQueueHandler } from '@azure/functions';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { registerQueueFunction } from '../../src/functions/queue-function.ts';
import { type FakeDeps, fakeDeps } from '../fakes/deps.ts';
import { tracedDeps } from '../fakes/wrappers/watched.ts';

const service: { deps: FakeDeps | null; calls: string[] } = { deps: null, calls: [] };
vi.mock('../../src/app/service.ts', () => ({
  getService: async () => ({
    deps: service.deps && tracedDeps(service.deps, service.calls),
    flushMetrics: async () => {},
  }),
}));

function registered(handle: () => Promise<void>): StorageQueueHandler {
  const register = vi.spyOn(app, 'storageQueue').mockImplementation(() => {});
  registerQueueFunction('work', 'queue', handle);
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
  });

  it('handled at once costs no request beside its work', async () => {
    await registered(async () => {})({ a: 1 }, delivery('1'));
    expect(service.calls).toEqual([]);
  });

  it('that fails is noted and thrown; handled at last, the note goes', async () => {
    const failing = registered(async () => {
      throw new Error('down');
    });
    await expect(failing({ a: 1 }, delivery(1))).rejects.toThrow('down');
    expect([...(service.deps?.stored.failures.values() ?? [])]).toEqual(['Error: down']);
    await registered(async () => {})({ a: 1 }, delivery('2'));
    expect(service.calls).toEqual(['deadLetters.recordFailure', 'deadLetters.clearFailure']);
    expect(service.deps?.stored.failures.size).toBe(0);
  });
});
