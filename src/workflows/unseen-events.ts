/** The events of a resource that its memory does not tell of yet; for a slot, also moves of configuration on its app. */
import { appOf, type Resource } from '../domain/resource.ts';
import { movesAmong } from './moved-configuration.ts';
import type { StoredEvent, World } from './ports.ts';

/** How many of a resource's latest events are searched for such as were given up. */
const RECENT = 100;

/** Those that wait: one request, and one more for a slot. */
export async function waitingEvents({ events }: Pick<World, 'events'>, resource: Resource): Promise<StoredEvent[]> {
  return withMoves(resource, (one) => events.waiting(one));
}

/** Those that wait on the app of a slot, and move its configuration: one request, none for an app. */
export async function movesOnApp({ events }: Pick<World, 'events'>, resource: Resource): Promise<StoredEvent[]> {
  const app = appOf(resource);
  return app.key === resource.key ? [] : movesAmong(app, await events.waiting(app));
}

/** Those that wait or were given up. */
export async function unseenEvents({ events }: Pick<World, 'events'>, resource: Resource): Promise<StoredEvent[]> {
  return withMoves(resource, async (one) => {
    const [waiting, recent] = await Promise.all([events.waiting(one), events.recent(one, RECENT)]);
    return [...waiting, ...recent.filter(({ outcome }) => outcome === 'dead')];
  });
}

async function withMoves(
  resource: Resource,
  eventsOf: (one: Resource) => Promise<StoredEvent[]>,
): Promise<StoredEvent[]> {
  const app = appOf(resource);
  const [own, onApp] = await Promise.all([eventsOf(resource), app.key === resource.key ? [] : eventsOf(app)]);
  return [...own, ...movesAmong(app, onApp)];
}
