/** The work queue: each message names a resource to reconcile. */
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { workMessage } from '../workflows/ports/work.ts';
import { reconcile } from '../workflows/reconcile/reconcile.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { registerQueueFunction } from './queue-function.ts';

/**
 * A message whose resource is in work here waits for the end of that work, which often concludes its event. The lease would
 * refuse it, and it would be read, sent and received once more. The host takes no further messages until its batch is done,
 * so waiting keeps none from its turn.
 */
export function registerReconcile(): void {
  const inTurn = oneAtATime();
  registerQueueFunction('reconcile', RECONCILE_QUEUE, workMessage, (deps, message) =>
    inTurn(message.resource.toLowerCase(), () => reconcile(deps, message)),
  );
}
