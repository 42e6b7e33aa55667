/** The work queue, one message a resource to look at. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { RECONCILE_QUEUE } from '../storage/names.ts';
import { noteFailure } from '../workflows/bury-message.ts';
import { workMessage } from '../workflows/messages.ts';
import { reconcile } from '../workflows/reconcile.ts';

export function registerReconcile(): void {
  app.storageQueue('reconcile', {
    queueName: RECONCILE_QUEUE,
    connection: 'AzureWebJobsStorage',
    handler: async (message: unknown) => {
      const { world } = await getService();
      try {
        await reconcile(world, workMessage.parse(message));
      } catch (error) {
        const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error));
        world.log.error({ error: { name, message: text, stack } }, 'a message failed; the queue delivers it again');
        await noteFailure(world, message, error);
        throw error;
      }
    },
  });
}
