/** The shape of somebody who wrote a resource, as its memory keeps them. */
import * as z from 'zod';
import type { Writer } from '../domain/writers.ts';
import { shapeOf } from './shape-of.ts';

const text = z.string();

export const writer = shapeOf<Writer>()(
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
