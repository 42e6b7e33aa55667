/** Compares changes of the Activity Log with the stored events, and stores those that Event Grid did not deliver. */

import { movesConfiguration } from '../../domain/resources/event.ts';
import type { ServiceIdentity } from '../../domain/resources/principal.ts';
import { appOf, type Resource } from '../../domain/resources/resource.ts';
import type { LoggedChange } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import { isOwnWrite } from '../state/changers.ts';
import { lostChanges } from './lost-changes.ts';
import { receiveChange } from './receive-event.ts';

/** Each resource with new entries takes one request. The rest is left for the next run, so the latest are the first. */
const MAX_RESOURCES = 100;
/** A resource with more events since a change was read since then, so the change needs no event. */
const MAX_EVENTS = 500;

export interface Compared {
  /** The changes that are events now, or need none. */
  readonly known: readonly LoggedChange[];
  /** Up to this time some were not compared; null when all were. */
  readonly unreadTo: Date | null;
}

/** `known`: the ids of changes that were compared before. Our own writes need no event. */
export async function receiveLostChanges(
  deps: Deps,
  identity: ServiceIdentity,
  changes: readonly LoggedChange[],
  known: ReadonlySet<string>,
): Promise<Compared> {
  const byResource = new Map<string, LoggedChange[]>();
  for (const change of changes) {
    if (isOwnWrite(change, identity)) continue;
    const { key } = listedUnder(change);
    byResource.set(key, [...(byResource.get(key) ?? []), change]);
  }
  const groups = [...byResource.values()]
    .filter((group) => group.some(({ event }) => !known.has(event.id)))
    .sort((a, b) => latestOf(b) - latestOf(a));
  for (const group of groups.slice(0, MAX_RESOURCES)) await receiveLost(deps, group, known);
  const left = groups.slice(MAX_RESOURCES).flat();
  const unreadTo = left.length === 0 ? null : new Date(latestOf(left) + 1);
  return { known: changes.filter((change) => !left.includes(change)), unreadTo };
}

function latestOf(changes: readonly LoggedChange[]): number {
  return Math.max(...changes.map(({ at }) => Date.parse(at)));
}

async function receiveLost(deps: Deps, group: readonly LoggedChange[], known: ReadonlySet<string>): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const events = await deps.events.listRecent(listedUnder(first), MAX_EVENTS);
  const oldest = events.length < MAX_EVENTS ? '' : (events.at(-1)?.receivedAt ?? '');
  for (const change of lostChanges(group, events)) {
    if (known.has(change.event.id) || change.at < oldest) continue;
    await receiveChange(deps, change);
    const { id: eventId, correlationId, operation } = change.event;
    deps.log.warn({ eventId, correlationId, operation, resource: change.resource.id }, 'Event Grid lost a change');
    deps.metrics.count('lostEvents');
  }
}

/** The resource that has every event of this kind: a configuration move is stored for the app of a slot, too. */
function listedUnder({ event, resource }: LoggedChange): Resource {
  return movesConfiguration(event) ? appOf(resource) : resource;
}
