/**
 * The rows of an event in the partition of its resource: i-<id> for lookups, e-<time> for the list of recent events, and w-<id>
 * while it waits. So no request scans the history of a busy app.
 */

import { type StoredEvent, storedEvent } from '../../workflows/ports/events.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { descendingTime, hashOf } from '../table/keys.ts';
import type { Step, Table } from '../table/table.ts';

export function idKey(eventId: string): string {
  return `i-${hashOf(eventId)}`;
}

export function latestKey({ event, receivedAt }: StoredEvent): string {
  return `e-${descendingTime(receivedAt)}-${hashOf(event.id)}`;
}

export function waitingKey(eventId: string): string {
  return `${WAITING}${hashOf(eventId)}`;
}

/** The beginning of the keys of waiting rows: the last rows of a partition. */
export const WAITING = 'w-';

/** Events without a resource are many and never listed. They are spread over partitions, so that none is hot. */
export function partitionOf({ resource, event }: Pick<StoredEvent, 'resource' | 'event'>): string {
  if (resource !== null) return hashOf(resource.toLowerCase());
  return `none-${hashOf(event.id).slice(0, 2)}`;
}

export function parseEvent(table: Table, row: Row): StoredEvent {
  return parseRow(storedEvent, table.name, row);
}

/** The events of waiting rows, oldest first. */
export function waitingEvents(table: Table, rows: readonly Row[]): StoredEvent[] {
  return rows.map((row) => parseEvent(table, row)).sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
}

/** Gives a waiting event its outcome. Only the writer that removes the waiting row sets it. */
export function concludeSteps(event: StoredEvent): Step[] {
  const entity = entityOf({ partitionKey: partitionOf(event), rowKey: waitingKey(event.event.id) }, event);
  return [
    { remove: { partitionKey: entity.partitionKey, rowKey: entity.rowKey } },
    { upsert: { ...entity, rowKey: idKey(event.event.id) } },
    { upsert: { ...entity, rowKey: latestKey(event) } },
  ];
}
