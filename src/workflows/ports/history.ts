/** What the console and scripts ask again and again: revisions of what is stored, and its history. */
import * as z from 'zod';
import type { FlowTotals, Happened, HistoryStep, Level, Numbers } from '../../domain/decisions/history.ts';
import { MODES } from '../../domain/resources/reasons.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { type StoredSettings, stopInForce } from './settings.ts';

/** The kinds with a revision of their own. The settings have the number of their changes. */
export const REVISED = ['approvals', 'audit', 'deadLetters', 'exemptions', 'findings', 'rollouts', 'scans'] as const;
export type Revised = (typeof REVISED)[number];

export interface StoredRevisions {
  readonly settings: StoredSettings | null;
  /** 0 until something of the kind has changed. Another number means that something may have changed. */
  readonly revisions: Readonly<Record<Revised, number>>;
  readonly approvals: { readonly pending: number; readonly oldestAt: string | null };
  readonly deadLetters: number;
  readonly runningScans: number;
}

const revision = z.int().nonnegative();

/** What is in force and what waits, for clients that ask again and again. */
export const serviceState = z.strictObject({
  mode: z.enum(MODES).describe('Of the settings; a scope may have another'),
  stopped: stopInForce.nullable(),
  settingsRevision: revision.describe('The number of changes of the settings, as in their ETag'),
  approvals: z.strictObject({ pending: z.int(), oldestAt: time.nullable() }),
  deadLetters: z.int(),
  scans: z.strictObject({ running: z.int() }),
  revisions: z
    .strictObject({
      approvals: revision,
      audit: revision,
      deadLetters: revision,
      exemptions: revision,
      findings: revision,
      rollouts: revision,
      scans: revision,
      settings: revision,
    })
    .describe('A number that differs from the last one: fetch this kind again. The numbers have no other meaning'),
});
export type ServiceState = Infer<typeof serviceState>;

/**
 * A revision for each kind of what is stored. Whoever changes something notes it in memory, and `flush` stores it, at most
 * once a second and process. So a change is visible after a second or two.
 */
export interface Revisions {
  /** Two requests at most, once housekeeping has run; one while no approval changes. Throws StorageUnavailable. */
  read(): Promise<StoredRevisions>;
  /** Called after each piece of work. One request when something changed, else none. Throws nothing. */
  flush(): Promise<void>;
  /**
   * Gives another revision to each kind that is not as it was at the last call, because a process may have ended before it
   * stored a revision. Returns these kinds. A bounded number of requests.
   */
  heal(): Promise<readonly Revised[]>;
}

/** A part of the history. `scope`: a subscription or a resource group; null is everything. Times are starts of steps. */
export interface HistoryRange {
  readonly scope: string | null;
  readonly step: HistoryStep;
  readonly from: Date;
  readonly to: Date;
}

/** Numbers at a time (ISO). */
export interface NumbersAt {
  readonly at: string;
  readonly numbers: Numbers;
}

/** The history: once an hour housekeeping records the levels; what happened is listed where it is logged. */
export interface History {
  /** Whether an hour was recorded; one request. */
  hasHour(hour: Date): Promise<boolean>;
  /**
   * Records these levels at an hour, by resource group, and of subscriptions as a whole. `groups`: their numbers by scope,
   * each under the name of its level and its own, such as `failing high`. Also rolls up the flows of days that have ended,
   * and removes what is older than it is kept. Repeating it is harmless.
   */
  record(hour: Date, levels: readonly Level[], groups: ReadonlyMap<string, Numbers>): Promise<void>;
  /** The steps in which the service ran, in order; one request. */
  readRan(range: Omit<HistoryRange, 'scope'>): Promise<readonly string[]>;
  /** In order. Of a resource group only where numbers changed, beginning before the range; one request. */
  readLevels(level: Level, range: HistoryRange): Promise<readonly NumbersAt[]>;
  /** The flows of days that were rolled up, by day; one request. */
  readFlowDays(range: Omit<HistoryRange, 'step'>): Promise<ReadonlyMap<string, FlowTotals>>;
  /** What happened, in no order; one request for about a month. */
  readHappened(range: Omit<HistoryRange, 'step'>): Promise<readonly Happened[]>;
}
