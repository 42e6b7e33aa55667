/** What the work queue gave up, after the last try. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { buryMessage } from '../workflows/bury-message.ts';

export function registerDeadLetter(): void {
  app.storageQueue('deadLetter', {
    queueName: `${RECONCILE_QUEUE}-poison`,
    connection: 'AzureWebJobsStorage',
    handler: async (message: unknown) => buryMessage((await getService()).world, RECONCILE_QUEUE, message),
  });
}
