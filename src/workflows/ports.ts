/** What the workflows need of the world. azure/ and storage/ implement it; tests may too. */
import type { ArmAnswer } from '../domain/audit.ts';
import type { Answer as BudgetAnswer } from '../domain/budget.ts';
import type { DocumentName } from '../domain/documents.ts';
import type { Caller } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import type { PlanStep } from '../domain/plan.ts';
import type { Resource } from '../domain/resource.ts';
import type { AnyRule } from '../domain/rule.ts';
import type { Mode } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';

import type { Guards } from './guards.ts';
import type {
  Approvals,
  AuditLog,
  DeadLetters,
  Events,
  Exemptions,
  FindingList,
  Memories,
  Scans,
  SettingsStore,
} from './stores.ts';

export * from './guards.ts';
export * from './meters.ts';
export * from './stores.ts';

export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** A structured logger; the first argument joins the line to its event, resource and operation. Never a document. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

// ---- Azure Resource Manager -------------------------------------------------------------------------------------------

/** How a failed ARM call is to be handled; azure/errors.ts turns every shape into one of these. */
export type ArmFailureKind = 'throttled' | 'busy' | 'transient' | 'blocked' | 'gone' | 'invalid';

/** Whether the same call may well succeed later. */
export function isPassing(kind: ArmFailureKind): boolean {
  return kind === 'throttled' || kind === 'busy' || kind === 'transient';
}

export interface ArmFailure {
  readonly kind: ArmFailureKind;
  /** ARM's own code, e.g. `ScopeLocked`. */
  readonly code: string;
  readonly message: string;
  /** Seconds, when ARM said how long to wait. */
  readonly retryAfter: number | null;
}

export type WriteAnswer =
  | { readonly kind: 'done'; readonly arm: ArmAnswer }
  /** A long-running operation has begun; `operation` is the URL to ask. */
  | {
      readonly kind: 'accepted';
      readonly arm: ArmAnswer;
      readonly operation: string;
      readonly retryAfter: number | null;
    }
  | { readonly kind: 'refused'; readonly arm: ArmAnswer; readonly failure: ArmFailure };

export type OperationState =
  | { readonly kind: 'running'; readonly retryAfter: number | null }
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

export interface Arm {
  /**
   * Reads documents of one resource in parallel. What cannot be read is a state of the snapshot, never an exception. What
   * many resources share may be up to ten minutes old unless it is asked for fresh.
   */
  read(resource: Resource, documents: readonly DocumentName[], options?: { readonly fresh: true }): Promise<Snapshot>;
  /** Sends exactly this body. Refusals are answers; it never retries and times out before a lease ends. */
  write(step: PlanStep, body: Json | undefined): Promise<WriteAnswer>;
  /** Asks once how a long-running operation stands. */
  operation(url: string): Promise<OperationState>;
  /** Who Plumbline is to Azure; null where the token does not say. */
  identity(): Promise<{ readonly objectId: string | null; readonly appId: string | null }>;
}

// ---- The estate ---------------------------------------------------------------------------------------------------------

export type EstatePage =
  | {
      readonly kind: 'page';
      /** ARM ids in the order of their lower-case form. */
      readonly ids: readonly string[];
      /** How to ask for the next page; null when this was the last. */
      readonly next: string | null;
      /** Seconds before anything may be asked again. */
      readonly waitSeconds: number;
    }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

/** What there is to look at. It lags behind: it says where to look, never what is there. */
export interface Estate {
  list(subscriptionId: string, token: string | null): Promise<EstatePage>;
}

// ---- Who changed it -----------------------------------------------------------------------------------------------------

/** A write, a deletion or a move of configuration on a resource or on what belongs to it, as Azure's Activity Log has it. */
export interface ActivityEntry {
  /** Of the operation: all its entries share it. */
  readonly correlationId: string | null;
  /** ARM's operation, e.g. `Microsoft.Web/sites/write`. */
  readonly operation: string;
  /** ISO; when it had been done, as far as the log tells it. */
  readonly at: string;
  /** Who, by the object id in the claims; null where they name nobody, as with steps of a swap. */
  readonly caller: Caller | null;
  readonly appId: string | null;
}

export type ActivityReading =
  /** `complete`: everything that the log had of that time was seen. */
  | { readonly kind: 'read'; readonly entries: readonly ActivityEntry[]; readonly complete: boolean }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

/** Azure's Activity Log. An entry shows up some minutes after what it tells of. */
export interface Activity {
  /** What was written at a resource from one time to another, oldest first, by one request. Never throws what ARM refuses. */
  writes(resource: Resource, from: Date, to: Date): Promise<ActivityReading>;
}

// ---- Work -------------------------------------------------------------------------------------------------------------

/** A message says where to look and why; it carries ids only. */
export interface WorkMessage {
  readonly resource: string;
  readonly cause: 'event' | 'decision' | 'wake' | 'sweep' | 'scan' | 'request';
  /** For events: the id, and when it was received by our clock (ISO). */
  readonly event?: { readonly id: string; readonly receivedAt: string } | undefined;
  /** For sweeps and scans: which one. */
  readonly sweep?: SweepRun | undefined;
  /** For requests: the rule whose violation an operator wants before people. */
  readonly rule?: string | undefined;
  /** How often it has been put back. */
  readonly attempt: number;
}

export interface SweepRun {
  readonly id: string;
  /** By our clock, ISO: what was looked at since need not be looked at for it. */
  readonly startedAt: string;
}

/** A page of the estate to list: its resources go on the same queue, then the next page. */
export interface SweepPage {
  readonly list: {
    readonly cause: 'sweep' | 'scan';
    readonly subscriptionId: string;
    /** The subscription, or what of it is wanted. */
    readonly scope: string;
    readonly token: string | null;
    /** The key of the last resource on the page before; empty at the first. */
    readonly after: string;
  };
  readonly sweep: SweepRun;
  readonly attempt: number;
}

/** The slow path: a queue of its own, so that no sweep stands before a person's change. */
export interface SweepQueue {
  send(message: WorkMessage | SweepPage, delaySeconds: number): Promise<void>;
}

export interface WorkQueue {
  /** Puts a message on the queue, visible after so many seconds (at most a day). */
  send(message: WorkMessage, delaySeconds: number): Promise<void>;
}

export interface Leases {
  /** The exclusive right to work on a resource, timed by the storage service; null while another holds it. */
  acquire(resource: Resource): Promise<Lease | null>;
}

export interface Lease {
  /** Makes sure that the lease is held for its whole length from now on; throws when it was lost. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** A wake-up call that outlives every message: housekeeping puts the resource on the queue when it is due. */
export interface Alarms {
  /** Returns the key by which it can be cleared. Setting the same alarm twice is one alarm. */
  set(resource: Resource, at: Date, why: string): Promise<string>;
  clear(key: string): Promise<void>;
  due(now: Date, limit: number): Promise<{ readonly key: string; readonly resource: string; readonly why: string }[]>;
}

/** How many resources of each subscription are written automatically within an hour: see domain/budget.ts. */
export interface Budgets {
  /** Asks that a resource may be written now, under a limit of so many an hour. Throws StaleVersion when too many ask at once. */
  claim(resource: Resource, now: Date, limit: number): Promise<BudgetAnswer>;
  /** It needs no turn any more. */
  leave(resource: Resource): Promise<void>;
}

/** What people are told beside the facts of the log. */
export interface Notice {
  /** The same when it is told twice. */
  readonly id: string;
  readonly kind: 'budget.held';
  /** ISO. */
  readonly at: string;
  /** An ARM id. */
  readonly subject: string;
  readonly message: string;
}

/** Never fails: who cannot be told hinders nothing. */
export interface Notices {
  tell(notice: Notice): Promise<void>;
}

/** What one storage account keeps. */
export interface StoragePorts {
  readonly queue: WorkQueue;
  readonly sweeps: SweepQueue;
  readonly scans: Scans;
  readonly leases: Leases;
  readonly alarms: Alarms;
  readonly events: Events;
  readonly memories: Memories;
  readonly findings: FindingList;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  readonly settings: SettingsStore;
  readonly exemptions: Exemptions;
  readonly deadLetters: DeadLetters;
  readonly budgets: Budgets;
  readonly guards: Guards;
}

export interface Ports extends StoragePorts {
  readonly clock: Clock;
  readonly log: Log;
  newId(): string;
  /** From 0 to below 1. */
  random(): number;
  readonly arm: Arm;
  readonly estate: Estate;
  readonly activity: Activity;
  readonly notices: Notices;
}

/** How this deployment is set up, as far as workflows care. */
export interface Options {
  /** The mode until an operator stores settings. */
  readonly mode: Mode;
  readonly settleSeconds: number;
  /** ARM id of Plumbline's own function app. */
  readonly selfId: string | null;
  readonly workspaceId: string | null;
}

/** Everything that a workflow is given. */
export interface World extends Ports {
  readonly rules: readonly AnyRule[];
  readonly options: Options;
}
