/** What a queue gave up, after the last try. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { RECONCILE_QUEUE, SWEEP_QUEUE } from '../storage/names.ts';
import { buryMessage } from '../workflows/bury-message.ts';

export function registerDeadLetter(): void {
  registerPoison('deadLetter', RECONCILE_QUEUE);
  registerPoison('sweepDeadLetter', SWEEP_QUEUE);
}

function registerPoison(name: string, queue: string): void {
  app.storageQueue(name, {
    queueName: `${queue}-poison`,
    connection: 'AzureWebJobsStorage',
    handler: async (message: unknown) => buryMessage((await getService()).world, queue, message),
  });
}
