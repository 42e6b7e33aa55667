/**
 * Events, each stored once by its id for each resource that it affects. In the partition of that resource an event has the row
 * i-<id> for lookups, the row e-<time> for the list of recent events, and the row w-<id> while it waits. So no request scans
 * the history of a busy app.
 */

import { odata } from '@azure/data-tables';
import {
  type EventConclusion,
  type Events,
  mergeEvent,
  type StoredEvent,
  storedEvent,
} from '../../workflows/ports/events.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { descendingTime, hashOf } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { repeatUntilWritten } from '../table/versioned-row.ts';

export function openEvents(events: Table, ids: Table): Events {
  async function read(partitionKey: string, eventId: string): Promise<StoredEvent | null> {
    const row = await events.get(partitionKey, `i-${hashOf(eventId)}`);
    return row && parseRow(storedEvent, events.name, row);
  }

  return {
    async store(event) {
      const partitionKey = partitionOf(event);
      const eventHash = hashOf(event.event.id);
      const waits = event.outcome === null;
      const rows = [`i-${eventHash}`, latestKey(event), ...(waits ? [`w-${eventHash}`] : [])];
      const [inserted] = await Promise.all([
        events.transact(rows.map((rowKey) => ({ insert: entityOf({ partitionKey, rowKey }, event) }))),
        ids.insert({ partitionKey: eventHash, rowKey: partitionKey }),
      ]);
      if (!(inserted instanceof Rejected)) return event;
      const known = await read(partitionKey, event.event.id);
      if (!known) throw new StorageUnavailable(`event ${event.event.id} could neither be stored nor read`);
      return known;
    },

    get(resource, eventId) {
      return read(hashOf(resource.key), eventId);
    },

    async findById(eventId) {
      const resources = await ids.readAll(odata`PartitionKey eq ${hashOf(eventId)}`);
      const parts = await Promise.all(resources.map(({ rowKey }) => read(rowKey, eventId)));
      return mergeEvent(parts.filter((part) => part !== null));
    },

    async listWaiting(resource) {
      const rows = await events.readAll(prefixFilter(hashOf(resource.key), 'w-'));
      return rows
        .map((row) => parseRow(storedEvent, events.name, row))
        .sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
    },

    async countWaitingResources(enough) {
      const partitions = new Set<string>();
      let pages = 0;
      for await (const rows of events.readPages(WAITING_ANYWHERE)) {
        for (const { partitionKey } of rows) partitions.add(partitionKey);
        pages += 1;
        if (partitions.size > enough || pages === MAX_PAGES) return { resources: partitions.size, complete: false };
      }
      return { resources: partitions.size, complete: true };
    },

    async listRecent(resource, limit) {
      const { items } = await events.readPage(prefixFilter(hashOf(resource.key), 'e-'), { limit, after: null });
      return items.map((row) => parseRow(storedEvent, events.name, row));
    },

    async conclude(resource, eventIds, conclusion) {
      const partitionKey = hashOf(resource.key);
      const wanted = new Set(eventIds.map(hashOf));
      if (wanted.size === 0) return;
      await repeatUntilWritten(`conclude events in table ${events.name}`, async () => {
        const waiting = await events.readAll(prefixFilter(partitionKey, 'w-'));
        const rows = waiting.filter(({ rowKey }) => wanted.has(rowKey.slice('w-'.length)));
        return concludeRows(rows, conclusion);
      });
    },

    async reopen(resource, eventId) {
      const partitionKey = hashOf(resource.key);
      const row = await events.get(partitionKey, `i-${hashOf(eventId)}`);
      if (!row) return;
      const found = parseRow(storedEvent, events.name, row);
      if (found.outcome !== 'dead') return;
      const event: StoredEvent = { ...found, outcome: null, auditIds: [], reasons: [] };
      // A rejection means that another instance has reopened it meanwhile: a dead event changes in no other way.
      await events.transact([
        { insert: entityOf({ partitionKey, rowKey: `w-${hashOf(eventId)}` }, event) },
        { replace: entityOf({ partitionKey, rowKey: row.rowKey }, event), etag: row.etag },
        { upsert: entityOf({ partitionKey, rowKey: latestKey(event) }, event) },
      ]);
    },
  };

  /** Null when another writer concluded one of them meanwhile; the caller then reads the waiting events again. */
  async function concludeRows(rows: readonly Row[], conclusion: EventConclusion): Promise<true | null> {
    for (let start = 0; start < rows.length; start += EVENTS_PER_TRANSACTION) {
      const steps = rows.slice(start, start + EVENTS_PER_TRANSACTION).flatMap((row) => concludeSteps(row, conclusion));
      if ((await events.transact(steps)) instanceof Rejected) return null;
    }
    return true;
  }

  /** Only the writer that removes the waiting row sets the outcome. */
  function concludeSteps(row: Row, conclusion: EventConclusion): Step[] {
    const { partitionKey, rowKey } = row;
    const event: StoredEvent = { ...parseRow(storedEvent, events.name, row), ...conclusion };
    return [
      { remove: { partitionKey, rowKey } },
      { upsert: entityOf({ partitionKey, rowKey: `i-${hashOf(event.event.id)}` }, event) },
      { upsert: entityOf({ partitionKey, rowKey: latestKey(event) }, event) },
    ];
  }
}

const WAITING_ANYWHERE = odata`RowKey ge ${'w-'} and RowKey lt ${'w.'}`;

/** Each request scans a part of the table and returns the matching rows, which may be none. */
const MAX_PAGES = 100;

/** Two rows each, with the longest ids and all reasons: they fit into one transaction. */
const EVENTS_PER_TRANSACTION = 20;

function latestKey({ event, receivedAt }: StoredEvent): string {
  return `e-${descendingTime(receivedAt)}-${hashOf(event.id)}`;
}

/** Events without a resource are many and never listed. They are spread over partitions, so that none is hot. */
function partitionOf({ resource, event }: StoredEvent): string {
  if (resource !== null) return hashOf(resource.toLowerCase());
  return `none-${hashOf(event.id).slice(0, 2)}`;
}
