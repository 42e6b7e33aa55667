/** The work queue: each message names a resource to reconcile. */
import { withLogContext } from '../app/log.ts';
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { logContextOf, workMessage } from '../workflows/ports/work.ts';
import { reconcile } from '../workflows/reconcile/reconcile.ts';
import { registerQueueFunction } from './queue-function.ts';

export function registerReconcile(): void {
  registerQueueFunction('reconcile', RECONCILE_QUEUE, (deps, message) => {
    const work = workMessage.parse(message);
    return withLogContext(logContextOf(work), () => reconcile(deps, work));
  });
}
