/** The events of a resource that are not yet processed. For a slot these include configuration moves of its app. */

import { appOf, type Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import { movesIn } from './configuration-moves.ts';

/** How many recent events are searched for dead-lettered ones. */
const RECENT = 100;

/** The waiting events: one request, and one more for a slot. */
export async function listWaitingEvents({ events }: Pick<Deps, 'events'>, resource: Resource): Promise<StoredEvent[]> {
  return listWithAppMoves(resource, (one) => events.listWaiting(one));
}

/** The waiting events of the app of a slot that move configuration: one request, none for an app. */
export async function listAppMoves({ events }: Pick<Deps, 'events'>, resource: Resource): Promise<StoredEvent[]> {
  const app = appOf(resource);
  return app.key === resource.key ? [] : movesIn(app, await events.listWaiting(app));
}

/** The waiting and the dead-lettered events. */
export async function listUnprocessedEvents(
  { events }: Pick<Deps, 'events'>,
  resource: Resource,
): Promise<StoredEvent[]> {
  return listWithAppMoves(resource, async (one) => {
    const [waiting, recent] = await Promise.all([events.listWaiting(one), events.listRecent(one, RECENT)]);
    return [...waiting, ...recent.filter(({ outcome }) => outcome === 'dead')];
  });
}

async function listWithAppMoves(
  resource: Resource,
  listEvents: (one: Resource) => Promise<StoredEvent[]>,
): Promise<StoredEvent[]> {
  const app = appOf(resource);
  const [own, onApp] = await Promise.all([listEvents(resource), app.key === resource.key ? [] : listEvents(app)]);
  return [...own, ...movesIn(app, onApp)];
}
