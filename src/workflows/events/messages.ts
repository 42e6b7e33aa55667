/** Schemas of the queue messages. They are parsed like all external input. */
import * as z from 'zod';

const sweep = z.object({ id: z.string().min(1), startedAt: z.iso.datetime() });

export const workMessage = z.object({
  resource: z.string().min(1),
  cause: z.enum(['event', 'decision', 'wake', 'sweep', 'scan', 'request']),
  event: z.object({ id: z.string().min(1), receivedAt: z.iso.datetime() }).optional(),
  sweep: sweep.optional(),
  rule: z.string().min(1).optional(),
  attempt: z.int().min(0),
});

export const sweepPage = z.object({
  list: z.object({
    cause: z.enum(['sweep', 'scan']),
    subscriptionId: z.string().min(1),
    scope: z.string().min(1),
    token: z.string().nullable(),
    after: z.string(),
  }),
  sweep,
  attempt: z.int().min(0),
});

/** A message of the slow queue: a page to list, or a resource to reconcile. */
export const sweepMessage = z.union([sweepPage, workMessage]);

/** The log fields of every line that is logged while a message is handled. */
export function logContextOf(message: z.infer<typeof sweepMessage>): Record<string, string> {
  const { resource, event } = 'list' in message ? {} : message;
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(event === undefined ? {} : { eventId: event.id }),
    ...(message.sweep === undefined ? {} : { sweep: message.sweep.id }),
  };
}
