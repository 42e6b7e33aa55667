/** What a queue gave up, after the last try. */
import { app } from '@azure/functions';
import { RECONCILE_QUEUE, SWEEP_QUEUE } from '../storage/names.ts';
import { buryMessage } from '../workflows/bury-message.ts';
import { invocation } from './invocation.ts';

export function registerDeadLetter(): void {
  registerPoison('deadLetter', RECONCILE_QUEUE);
  registerPoison('sweepDeadLetter', SWEEP_QUEUE);
}

function registerPoison(name: string, queue: string): void {
  app.storageQueue(name, {
    queueName: `${queue}-poison`,
    connection: 'AzureWebJobsStorage',
    handler: (message: unknown, context) => invocation(context, ({ world }) => buryMessage(world, queue, message)),
  });
}
