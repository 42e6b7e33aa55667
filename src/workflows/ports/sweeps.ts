/** What a sweep stores: its run, what its reads have used up, and the apps that it has seen. */
import * as z from 'zod';
import type { Evidence } from '../../domain/estate/evidence.ts';
import { ROW_SOURCES } from '../../domain/estate/leaves.ts';
import { storedRow } from '../../domain/estate/rows.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Versioned } from './storage.ts';

/** A hash partition of the resources of a subscription: `hash(tolower(id)) % of == index`. */
export const part = z.strictObject({ index: z.int().nonnegative(), of: z.int().positive() });
export type Part = Infer<typeof part>;

const count = z.int().nonnegative();

/** The sweep of a subscription: the one that runs, or else the last one. Its row changes once a partition. */
export const sweepProgress = z.strictObject({
  id: z.string(),
  subscriptionId: z.string(),
  startedAt: time,
  /** When its last message was handled. */
  progressAt: time,
  state: z.enum(['running', 'done']),
  /** How many partitions there are; null before the resources are counted. */
  parts: z.int().positive().nullable(),
  /** The partition that comes next; partitions before it are done. */
  position: count,
  /** Resources that Resource Graph counted when the sweep began. */
  counted: count,
  /** Resources in the rows of Resource Graph. */
  listed: count,
  /** Resources that nobody has to look at, by their rows. */
  skipped: count,
  /** Resources that were queued to be looked at. */
  queued: count,
  /** Known resources that Resource Graph did not list. */
  missing: count,
  /** Known resources of partitions whose rows could not be counted up. */
  notListed: count,
  /** Why the listing is not believed; null when it is. */
  distrusted: z.string().nullable(),
  /** Of the sweep before: its partitions, and the resources that it listed; null for the first. */
  before: z.strictObject({ parts: z.int().positive(), listed: count, startedAt: time }).nullable(),
});
export type SweepProgress = Infer<typeof sweepProgress>;

/** What the last whole look at a resource found, compared with its rows; it waits until the next sweep counts it. */
const comparison = z.strictObject({
  /** Of the rows that were compared. */
  fingerprint: z.string(),
  listedAt: time,
  /** When the resource was last changed, as far as it is known. */
  changedAt: time.nullable(),
  /** By type of row: each leaf with its result and the class of its value, as `leaf|result|class`. */
  leaves: z.record(z.string(), z.array(z.string())),
});

/** A resource that a sweep has seen in the listing, in the row of its partition. */
export const sweptApp = z.strictObject({
  /** The ARM id, as Resource Graph wrote it when it was first listed. */
  id: z.string(),
  /** Of the rows that are known to say what Azure says, as far as rows are proven; null: none is. */
  fingerprint: z.string().nullable(),
  /** By which evidence all that the rules need of these rows was proven (evidence.ts); null: by none. */
  provenUnder: z.string().nullable().default(null),
  /** When the last whole look of a sweep began; null before the first. */
  lookedAt: time.nullable(),
  /** Whether that look was complete: no document could not be read. */
  complete: z.boolean(),
  /** Whether it left nothing that the next sweep has to try again. */
  calm: z.boolean(),
  /** The revision of the settings under which it is calm; null: under all. */
  revision: z.int().nullable(),
  /** The rows by which a look was queued; they wait for it to be compared. */
  listing: z
    .strictObject({ fingerprint: z.string(), listedAt: time, rows: z.partialRecord(z.enum(ROW_SOURCES), storedRow) })
    .nullable(),
  comparison: comparison.nullable(),
});
export type SweptApp = Infer<typeof sweptApp>;

/** A resource that no sweep has looked at yet. */
export function newSweptApp(id: string): SweptApp {
  return {
    id,
    fingerprint: null,
    provenUnder: null,
    lookedAt: null,
    complete: false,
    calm: false,
    revision: null,
    listing: null,
    comparison: null,
  };
}

export interface Sweeps {
  /** The sweep of a subscription; null before the first. */
  load(subscriptionId: string): Promise<Versioned<SweepProgress> | null>;
  /** The latest sweep of each subscription, by one request; of a thousand at most. */
  list(): Promise<SweepProgress[]>;
  /** Saves under the loaded version (null: there was none). Throws ConflictError when another instance saved first. */
  save(progress: SweepProgress, version: string | null): Promise<string>;
  /**
   * Reserves time for reads of this subscription, so that all who look without a change share one pace. Returns when
   * they may begin: in the past by up to `burstSeconds` when nobody has read for a while.
   */
  reserve(subscriptionId: string, seconds: number, now: Date): Promise<Date>;
  /** The resources of a partition. */
  listApps(subscriptionId: string, part: Part): Promise<Versioned<SweptApp>[]>;
  /** Saves resources of a partition, each under its version. Throws ConflictError when another instance saved one first. */
  saveApps(subscriptionId: string, part: Part, apps: readonly AppToSave[]): Promise<void>;
  /** One resource of a partition. */
  loadApp(subscriptionId: string, part: Part, id: string): Promise<Versioned<SweptApp> | null>;
  /** The same where only the number of partitions is known, by a request for every few of them. */
  findApp(subscriptionId: string, of: number, id: string): Promise<SweptApp | null>;
  removeApps(subscriptionId: string, part: Part, ids: readonly string[]): Promise<void>;
  /** Removes all resources of a division into so many partitions. */
  removePartition(subscriptionId: string, of: number): Promise<void>;
  /** Those of these keys that are in no partition of the subscription. */
  keysNotSeen(subscriptionId: string, keys: AsyncIterable<readonly string[]>): Promise<string[]>;
}

/** What looks have shown about the rows of Resource Graph, for all subscriptions. */
export interface EvidenceStore {
  load(): Promise<Versioned<Evidence> | null>;
  /** Saves under the loaded version. Throws ConflictError. */
  save(evidence: Evidence, version: string | null): Promise<string>;
}

/** Resources in which an event has found something that the next sweep has to look at, whatever their rows say. */
export interface SweepMarks {
  mark(resource: Resource, at: Date): Promise<void>;
  /** By key of the resource: when it was last marked (ISO). */
  list(subscriptionId: string): Promise<ReadonlyMap<string, string>>;
  /** Removes a mark that is not younger. */
  unmark(resource: Resource, upTo: Date): Promise<void>;
}

/** `version` null: it is new. */
export interface AppToSave {
  readonly app: SweptApp;
  readonly version: string | null;
}
