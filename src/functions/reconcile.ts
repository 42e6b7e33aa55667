/** The work queue, one message a resource to look at. */
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { workMessage } from '../workflows/messages.ts';
import { reconcile } from '../workflows/reconcile.ts';
import { registerQueueFunction } from './queue-function.ts';

export function registerReconcile(): void {
  registerQueueFunction('reconcile', RECONCILE_QUEUE, async (world, message) =>
    reconcile(world, workMessage.parse(message)),
  );
}
