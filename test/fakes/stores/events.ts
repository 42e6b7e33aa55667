/** Events, each stored once by its id for each resource; an outcome is given once. */
import { isInScope, type Resource } from '../../../src/domain/resources/resource.ts';
import { type Events, mergeEvent, type StoredEvent } from '../../../src/workflows/ports/events.ts';
import { copyOf } from '../copy.ts';

export function fakeEvents(stored: StoredEvent[]): Events {
  const of = ({ key }: Resource) => stored.filter(({ resource }) => resource?.toLowerCase() === key);
  const named = (events: readonly StoredEvent[], id: string) =>
    copyOf(events.find(({ event }) => event.id === id) ?? null);
  return {
    store: async (event) => {
      const same = stored.filter(({ resource }) => resource?.toLowerCase() === event.resource?.toLowerCase());
      const known = named(same, event.event.id);
      if (known) return known;
      stored.push(copyOf(event));
      return event;
    },
    get: async (resource, eventId) => named(of(resource), eventId),
    findById: async (eventId) => copyOf(mergeEvent(stored.filter(({ event }) => event.id === eventId))),
    listWaiting: async ({ key }) => copyOf(waitingOf(stored, key)),
    countWaitingResources: async (enough) => {
      const resources = new Set(
        stored.filter(({ outcome }) => outcome === null).map(({ resource }) => resource?.toLowerCase()),
      );
      return { resources: resources.size, complete: resources.size <= enough };
    },
    listRecent: async (resource, limit) =>
      copyOf(
        of(resource)
          .sort((a, b) => byReceipt(b, a))
          .slice(0, limit),
      ),
    listLatest: async ({ resource: scope, outcome }, { limit, after }) => {
      const found = copyOf(stored)
        .sort((a, b) => byReceipt(b, a))
        .filter(({ resource }) => scope === undefined || (resource !== null && isInScope(resource, scope)))
        .filter((event) => outcome === undefined || outcome.includes(event.outcome ?? 'waiting'));
      const from = Number(after ?? 0);
      return {
        items: found.slice(from, from + limit),
        next: from + limit < found.length ? String(from + limit) : null,
      };
    },
    updateLatest: async () => {},
    reopen: async (resource, eventId) => {
      const event = of(resource).find((one) => one.event.id === eventId && one.outcome === 'dead');
      if (event) stored[stored.indexOf(event)] = { ...event, outcome: null, auditIds: [], reasons: [] };
    },
    conclude: async (resource, eventIds, conclusion) => {
      for (const event of of(resource)) {
        if (!eventIds.includes(event.event.id) || event.outcome !== null) continue;
        stored[stored.indexOf(event)] = { ...event, ...copyOf(conclusion) };
      }
    },
  };
}

/** The events of a resource without an outcome, oldest first. */
export function waitingOf(stored: readonly StoredEvent[], key: string): StoredEvent[] {
  return stored.filter(({ resource, outcome }) => resource?.toLowerCase() === key && outcome === null).sort(byReceipt);
}

function byReceipt({ receivedAt: one }: StoredEvent, { receivedAt: other }: StoredEvent): number {
  return one < other ? -1 : Number(one > other);
}
