/** The work queue: each message names a resource to reconcile. */
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { workMessage } from '../workflows/ports/work.ts';
import { reconcile } from '../workflows/reconcile/reconcile.ts';
import { registerQueueFunction } from './queue-function.ts';

export function registerReconcile(): void {
  registerQueueFunction('reconcile', RECONCILE_QUEUE, workMessage, reconcile);
}
