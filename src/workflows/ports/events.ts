/** Received events and their outcomes. An event that affects several resources is stored for each, and shown as one. */
import * as z from 'zod';
import { changeEvent } from '../../domain/resources/event.ts';
import { reason } from '../../domain/resources/reasons.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Page, PageRequest } from './storage.ts';

/** From the most to the least informative outcome. */
const EVENT_OUTCOMES = ['dead', 'evaluated', 'covered', 'gone', 'ignored'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

export const storedEvent = z.strictObject({
  event: changeEvent,
  /** The id of the resource; null when the event names none. */
  resource: z.string().nullable(),
  /** By the clock of the service. */
  receivedAt: time,
  outcome: z.enum(EVENT_OUTCOMES).nullable().describe('null while the event still waits'),
  auditIds: z.array(z.string()),
  reasons: z.array(reason),
});
export type StoredEvent = Infer<typeof storedEvent>;

/** The name of events without an outcome in filters. */
export const WAITS = 'waiting';
export const EVENT_STATES = [...EVENT_OUTCOMES, WAITS] as const;

export interface EventQuery {
  /** A resource or any scope above it. */
  readonly resource?: string;
  /** With one of these outcomes. */
  readonly outcome?: readonly (typeof EVENT_STATES)[number][];
}

export interface EventConclusion extends Pick<StoredEvent, 'auditIds' | 'reasons'> {
  readonly outcome: EventOutcome;
}

export interface Events {
  /** Stores an event for its resource. Returns the stored event when it exists already. */
  store(event: StoredEvent): Promise<StoredEvent>;
  get(resource: Resource, eventId: string): Promise<StoredEvent | null>;
  /** The event with this id, merged from all its resources. */
  findById(eventId: string): Promise<StoredEvent | null>;
  /** The events of a resource that have no outcome yet. */
  listWaiting(resource: Resource): Promise<StoredEvent[]>;
  /** Counts the resources with such events, up to `maximum` or a limited number of rows. */
  countWaitingResources(maximum: number): Promise<{ readonly resources: number; readonly complete: boolean }>;
  /** The latest events of a resource, newest first. */
  listRecent(resource: Resource, limit: number): Promise<StoredEvent[]>;
  /** The latest events of all resources, newest first, each once for each resource. An outcome may be missing for some seconds. */
  listLatest(query: EventQuery, page: PageRequest): Promise<Page<StoredEvent>>;
  /** Updates the list of all events: outcomes that are missing there, and events of an earlier version. */
  updateLatest(now: Date): Promise<void>;
  /** Sets the outcome of events. An event with an outcome keeps it. */
  conclude(resource: Resource, eventIds: readonly string[], conclusion: EventConclusion): Promise<void>;
  /** Removes the outcome `dead`, so that the event waits again. Other outcomes stay. */
  reopen(resource: Resource, eventId: string): Promise<void>;
}

/**
 * Merges an event that is stored for several resources, and adds their names to its reasons. It waits while one of
 * them waits. Null when there is none.
 */
export function mergeEvent(parts: readonly StoredEvent[]): StoredEvent | null {
  const [first, ...others] = [...parts].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  if (first === undefined || others.length === 0) return first ?? null;
  const waits = parts.some(({ outcome }) => outcome === null);
  return {
    ...first,
    outcome: waits ? null : (EVENT_OUTCOMES.find((one) => parts.some(({ outcome }) => outcome === one)) ?? null),
    auditIds: [...new Set(parts.flatMap(({ auditIds }) => auditIds))],
    reasons: parts.flatMap(({ resource, reasons }) => {
      const name = parseResourceId(resource ?? '')?.name ?? 'no resource';
      return reasons.map(({ code, text }) => ({ code, text: `${name}: ${text}` }));
    }),
  };
}
