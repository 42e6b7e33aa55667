/**
 * The writers of a resource, without Plumbline: one entry per person, the latest last. The list has a maximum length.
 * The time of truncation shows that it is incomplete.
 */
import * as z from 'zod';
import { eventIdOf } from './event.ts';
import { fitsSize, truncateText } from './limits.ts';
import { type Caller, caller } from './principal.ts';
import { type Infer, time } from './schema.ts';

export const writer = caller.extend({
  /** When the latest evidence came: received by the clock of the service, or the time of an Activity Log entry. */
  at: time,
  /** When the first stored evidence came. */
  since: time,
  /** The kind of the latest evidence. */
  source: z.enum(['event', 'activity-log']),
  eventId: z.string().exactOptional(),
  correlationId: z.string().exactOptional(),
});
export type Writer = Infer<typeof writer>;

export const writerHistory = z.strictObject({
  /** The latest last. */
  writers: z.array(writer),
  /** Up to this time writers may be missing; null when the list is complete. */
  writersTruncatedAt: time.nullable(),
});
export type WriterHistory = Infer<typeof writerHistory>;

/** Enough for the people and pipelines that write one app. Forged events could add more. */
export const MAX_WRITERS = 200;
/** Serialized sizes (limits.ts). Object ids and most other ids have 36 characters. */
const MAX_OBJECT_ID = 64;
const MAX_NAME = 256;
const MAX_ID = 96;

/** The caller as a writer; null when the object id is not valid. */
export function writerOf(
  { objectId, name, type }: Caller,
  seen: {
    readonly at: string;
    readonly source: Writer['source'];
    readonly eventId?: string | null;
    readonly correlationId?: string | null;
  },
): Writer | null {
  const id = objectId.toLowerCase();
  if (id === '' || !fitsSize(id, MAX_OBJECT_ID)) return null;
  const { at, source, eventId, correlationId } = seen;
  return {
    objectId: id,
    type,
    ...(name === undefined ? {} : { name: truncateText(name, MAX_NAME) }),
    at,
    since: at,
    source,
    ...(eventId && fitsSize(eventId, MAX_ID) ? { eventId } : {}),
    ...(correlationId ? { correlationId: correlationIdOf(correlationId) } : {}),
  };
}

/** A correlation id as it is stored and compared. Callers choose it, so a long one is hashed. */
export function correlationIdOf(id: string): string {
  return eventIdOf(id, MAX_ID);
}

/** Adds writers to a list. When it is full, the oldest are removed. */
export function mergeWriters({ writers, writersTruncatedAt }: WriterHistory, seen: readonly Writer[]): WriterHistory {
  const byId = new Map(writers.map((writer) => [writer.objectId, writer]));
  for (const writer of seen) {
    const previous = byId.get(writer.objectId);
    byId.set(writer.objectId, previous ? mergeWriter(previous, writer) : writer);
  }
  const all = [...byId.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const truncatedAt = all.slice(0, -MAX_WRITERS).at(-1)?.at ?? null;
  return { writers: all.slice(-MAX_WRITERS), writersTruncatedAt: latest(writersTruncatedAt, truncatedAt) };
}

function mergeWriter(a: Writer, b: Writer): Writer {
  const [earlier, later] = a.at <= b.at ? [a, b] : [b, a];
  return {
    ...(earlier.name === undefined ? {} : { name: earlier.name }),
    ...later,
    since: a.since < b.since ? a.since : b.since,
  };
}

function latest(a: string | null, b: string | null): string | null {
  return a !== null && (b === null || a > b) ? a : b;
}
