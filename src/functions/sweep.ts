/** The sweep: a timer that starts it (also at startup, when the platform missed it), and the slow queue that carries it out. */
import { app } from '@azure/functions';
import { SWEEP_QUEUE } from '../storage/names.ts';
import { sweepMessage } from '../workflows/ports/work.ts';
import { handleSweep, startSweep } from '../workflows/sweep/sweep.ts';
import { withInvocation } from './invocation.ts';
import { registerQueueFunction } from './queue-function.ts';

/** The schedule is a parameter, because the host rejects a timer whose schedule refers to a missing app setting. */
export function registerSweep(schedule: string): void {
  app.timer('sweep', {
    schedule,
    handler: (_, context) => withInvocation(context, ({ deps, config }) => startSweep(deps, config.subscriptions)),
  });
  registerQueueFunction('sweepWork', SWEEP_QUEUE, sweepMessage, handleSweep);
}
