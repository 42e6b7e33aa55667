/** The log lines of a function have its invocation id and the trace id of Application Insights. */
import { InvocationContext } from '@azure/functions';
import { expect, it, vi } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import { logFieldsOf, withInvocation } from '../../src/functions/invocation.ts';

const lines: string[] = [];
const stored = vi.fn(async () => {});
vi.mock('../../src/app/service.ts', () => ({ getService: async () => ({ flush: () => stored() }) }));

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const context = (traceParent?: string) =>
  new InvocationContext({
    functionName: 'reconcile',
    invocationId: 'i-1',
    ...(traceParent === undefined ? {} : { traceContext: { traceParent } }),
  });

it('every line written during the invocation has both ids', async () => {
  const log = createLog('info', { write: (line) => void lines.push(line) });
  await withInvocation(context(`00-${TRACE}-00f067aa0ba902b7-01`), async () =>
    log.info({ eventId: 'e1' }, 'evaluated'),
  );
  log.info({}, 'outside');
  const [inside, outside] = lines.map((line): unknown => JSON.parse(line));
  expect(inside).toMatchObject({ invocationId: 'i-1', function: 'reconcile', traceId: TRACE, eventId: 'e1' });
  expect(outside).not.toHaveProperty('invocationId');
});

it('counts and revisions are stored after the work, also when it failed', async () => {
  stored.mockClear();
  const work = withInvocation(context(), async () => {
    expect(stored).not.toHaveBeenCalled();
    throw new Error('down');
  });
  await expect(work).rejects.toThrow('down');
  expect(stored).toHaveBeenCalledTimes(1);
});

it.each([[undefined], [''], ['rubbish'], ['00-short-00f067aa0ba902b7-01']])(
  'a trace parent of %j is ignored',
  (traceParent) => {
    expect(logFieldsOf(context(traceParent))).toEqual({ invocationId: 'i-1', function: 'reconcile' });
  },
);
