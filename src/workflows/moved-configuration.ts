/**
 * An action that moves configuration, such as a swap, names an app or one of its slots and concerns them all. Its event is
 * kept for each of them, with an outcome of its own: at receipt for the app and for what it names; for the other slots when
 * somebody looks at the app, before the event gets its outcome there. So a crash loses none of them.
 */
import { type ChangeEvent, movesConfiguration } from '../domain/event.ts';
import { isObject } from '../domain/json.ts';
import type { Reason } from '../domain/reasons.ts';
import { appOf, isWithin, parseResourceId, type Resource } from '../domain/resource.ts';
import { bodyOf, type Snapshot, stateOf } from '../domain/snapshot.ts';
import type { StoredEvent, World } from './ports.ts';

/** The resources that an event is kept for at receipt. */
export function concernedAtReceipt(event: ChangeEvent, resource: Resource): Resource[] {
  const app = appOf(resource);
  return movesConfiguration(event) && app.key !== resource.key ? [app, resource] : [resource];
}

/** Keeps an event for a resource and has somebody look; while it has no outcome there, doing so again asks for a look again. */
export async function keepFor(
  world: World,
  resource: Resource,
  { event, receivedAt }: Pick<StoredEvent, 'event' | 'receivedAt'>,
  delaySeconds: number,
): Promise<StoredEvent> {
  const waits = { event, receivedAt, resource: resource.id, outcome: null, auditIds: [], reasons: [] };
  // The row is there first: whoever takes the message must find the event waiting.
  const stored = await world.events.receive(waits);
  if (stored.outcome !== null) return stored;
  const { id } = event;
  await world.queue.send(
    { resource: resource.id, cause: 'event', event: { id, receivedAt: stored.receivedAt }, attempt: 0 },
    delaySeconds,
  );
  return stored;
}

/** Those of the events that wait on a resource which its slots must hear of. */
export function movesAmong(resource: Resource, waiting: readonly StoredEvent[]): StoredEvent[] {
  return resource.type === 'Microsoft.Web/sites' ? waiting.filter(({ event }) => movesConfiguration(event)) : [];
}

/** Keeps the moves that wait on an app for each of its slots. */
export async function tellSlots(
  world: World,
  app: Resource,
  waiting: readonly StoredEvent[],
  snapshot: Snapshot,
): Promise<void> {
  const moves = movesAmong(app, waiting);
  if (moves.length === 0) return;
  const slots = await slotsOf(world, app, snapshot);
  for (const move of moves) {
    for (const slot of slots) await keepFor(world, slot, move, 0);
    const { id: eventId, correlationId } = move.event;
    world.log.info({ resource: app.id, eventId, correlationId, slots: slots.length }, 'event kept for the slots');
  }
}

/** Those that Azure lists; where it does not, those that were seen before. */
async function slotsOf(world: World, app: Resource, snapshot: Snapshot): Promise<Resource[]> {
  const listed = bodyOf(snapshot, 'slots')?.value;
  const ids = Array.isArray(listed)
    ? listed.map((slot) => (isObject(slot) ? slot.id : null))
    : await world.findings.resources(app.key, app.key, null);
  const slots = ids.flatMap((id) => (typeof id === 'string' ? (parseResourceId(id) ?? []) : []));
  return slots.filter(({ key }) => key !== app.key && isWithin(key, app.key));
}

/** That the outcome of moves does not tell of all slots, because they could not be listed. */
export function slotsUnread(app: Resource, moves: readonly StoredEvent[], snapshot: Snapshot): Reason[] {
  const state = stateOf(snapshot, 'slots');
  if (movesAmong(app, moves).length === 0 || !('detail' in state)) return [];
  const text = `The slots could not be listed, so only those seen before were looked at: ${state.detail}`;
  return [{ code: 'unread', text }];
}
