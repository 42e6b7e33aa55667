/** Received events and their outcomes. An event that affects several resources is stored for each, and shown as one. */
import type { ChangeEvent } from '../../domain/resources/event.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';

export type EventOutcome = 'ignored' | 'covered' | 'evaluated' | 'gone' | 'dead';

export interface StoredEvent {
  readonly event: ChangeEvent;
  /** The id of the resource; null when the event names none. */
  readonly resource: string | null;
  /** By the clock of the service (ISO). */
  readonly receivedAt: string;
  /** Null while it waits. */
  readonly outcome: EventOutcome | null;
  readonly auditIds: readonly string[];
  readonly reasons: readonly Reason[];
}

export interface EventConclusion {
  readonly outcome: EventOutcome;
  readonly auditIds: readonly string[];
  readonly reasons: readonly Reason[];
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
  /** Sets the outcome of events. An event with an outcome keeps it. */
  conclude(resource: Resource, eventIds: readonly string[], conclusion: EventConclusion): Promise<void>;
  /** Removes the outcome `dead`, so that the event waits again. Other outcomes stay. */
  reopen(resource: Resource, eventId: string): Promise<void>;
}

/** From the most to the least informative outcome. */
const OUTCOME_PRECEDENCE: readonly EventOutcome[] = ['dead', 'evaluated', 'covered', 'gone', 'ignored'];

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
    outcome: waits ? null : (OUTCOME_PRECEDENCE.find((one) => parts.some(({ outcome }) => outcome === one)) ?? null),
    auditIds: [...new Set(parts.flatMap(({ auditIds }) => auditIds))],
    reasons: parts.flatMap(({ resource, reasons }) => {
      const name = parseResourceId(resource ?? '')?.name ?? 'no resource';
      return reasons.map(({ code, text }) => ({ code, text: `${name}: ${text}` }));
    }),
  };
}
