/**
 * Events, each stored once by its id for each resource that it concerns. In the partition of that resource it has the row
 * i-<id> to be found by, a row e-<time> among the latest, and while it waits a row w-<id>: nobody ever scans the history of
 * a busy app.
 */
import { odata } from '@azure/data-tables';
import type { Conclusion, Events, StoredEvent } from '../workflows/ports.ts';
import { asOne, StorageUnavailable } from '../workflows/ports.ts';
import { entityOf, type Row, valueIn } from './entity.ts';
import { hashOf, newestFirst } from './keys.ts';
import { Declined } from './requests.ts';
import { storedEvent } from './shapes.ts';
import { type Step, startingWith, type Table } from './table.ts';

export function openEvents(events: Table, ids: Table): Events {
  async function read(partitionKey: string, eventId: string): Promise<StoredEvent | null> {
    const row = await events.get(partitionKey, `i-${hashOf(eventId)}`);
    return row && valueIn(storedEvent, events.name, row);
  }

  return {
    async receive(event) {
      const partitionKey = partitionOf(event);
      const eventHash = hashOf(event.event.id);
      const waits = event.outcome === null;
      const rows = [`i-${eventHash}`, latestKey(event), ...(waits ? [`w-${eventHash}`] : [])];
      const [inserted] = await Promise.all([
        events.transact(rows.map((rowKey) => ({ insert: entityOf({ partitionKey, rowKey }, event) }))),
        ids.insert({ partitionKey: eventHash, rowKey: partitionKey }),
      ]);
      if (!(inserted instanceof Declined)) return event;
      const known = await read(partitionKey, event.event.id);
      if (!known) throw new StorageUnavailable(`event ${event.event.id} could neither be stored nor read`);
      return known;
    },

    get(resource, eventId) {
      return read(hashOf(resource.key), eventId);
    },

    async find(eventId) {
      const places = await ids.all(odata`PartitionKey eq ${hashOf(eventId)}`);
      const parts = await Promise.all(places.map(({ rowKey }) => read(rowKey, eventId)));
      return asOne(parts.filter((part) => part !== null));
    },

    async waiting(resource) {
      const rows = await events.all(startingWith(hashOf(resource.key), 'w-'));
      return rows
        .map((row) => valueIn(storedEvent, events.name, row))
        .sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
    },

    async waitingResources(enough) {
      const partitions = new Set<string>();
      let pages = 0;
      for await (const rows of events.pages(WAITING_ANYWHERE)) {
        for (const { partitionKey } of rows) partitions.add(partitionKey);
        pages += 1;
        if (partitions.size > enough || pages === MOST_PAGES) return { resources: partitions.size, complete: false };
      }
      return { resources: partitions.size, complete: true };
    },

    async recent(resource, limit) {
      const { items } = await events.page(startingWith(hashOf(resource.key), 'e-'), { limit, after: null });
      return items.map((row) => valueIn(storedEvent, events.name, row));
    },

    async conclude(resource, eventIds, conclusion) {
      const partitionKey = hashOf(resource.key);
      const wanted = new Set(eventIds.map(hashOf));
      if (wanted.size === 0) return;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const waiting = await events.all(startingWith(partitionKey, 'w-'));
        const rows = waiting.filter(({ rowKey }) => wanted.has(rowKey.slice('w-'.length)));
        if (await concludeAll(rows, conclusion)) return;
      }
      throw new StorageUnavailable(`could not conclude events in table ${events.name}: other writers were faster`);
    },

    async reopen(resource, eventId) {
      const partitionKey = hashOf(resource.key);
      const row = await events.get(partitionKey, `i-${hashOf(eventId)}`);
      if (!row) return;
      const found = valueIn(storedEvent, events.name, row);
      if (found.outcome !== 'dead') return;
      const event: StoredEvent = { ...found, outcome: null, auditIds: [], reasons: [] };
      // Declined means that somebody else has done it meanwhile: a dead event changes in no other way.
      await events.transact([
        { insert: entityOf({ partitionKey, rowKey: `w-${hashOf(eventId)}` }, event) },
        { replace: entityOf({ partitionKey, rowKey: row.rowKey }, event), etag: row.etag },
        { put: entityOf({ partitionKey, rowKey: latestKey(event) }, event) },
      ]);
    },
  };

  /** False when another writer concluded one of them meanwhile: then what still waits is read again. */
  async function concludeAll(rows: readonly Row[], conclusion: Conclusion): Promise<boolean> {
    for (let start = 0; start < rows.length; start += EVENTS_A_TRANSACTION) {
      const steps = rows.slice(start, start + EVENTS_A_TRANSACTION).flatMap((row) => concluded(row, conclusion));
      if ((await events.transact(steps)) instanceof Declined) return false;
    }
    return true;
  }

  /** Only who removes the waiting row gives the outcome. */
  function concluded(row: Row, conclusion: Conclusion): Step[] {
    const { partitionKey, rowKey } = row;
    const event: StoredEvent = { ...valueIn(storedEvent, events.name, row), ...conclusion };
    return [
      { remove: { partitionKey, rowKey } },
      { put: entityOf({ partitionKey, rowKey: `i-${hashOf(event.event.id)}` }, event) },
      { put: entityOf({ partitionKey, rowKey: latestKey(event) }, event) },
    ];
  }
}

const ATTEMPTS = 5;
const WAITING_ANYWHERE = odata`RowKey ge ${'w-'} and RowKey lt ${'w.'}`;
/** Azure looks through so much of the table in one request, and gives what it found. */
const MOST_PAGES = 100;
/** Two rows each, with the longest ids and all reasons: they fit the payload of one. */
const EVENTS_A_TRANSACTION = 20;

function latestKey({ event, receivedAt }: StoredEvent): string {
  return `e-${newestFirst(receivedAt)}-${hashOf(event.id)}`;
}

/** Events about no resource are many and never listed: they are spread, so that no partition is hot. */
function partitionOf({ resource, event }: StoredEvent): string {
  if (resource !== null) return hashOf(resource.toLowerCase());
  return `none-${hashOf(event.id).slice(0, 2)}`;
}
