/** A function that handles the messages of a queue. A failure is logged and recorded, and the queue delivers the message again. */
import { app } from '@azure/functions';
import type * as z from 'zod';
import { withLogContext } from '../app/log-context.ts';
import { clearFailure, recordFailure } from '../workflows/dead-letters/record-dead-letter.ts';
import { followResult } from '../workflows/events/requeue.ts';
import type { Deps } from '../workflows/ports/deps.ts';
import { logContextOf, type Result, type SweepMessage } from '../workflows/ports/work.ts';
import { withInvocation } from './invocation.ts';

/** `handle` parses a message and says what becomes of it. */
export function registerQueueFunction<M extends SweepMessage>(
  name: string,
  queueName: string,
  schema: z.ZodType<M>,
  handle: (deps: Deps, message: M) => Promise<Result>,
): void {
  app.storageQueue(name, {
    queueName,
    connection: 'AzureWebJobsStorage',
    handler: (message: unknown, context) =>
      withInvocation(context, async ({ deps }) => {
        try {
          const work = schema.parse(message);
          await withLogContext(logContextOf(work), async () => followResult(deps, work, await handle(deps, work)));
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
