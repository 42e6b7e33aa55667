/** Queues and wake-ups. */
import * as z from 'zod';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { part } from './sweeps.ts';

const sweepRun = z.object({
  id: z.string().min(1),
  /** By the clock of the service. A resource that was reconciled since needs no reconcile for this sweep. */
  startedAt: time,
});
export type SweepRun = Infer<typeof sweepRun>;

/** A message names a resource and the cause. It has ids only. */
export const workMessage = z.object({
  resource: z.string().min(1),
  cause: z.enum(['event', 'decision', 'wake', 'sweep', 'scan', 'request', 'gate']),
  /** For events: the id, and when it was received by the clock of the service. */
  event: z.object({ id: z.string().min(1), receivedAt: time }).optional(),
  /** For sweeps and scans: which one. */
  sweep: sweepRun.optional(),
  /** For sweeps: the partition of the resource. */
  part: part.optional(),
  /** For sweeps: whether an event had found something there. */
  marked: z.boolean().optional(),
  /** For requests: the rule for whose violation an operator requests an approval. */
  rule: z.string().min(1).optional(),
  /** For health gates: which one. Its look is due. */
  gate: z.string().min(1).optional(),
  /** For looks that were queued at a pace: how many reads they were planned for. */
  reads: z.int().positive().optional(),
  /** How often it was requeued. */
  attempt: z.int().min(0),
});
export type WorkMessage = Infer<typeof workMessage>;

/** A hash partition of resources to list. Its resources are put on the same queue, then the next partition. */
const sweepPage = z.object({
  list: z.object({
    cause: z.enum(['sweep', 'scan']),
    subscriptionId: z.string().min(1),
    /** The subscription, or a part of it. */
    scope: z.string().min(1),
    /** Null: the resources are to be counted first. `index` equal to `of`: everything was listed. */
    part: part.nullable().default(null),
  }),
  sweep: sweepRun,
  attempt: z.int().min(0),
});
export type SweepPage = Infer<typeof sweepPage>;

/** A preview to make, by its id. */
const previewWork = z.object({ preview: z.string().min(1), attempt: z.int().min(0) });
export type PreviewWork = Infer<typeof previewWork>;

/** A message of the slow queue: a partition to list, a preview to make, or a resource to reconcile. */
export const sweepMessage = z.union([sweepPage, previewWork, workMessage]);
export type SweepMessage = WorkMessage | SweepPage | PreviewWork;

/** The log fields of every line that is logged while a message is handled. */
export function logContextOf(message: SweepMessage): Record<string, string> {
  if ('preview' in message) return { preview: message.preview };
  const { resource, event } = 'list' in message ? {} : message;
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(event === undefined ? {} : { eventId: event.id }),
    ...(message.sweep === undefined ? {} : { sweep: message.sweep.id }),
  };
}

/** What becomes of a message after it was handled. */
export type Result =
  | { readonly kind: 'done' }
  /** It is queued again, as the next attempt or as the same one. */
  | { readonly kind: 'requeue'; readonly seconds: number; readonly countsAsAttempt: boolean }
  /** Housekeeping reconciles the resource after so many seconds. */
  | { readonly kind: 'wake'; readonly seconds: number };

export const DONE: Result = { kind: 'done' };

/** The slow queue. It is separate, so that a sweep never delays a change of a user. */
export interface SweepQueue {
  send(message: SweepMessage, delaySeconds: number): Promise<void>;
}

export interface WorkQueue {
  /** Queues a message that is visible after so many seconds (at most a day). */
  send(message: WorkMessage, delaySeconds: number): Promise<void>;
}

export const wakeup = z.strictObject({ resource: z.string(), why: z.string() });
export type Wakeup = Infer<typeof wakeup>;

/** Wake-ups outlive every message: housekeeping queues the resource when one is due. */
export interface Wakeups {
  /** Returns the key for cancelling it. Scheduling the same wake-up twice gives one. */
  schedule(resource: Resource, at: Date, why: string): Promise<string>;
  cancel(key: string): Promise<void>;
  listDue(now: Date, limit: number): Promise<({ readonly key: string } & Wakeup)[]>;
}
