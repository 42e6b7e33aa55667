/** The work queue, one message a resource to look at. */
import { joinedTo } from '../log.ts';
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { idsIn, workMessage } from '../workflows/messages.ts';
import { reconcile } from '../workflows/reconcile.ts';
import { registerQueueFunction } from './queue-function.ts';

export function registerReconcile(): void {
  registerQueueFunction('reconcile', RECONCILE_QUEUE, (world, message) => {
    const work = workMessage.parse(message);
    return joinedTo(idsIn(work), () => reconcile(world, work));
  });
}
