/**
 * An action that moves configuration, such as a swap, names an app or one of its slots and affects all of them. Its
 * event is stored for each, with an outcome of its own. At receipt it is stored for the app and the named resource.
 * The reconcile of the app stores it for the other slots, before the event is concluded there. So a crash loses none
 * of them.
 */

import { type ChangeEvent, movesConfiguration } from '../../domain/resources/event.ts';
import { isObject } from '../../domain/resources/json.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { appOf, isInScope, parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { bodyOf, type Snapshot, stateOf } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';

/** The resources for which an event is stored at receipt. */
export function affectedResources(event: ChangeEvent, resource: Resource): Resource[] {
  const app = appOf(resource);
  return movesConfiguration(event) && app.key !== resource.key ? [app, resource] : [resource];
}

/**
 * Stores an event for a resource and queues a reconcile. While it has no outcome there, storing it again queues again.
 */
export async function storeEvent(
  deps: Deps,
  resource: Resource,
  { event, receivedAt }: Pick<StoredEvent, 'event' | 'receivedAt'>,
  delaySeconds: number,
): Promise<StoredEvent> {
  const newEvent = { event, receivedAt, resource: resource.id, outcome: null, auditIds: [], reasons: [] };
  // The row is stored first: the handler of the message must find the event.
  const stored = await deps.events.store(newEvent);
  if (stored.outcome !== null) return stored;
  const { id } = event;
  await deps.queue.send(
    { resource: resource.id, cause: 'event', event: { id, receivedAt: stored.receivedAt }, attempt: 0 },
    delaySeconds,
  );
  return stored;
}

/** The waiting events of a resource that must be stored for its slots, too. */
export function movesIn(resource: Resource, waiting: readonly StoredEvent[]): StoredEvent[] {
  return resource.type === 'Microsoft.Web/sites' ? waiting.filter(({ event }) => movesConfiguration(event)) : [];
}

/** Stores the waiting configuration moves of an app for each of its slots. */
export async function fanOutToSlots(
  deps: Deps,
  app: Resource,
  waiting: readonly StoredEvent[],
  snapshot: Snapshot,
): Promise<void> {
  const moves = movesIn(app, waiting);
  if (moves.length === 0) return;
  const slots = await listSlots(deps, app, snapshot);
  for (const move of moves) {
    for (const slot of slots) await storeEvent(deps, slot, move, 0);
    const { id: eventId, correlationId } = move.event;
    deps.log.info({ resource: app.id, eventId, correlationId, slots: slots.length }, 'event stored for slots');
  }
}

/** The slots that Azure lists, or else those with findings. */
async function listSlots(deps: Deps, app: Resource, snapshot: Snapshot): Promise<Resource[]> {
  const listed = bodyOf(snapshot, 'slots')?.value;
  const ids = Array.isArray(listed)
    ? listed.map((slot) => (isObject(slot) ? slot.id : null))
    : await deps.findings.listResources(app.key, app.key, null);
  const slots = ids.flatMap((id) => (typeof id === 'string' ? (parseResourceId(id) ?? []) : []));
  return slots.filter(({ key }) => key !== app.key && isInScope(key, app.key));
}

/** The reason that not all slots got the event, because they could not be listed. */
export function slotsUnreadReasons(app: Resource, moves: readonly StoredEvent[], snapshot: Snapshot): Reason[] {
  const state = stateOf(snapshot, 'slots');
  if (movesIn(app, moves).length === 0 || !('detail' in state)) return [];
  const text = `The slots could not be listed, so only those seen before were looked at: ${state.detail}`;
  return [{ code: 'unread', text }];
}
