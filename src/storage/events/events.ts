/** Events, each stored once by its id for each resource that it affects: see event-rows.ts. */

import { odata } from '@azure/data-tables';
import { type EventConclusion, type Events, mergeEvent, type StoredEvent } from '../../workflows/ports/events.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { repeatUntilWritten } from '../table/versioned-row.ts';
import type { EventList } from './event-list.ts';
import {
  concludeSteps,
  idKey,
  latestKey,
  parseEvent,
  partitionOf,
  WAITING,
  waitingEvents,
  waitingKey,
} from './event-rows.ts';

export function openEvents(events: Table, latest: EventList): Events {
  async function read(partitionKey: string, eventId: string): Promise<StoredEvent | null> {
    const row = await events.get(partitionKey, idKey(eventId));
    return row && parseEvent(events, row);
  }

  return {
    async store(event) {
      const partitionKey = partitionOf(event);
      const { id } = event.event;
      const rows = [idKey(id), latestKey(event), ...(event.outcome === null ? [waitingKey(id)] : [])];
      const entity = entityOf({ partitionKey, rowKey: '' }, event);
      const [inserted, listed] = await Promise.all([
        events.transact(rows.map((rowKey) => ({ insert: { ...entity, rowKey } }))),
        latest.receive(event),
      ]);
      if (!(inserted instanceof Rejected)) return event;
      const known = await read(partitionKey, id);
      if (!known) throw new StorageUnavailable(`event ${id} could neither be stored nor read`);
      if (listed) await latest.moveTo(known, event);
      return known;
    },

    get(resource, eventId) {
      return read(hashOf(resource.key), eventId);
    },

    async findById(eventId) {
      const partitions = await latest.partitionsOf(eventId);
      const parts = await Promise.all(partitions.map((one) => read(one, eventId)));
      return mergeEvent(parts.filter((part) => part !== null));
    },

    async listWaiting(resource) {
      return waitingEvents(events, await events.readAll(prefixFilter(hashOf(resource.key), WAITING)));
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
      return items.map((row) => parseEvent(events, row));
    },

    async conclude(resource, eventIds, conclusion) {
      const partitionKey = hashOf(resource.key);
      const wanted = new Set(eventIds.map(waitingKey));
      if (wanted.size === 0) return;
      await repeatUntilWritten(`conclude events in table ${events.name}`, async () => {
        const waiting = await events.readAll(prefixFilter(partitionKey, WAITING));
        const rows = waiting.filter(({ rowKey }) => wanted.has(rowKey));
        return concludeRows(rows, conclusion);
      });
    },

    async reopen(resource, eventId) {
      const partitionKey = hashOf(resource.key);
      const row = await events.get(partitionKey, idKey(eventId));
      if (!row) return;
      const found = parseEvent(events, row);
      if (found.outcome !== 'dead') return;
      const event: StoredEvent = { ...found, outcome: null, auditIds: [], reasons: [] };
      // A rejection means that another instance has reopened it meanwhile: a dead event changes in no other way.
      await events.transact([
        { insert: entityOf({ partitionKey, rowKey: waitingKey(eventId) }, event) },
        { replace: entityOf({ partitionKey, rowKey: row.rowKey }, event), etag: row.etag },
        { upsert: entityOf({ partitionKey, rowKey: latestKey(event) }, event) },
      ]);
      latest.note([event]);
    },

    listLatest: latest.list,
    updateLatest: latest.update,
  };

  /** Null when another writer concluded one of them meanwhile; the caller then reads the waiting events again. */
  async function concludeRows(rows: readonly Row[], conclusion: EventConclusion): Promise<true | null> {
    for (let start = 0; start < rows.length; start += EVENTS_PER_TRANSACTION) {
      const concluded = rows
        .slice(start, start + EVENTS_PER_TRANSACTION)
        .map((row): StoredEvent => ({ ...parseEvent(events, row), ...conclusion }));
      if ((await events.transact(concluded.flatMap(concludeSteps))) instanceof Rejected) return null;
      latest.note(concluded);
    }
    return true;
  }
}

const WAITING_ANYWHERE = odata`RowKey ge ${'w-'} and RowKey lt ${'w.'}`;

/** Each request scans a part of the table and returns the matching rows, which may be none. */
const MAX_PAGES = 100;

/** Two rows each, with the longest ids and all reasons: they fit into one transaction. */
const EVENTS_PER_TRANSACTION = 20;
