/**
 * Everybody, other than Plumbline, seen writing a resource: one row a person, the latest last. The list has an end; what was
 * cut is told by its time, so that nobody takes the rest for all of it.
 */
import { type Caller, eventIdOf } from './event.ts';
import { cutText, fits } from './limits.ts';

export interface Writer extends Caller {
  /** When the latest sign of them came: received by our clock, or the time of an entry of the Activity Log (ISO). */
  readonly at: string;
  /** When the first one that is remembered came. */
  readonly since: string;
  /** What the latest sign was. */
  readonly source: 'event' | 'activity-log';
  readonly eventId?: string;
  readonly correlationId?: string;
}

export interface WhoWrote {
  /** The latest last. */
  readonly writers: readonly Writer[];
  /** Up to this time writers are missing; null when none is. */
  readonly writersCut: string | null;
}

/** People and pipelines that write one app; whoever delivers events can invent more. */
export const MOST_WRITERS = 200;
/** Weights (limits.ts). An object id has 36 characters, and so have most other ids. */
const LONGEST_OBJECT_ID = 64;
const LONGEST_NAME = 256;
const LONGEST_ID = 96;

/** A caller as a writer, by an object id that may be one; null when it cannot be. */
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
  if (id === '' || !fits(id, LONGEST_OBJECT_ID)) return null;
  const { at, source, eventId, correlationId } = seen;
  return {
    objectId: id,
    type,
    ...(name === undefined ? {} : { name: cutText(name, LONGEST_NAME) }),
    at,
    since: at,
    source,
    ...(eventId && fits(eventId, LONGEST_ID) ? { eventId } : {}),
    ...(correlationId ? { correlationId: correlationIdOf(correlationId) } : {}),
  };
}

/** As it is kept and compared: whoever writes chooses it, and must not be lost track of by a long one. */
export function correlationIdOf(id: string): string {
  return eventIdOf(id, LONGEST_ID);
}

/** The same list with further sightings; of more people than it holds, those seen longest ago go. */
export function addWriters({ writers, writersCut }: WhoWrote, seen: readonly Writer[]): WhoWrote {
  const byId = new Map(writers.map((writer) => [writer.objectId, writer]));
  for (const writer of seen) {
    const known = byId.get(writer.objectId);
    byId.set(writer.objectId, known ? both(known, writer) : writer);
  }
  const all = [...byId.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const cut = all.slice(0, -MOST_WRITERS).at(-1)?.at ?? null;
  return { writers: all.slice(-MOST_WRITERS), writersCut: latest(writersCut, cut) };
}

/** Without what only the list of writers tells of somebody. */
export function callerOf({ objectId, name, type }: Caller): Caller {
  return { objectId, type, ...(name === undefined ? {} : { name }) };
}

function both(a: Writer, b: Writer): Writer {
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
