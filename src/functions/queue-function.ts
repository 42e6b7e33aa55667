/** A function that handles the messages of a queue. A failure is logged and recorded, and the queue delivers the message again. */
import { app } from '@azure/functions';
import { clearFailure, recordFailure } from '../workflows/dead-letters/record-dead-letter.ts';
import type { Deps } from '../workflows/ports/deps.ts';
import { withInvocation } from './invocation.ts';

export function registerQueueFunction(
  name: string,
  queueName: string,
  handle: (deps: Deps, message: unknown) => Promise<unknown>,
): void {
  app.storageQueue(name, {
    queueName,
    connection: 'AzureWebJobsStorage',
    handler: (message: unknown, context) =>
      withInvocation(context, async ({ deps }) => {
        try {
          await handle(deps, message);
        } catch (error) {
          const { name: kind, message: text, stack } = error instanceof Error ? error : new Error(String(error));
          deps.log.error(
            { error: { name: kind, message: text, stack } },
            'a message failed; the queue delivers it again',
          );
          await recordFailure(deps, message, error);
          throw error;
        }
        // Only a message that was delivered before can have failed before.
        if (Number(context.triggerMetadata?.dequeueCount) > 1) await clearFailure(deps, message);
      }),
  });
}
