/** The messages of the work queue, parsed like everything that comes from outside. */
import { z } from 'zod';

export const workMessage = z.object({
  resource: z.string().min(1),
  cause: z.enum(['event', 'decision', 'wake']),
  event: z.object({ id: z.string().min(1), receivedAt: z.iso.datetime() }).optional(),
  attempt: z.int().min(0),
});
