/** A function that takes the messages of a queue: a failure is logged, its reason kept, and the queue delivers again. */
import { app } from '@azure/functions';
import { forgetFailure, noteFailure } from '../workflows/bury-message.ts';
import type { World } from '../workflows/ports.ts';
import { invocation } from './invocation.ts';

export function registerQueueFunction(
  name: string,
  queueName: string,
  handle: (world: World, message: unknown) => Promise<unknown>,
): void {
  app.storageQueue(name, {
    queueName,
    connection: 'AzureWebJobsStorage',
    handler: (message: unknown, context) =>
      invocation(context, async ({ world }) => {
        try {
          await handle(world, message);
        } catch (error) {
          const { name: kind, message: text, stack } = error instanceof Error ? error : new Error(String(error));
          world.log.error(
            { error: { name: kind, message: text, stack } },
            'a message failed; the queue delivers it again',
          );
          await noteFailure(world, message, error);
          throw error;
        }
        // Only a message that was delivered before can have failed before.
        if (Number(context.triggerMetadata?.dequeueCount) > 1) await forgetFailure(world, message);
      }),
  });
}
