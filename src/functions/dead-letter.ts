/** Records the messages of the poison queues, after their last attempt. */
import { app } from '@azure/functions';
import { RECONCILE_QUEUE, SWEEP_QUEUE } from '../storage/names.ts';
import { recordDeadLetter } from '../workflows/dead-letters/record-dead-letter.ts';
import { withInvocation } from './invocation.ts';

export function registerDeadLetter(): void {
  registerPoison('deadLetter', RECONCILE_QUEUE);
  registerPoison('sweepDeadLetter', SWEEP_QUEUE);
}

function registerPoison(name: string, queue: string): void {
  app.storageQueue(name, {
    queueName: `${queue}-poison`,
    connection: 'AzureWebJobsStorage',
    handler: (message: unknown, context) =>
      withInvocation(context, ({ deps }) => recordDeadLetter(deps, queue, message)),
  });
}
