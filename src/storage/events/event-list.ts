/**
 * The list of all events, newest first, beside the rows that find an event by its id: e-<time>-<id>-<partition> an event as it
 * was when its row was last written; i-<id>-<partition> finds it. Both are written at receipt, in one transaction. An outcome
 * follows later, together with those of other events, so that giving an event its outcome costs no request more. Housekeeping
 * copies what a process could not, and lists the events of earlier versions.
 */

import * as z from 'zod';
import { MINUTE_MS, SECOND_MS, timeAfter } from '../../domain/resources/durations.ts';
import { type EventQuery, type StoredEvent, storedEvent, WAITS } from '../../workflows/ports/events.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import type { After } from '../history/revisions.ts';
import { type Entity, entityOf, parseDerived, parseRow } from '../table/entity.ts';
import { combineFilters, descendingTime, hashOf } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, payloadOf } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, REQUESTS_PER_PAGE, rangeFilter, type Step, type Table } from '../table/table.ts';
import { idKey, parseEvent, partitionOf } from './event-rows.ts';

export interface EventList {
  /** Lists an event at its receipt, so that it is found by its id; false when it is listed already. */
  receive(event: StoredEvent): Promise<boolean>;
  /** For an event that was stored by an earlier delivery, and is listed by this one, under its time. */
  moveTo(known: StoredEvent, listed: StoredEvent): Promise<void>;
  /** The partitions in which an event was stored. */
  partitionsOf(eventId: string): Promise<string[]>;
  /** Notes how events are now. They are written some seconds later. */
  note(events: readonly StoredEvent[]): void;
  list(query: EventQuery, page: PageRequest): Promise<Page<StoredEvent>>;
  /** For housekeeping: a bounded number of requests, one when there is nothing to do. */
  update(now: Date): Promise<void>;
}

/** `after` null: what is noted is written when the events are listed or updated. */
export function openEventList(ids: Table, events: Table, after: After | null): EventList {
  const noted = new Map<string, StoredEvent>();
  let isScheduled = false;
  /** Where the search for events that still wait goes on. */
  let position: string | null = null;
  let isComplete = false;

  /** Writes as many as one transaction takes. */
  async function writeNoted(): Promise<void> {
    const rows: Entity[] = [];
    let bytes = 0;
    for (const event of noted.values()) {
      const row = listedRow(event);
      bytes += payloadOf(row);
      if (rows.length === ROWS_PER_TRANSACTION || bytes > MAX_TRANSACTION_BYTES) break;
      rows.push(row);
    }
    const written = rows.map(({ rowKey }) => [rowKey, noted.get(rowKey)] as const);
    await ids.transact(rows.map((upsert) => ({ upsert })));
    for (const [rowKey, event] of written) if (noted.get(rowKey) === event) noted.delete(rowKey);
  }

  function schedule(): void {
    if (after === null || isScheduled || noted.size === 0) return;
    isScheduled = true;
    after(NOTED_MS, () => {
      isScheduled = false;
      writeNoted().then(schedule, (error: unknown) => {
        if (!(error instanceof StorageUnavailable)) throw error;
        schedule();
      });
    });
  }

  /** Reads some events that have waited for long, and notes those that have an outcome. */
  async function findOutcomes(now: Date): Promise<void> {
    const newest = `e-${descendingTime(timeAfter(now, -NOTICED_MS))}`;
    const oldest = `e-${descendingTime(timeAfter(now, -FORGOTTEN_MS))}`;
    const filter = combineFilters(rangeFilter(PARTITION, newest, oldest), { Outcome: WAITS });
    const { items, next } = await ids.readPage(filter, { limit: MAX_LOOKUPS, after: position }, 1);
    position = next;
    for (const row of items) {
      const listed = parseRow(storedEvent, ids.name, row);
      const stored = await events.get(partitionOf(listed), idKey(listed.event.id));
      const event = stored && parseEvent(events, stored);
      if (event && event.outcome !== null) noted.set(row.rowKey, { ...event, receivedAt: listed.receivedAt });
    }
  }

  /** Lists a part of the events that earlier versions stored. */
  async function listOlder(): Promise<void> {
    const found = await ids.get(PARTITION, PROGRESS);
    const progress = (found && parseDerived(PROGRESS_ROW, found)) ?? { after: null, done: false };
    if (!progress.done) {
      const { items, next } = await events.readPage(OLDER, { limit: MAX_OLDER, after: progress.after }, 1);
      const rows = items.map((row) => listedRow(parseEvent(events, row)));
      for (let start = 0; start < rows.length; start += ROWS_PER_TRANSACTION) {
        await ids.transact(rows.slice(start, start + ROWS_PER_TRANSACTION).map((upsert) => ({ upsert })));
      }
      await ids.upsert(entityOf({ partitionKey: PARTITION, rowKey: PROGRESS }, { after: next, done: next === null }));
      isComplete = next === null;
    } else isComplete = true;
  }

  return {
    receive: createReceiver(ids),

    async moveTo(known, listed) {
      const [rowKey, own] = [listedKey(listed), listedRow(known)];
      if (rowKey !== own.rowKey) await ids.transact([{ remove: { partitionKey: PARTITION, rowKey } }, { upsert: own }]);
    },

    async partitionsOf(eventId) {
      const prefix = `${ID}${hashOf(eventId)}-`;
      const rows = await ids.readAll(prefixFilter(PARTITION, prefix));
      if (rows.length > 0) return rows.map(({ rowKey }) => rowKey.slice(prefix.length));
      // Where earlier versions wrote it.
      return (await ids.readAll(`PartitionKey eq '${hashOf(eventId)}'`)).map(({ rowKey }) => rowKey);
    },

    note(concluded) {
      for (const event of concluded) if (noted.size < MAX_NOTED) noted.set(listedKey(event), event);
      schedule();
    },

    async list({ resource, outcome }, page) {
      const hasNoted = noted.size > 0;
      if (hasNoted) await writeNoted();
      const range = combineFilters(prefixFilter(PARTITION, LISTED), {}, resource);
      const outcomes = (outcome ?? []).map((one) => `Outcome eq '${one}'`);
      const filter = outcomes.length === 0 ? range : `${range} and (${outcomes.join(' or ')})`;
      const { items, next } = await ids.readPage(filter, page, REQUESTS_PER_PAGE - Number(hasNoted));
      return { items: items.map((row) => parseRow(storedEvent, ids.name, row)), next };
    },

    async update(now) {
      if (!isComplete) await listOlder();
      await findOutcomes(now);
      for (let request = 0; request < MAX_WRITES && noted.size > 0; request++) await writeNoted();
    },
  };
}

/**
 * Under load, events that arrive while enough transactions run go together into the next one, so many events at once need few
 * transactions.
 */
function createReceiver(ids: Table): EventList['receive'] {
  let waiting: { readonly event: StoredEvent; readonly done: (listed: Promise<boolean>) => void }[] = [];
  let running = 0;

  async function insert(events: readonly StoredEvent[]): Promise<boolean> {
    const steps = events.flatMap((event): Step[] => [{ insert: idRow(event) }, { insert: listedRow(event) }]);
    return !((await ids.transact(steps)) instanceof Rejected);
  }

  async function insertWaiting(): Promise<void> {
    if (running === MAX_RECEIVING || waiting.length === 0) return;
    running += 1;
    // A transaction takes each row once: an event that was delivered twice waits for the next one.
    const firsts = new Map<string, (typeof waiting)[number]>();
    for (const one of waiting) {
      const { rowKey } = idRow(one.event);
      if (!firsts.has(rowKey)) firsts.set(rowKey, one);
    }
    const batch = [...firsts.values()].slice(0, EVENTS_PER_TRANSACTION);
    waiting = waiting.filter((one) => !batch.includes(one));
    const together = insert(batch.map(({ event }) => event));
    for (const { event, done } of batch) {
      // One of several is listed already: each is tried alone.
      done(together.then((listed) => listed || (batch.length > 1 && insert([event]))));
    }
    await together.catch(() => undefined);
    running -= 1;
    await insertWaiting();
  }

  return (event) =>
    new Promise((done) => {
      waiting.push({ event, done });
      void insertWaiting();
    });
}

const MAX_RECEIVING = 4;
/** Two rows each; a received event has at most some thousand characters. */
const EVENTS_PER_TRANSACTION = 45;

/** One partition: it takes a thousand events a second. */
const PARTITION = 'events';
const ID = 'i-';
const LISTED = 'e-';
const PROGRESS = 'older';
const PROGRESS_ROW = z.strictObject({ after: z.string().nullable(), done: z.boolean() });
/** The events in all partitions of the resources. */
const OLDER = "RowKey ge 'e-' and RowKey lt 'e.'";
const MAX_OLDER = 1000;

/** How long an outcome waits for others, as long as the counters. */
const NOTED_MS = 15 * SECOND_MS;
/** More are found by housekeeping. */
const MAX_NOTED = 5000;
const ROWS_PER_TRANSACTION = 90;
const MAX_WRITES = 10;
/** An outcome that is not written by then was noted by a process that ended. */
const NOTICED_MS = 2 * MINUTE_MS;
const FORGOTTEN_MS = 7 * 24 * 60 * MINUTE_MS;
const MAX_LOOKUPS = 20;

function listedKey(event: StoredEvent): string {
  return `${LISTED}${descendingTime(event.receivedAt)}-${hashOf(event.event.id)}-${partitionOf(event)}`;
}

function listedRow(event: StoredEvent): Entity {
  return entityOf({ partitionKey: PARTITION, rowKey: listedKey(event) }, event, {
    ResourceKey: event.resource?.toLowerCase() ?? null,
    Outcome: event.outcome ?? WAITS,
  });
}

function idRow(event: StoredEvent): Entity {
  return { partitionKey: PARTITION, rowKey: `${ID}${hashOf(event.event.id)}-${partitionOf(event)}` };
}
