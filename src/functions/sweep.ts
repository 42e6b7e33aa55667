/** The sweep: a timer that begins it (at start, too, when the platform missed it), and the slow queue that carries it out. */
import { app } from '@azure/functions';
import { joinedTo } from '../log.ts';
import { SWEEP_QUEUE } from '../storage/names.ts';
import { idsIn, sweepMessage } from '../workflows/messages.ts';
import { handleSweep, startSweep } from '../workflows/sweep.ts';
import { invocation } from './invocation.ts';
import { registerQueueFunction } from './queue-function.ts';

/** The schedule is given, because the host refuses a timer whose schedule names an app setting that is not there. */
export function registerSweep(schedule: string): void {
  app.timer('sweep', {
    schedule,
    handler: (_, context) => invocation(context, ({ world, config }) => startSweep(world, config.subscriptions)),
  });
  registerQueueFunction('sweepWork', SWEEP_QUEUE, (world, message) => {
    const work = sweepMessage.parse(message);
    return joinedTo(idsIn(work), () => handleSweep(world, work));
  });
}
