/** What a sweep stores: its run, what its reads have used up, and the apps that it has seen. */
import * as z from 'zod';
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
  before: z.strictObject({ parts: z.int().positive(), listed: count }).nullable(),
});
export type SweepProgress = Infer<typeof sweepProgress>;

/** A resource that a sweep has seen in the listing, in the row of its partition. */
export const sweptApp = z.strictObject({
  /** The ARM id, as Resource Graph wrote it when it was first listed. */
  id: z.string(),
});
export type SweptApp = Infer<typeof sweptApp>;

export interface Sweeps {
  /** The sweep of a subscription; null before the first. */
  load(subscriptionId: string): Promise<Versioned<SweepProgress> | null>;
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
  removeApps(subscriptionId: string, part: Part, ids: readonly string[]): Promise<void>;
  /** Removes all resources of a division into so many partitions. */
  removePartition(subscriptionId: string, of: number): Promise<void>;
  /** Those of these keys that are in no partition of the subscription. */
  keysNotSeen(subscriptionId: string, keys: AsyncIterable<readonly string[]>): Promise<string[]>;
}

/** `version` null: it is new. */
export interface AppToSave {
  readonly app: SweptApp;
  readonly version: string | null;
}
