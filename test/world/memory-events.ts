/** Events, each stored once by its id; an outcome is given once. */
import type { Resource } from '../../src/domain/resource.ts';
import { asOne, type Events, type StoredEvent } from '../../src/workflows/ports.ts';

export function memoryEvents(stored: StoredEvent[]): Events {
  const of = ({ key }: Resource) => stored.filter(({ resource }) => resource?.toLowerCase() === key);
  const named = (events: readonly StoredEvent[], id: string) =>
    structuredClone(events.find(({ event }) => event.id === id) ?? null);
  return {
    receive: async (event) => {
      const same = stored.filter(({ resource }) => resource?.toLowerCase() === event.resource?.toLowerCase());
      const known = named(same, event.event.id);
      if (known) return known;
      stored.push(structuredClone(event));
      return event;
    },
    get: async (resource, eventId) => named(of(resource), eventId),
    find: async (eventId) => structuredClone(asOne(stored.filter(({ event }) => event.id === eventId))),
    waiting: async (resource) =>
      structuredClone(of(resource).filter(({ outcome }) => outcome === null)).sort((a, b) =>
        a.receivedAt < b.receivedAt ? -1 : 1,
      ),
    waitingResources: async (enough) => {
      const resources = new Set(stored.filter(({ outcome }) => outcome === null).map(({ resource }) => resource));
      return { resources: resources.size, complete: resources.size <= enough };
    },
    recent: async (resource, limit) =>
      structuredClone(of(resource))
        .sort((a, b) => (a.receivedAt > b.receivedAt ? -1 : 1))
        .slice(0, limit),
    reopen: async (resource, eventId) => {
      const event = of(resource).find((one) => one.event.id === eventId && one.outcome === 'dead');
      if (event) stored[stored.indexOf(event)] = { ...event, outcome: null, auditIds: [], reasons: [] };
    },
    conclude: async (resource, eventIds, conclusion) => {
      for (const event of of(resource)) {
        if (!eventIds.includes(event.event.id) || event.outcome !== null) continue;
        stored[stored.indexOf(event)] = { ...event, ...structuredClone(conclusion) };
      }
    },
  };
}
