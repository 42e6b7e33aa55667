/** The way of a message from its queue function to the request that writes. */
import { app, InvocationContext, type StorageQueueHandler } from '@azure/functions';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { registerReconcile } from '../../src/functions/reconcile.ts';
import { SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import { fakeDeps } from '../fakes/deps.ts';

const MOST_FILES = 12;
const deps = fakeDeps();
const stacks: string[] = [];

vi.mock('../../src/app/service.ts', () => ({
  getService: async () => ({
    deps: {
      ...deps,
      arm: {
        ...deps.arm,
        write: (...request: Parameters<typeof deps.arm.write>) => {
          stacks.push(new Error('write').stack ?? '');
          return deps.arm.write(...request);
        },
      },
    },
    flush: async () => {},
  }),
}));

const { stackTraceLimit } = Error;
beforeEach(() => {
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

function handlerOf(register: () => void): StorageQueueHandler {
  const queue = vi.spyOn(app, 'storageQueue').mockImplementation(() => {});
  register();
  const options = queue.mock.calls[0]?.[1];
  queue.mockRestore();
  if (!options) throw new Error('no queue was registered');
  return options.handler;
}

/** The files of src/ with a function that waits for the write, by the asynchronous stack. Phases that have ended are not on it. */
function filesIn(stack: string): string[] {
  return [...new Set([...stack.matchAll(/\/(src\/[\w/.-]+\.ts)[?:]/g)].map(([, file]) => file ?? ''))];
}

test(`a write waits in at most ${MOST_FILES} files of src/, from the queue function on`, async () => {
  seedWebApp(deps.arm, { site: { httpsOnly: false }, config: { minTlsVersion: '1.0' } });
  const message = { resource: SHOP, cause: 'wake', attempt: 0 };
  await handlerOf(registerReconcile)(message, new InvocationContext({ functionName: 'reconcile' }));
  expect(deps.arm.requests).toHaveLength(2);
  expect(stacks).toHaveLength(2);
  for (const stack of stacks) {
    const files = filesIn(stack);
    const [apply, reconcile, queue] = [
      'workflows/reconcile/apply-plan',
      'workflows/reconcile/reconcile',
      'functions/queue-function',
    ];
    expect(files).toEqual(expect.arrayContaining([apply, reconcile, queue].map((name) => `src/${name}.ts`)));
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
  }
});
