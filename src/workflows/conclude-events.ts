/** Events get their outcome, and each says so in a line of its own: what became of an event is found by its id. */
import type { Resource } from '../domain/resource.ts';
import type { Conclusion, World } from './ports.ts';

export interface Concluded {
  readonly id: string;
  readonly correlationId?: string | null | undefined;
}

/** An event that has its outcome keeps it; its line may come twice when a process dies in between. */
export async function concludeEvents(
  world: World,
  resource: Resource,
  events: readonly Concluded[],
  conclusion: Conclusion,
): Promise<void> {
  const ids = events.map(({ id }) => id);
  await world.events.conclude(resource, ids, conclusion);
  for (const { id: eventId, correlationId } of events) {
    world.log.info({ resource: resource.id, eventId, correlationId, outcome: conclusion.outcome }, 'event concluded');
  }
}
