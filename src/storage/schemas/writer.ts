/** The schema of a writer in the stored state of a resource. */
import * as z from 'zod';
import type { Writer } from '../../domain/resources/writers.ts';
import { schemaOf } from './schema-of.ts';

const text = z.string();

export const writer = schemaOf<Writer>()(
  z.strictObject({
    objectId: text,
    name: text.exactOptional(),
    type: z.enum(['user', 'app']),
    at: text,
    since: text,
    source: z.enum(['event', 'activity-log']),
    eventId: text.exactOptional(),
    correlationId: text.exactOptional(),
  }),
);
