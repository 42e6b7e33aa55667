/** Azure, as the workflows need it: Resource Manager, Resource Graph, the Activity Log. */
import * as z from 'zod';
import type { ArmResponse } from '../../domain/audit/audit.ts';
import type { PlanStep } from '../../domain/changes/plan-requests.ts';
import type { DocumentName } from '../../domain/resources/documents.ts';
import type { ChangeEvent } from '../../domain/resources/event.ts';
import type { Json, JsonObject } from '../../domain/resources/json.ts';
import type { Caller, ServiceIdentity } from '../../domain/resources/principal.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Versioned } from './storage.ts';
import type { Part } from './sweeps.ts';

// ---- Azure Resource Manager -------------------------------------------------------------------------------------------
/** The kinds of failed ARM calls. azure/errors.ts maps every failure to one of them. */
export type ArmFailureKind = 'throttled' | 'busy' | 'transient' | 'blocked' | 'gone' | 'invalid';

/** Whether the same call may succeed later. */
export function isRetryable(kind: ArmFailureKind): boolean {
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

export type WriteResult =
  | { readonly kind: 'done'; readonly arm: ArmResponse }
  /** A long-running operation has started; `operation` is the URL to poll. */
  | {
      readonly kind: 'accepted';
      readonly arm: ArmResponse;
      readonly operation: string;
      readonly retryAfter: number | null;
    }
  | { readonly kind: 'refused'; readonly arm: ArmResponse; readonly failure: ArmFailure };

export type OperationState =
  | { readonly kind: 'running'; readonly retryAfter: number | null }
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

export interface Arm {
  /**
   * Reads documents of one resource in parallel. A document that cannot be read is a state in the snapshot, never an
   * exception. Shared documents may be up to ten minutes old unless `fresh` is set.
   */
  read(resource: Resource, documents: readonly DocumentName[], options?: { readonly fresh: true }): Promise<Snapshot>;
  /** Sends exactly this body. Refusals are results. It never retries, and times out before a lease ends. */
  write(step: PlanStep, body: Json | undefined): Promise<WriteResult>;
  /** Reads the state of a long-running operation once. */
  pollOperation(url: string): Promise<OperationState>;
  getIdentity(): Promise<ServiceIdentity>;
}
// ---- The estate ---------------------------------------------------------------------------------------------------------

/**
 * What is listed of Resource Graph: the resources themselves, and `config/web` of web apps and slots. `shared` and
 * `groups`: what many apps refer to, plans and environments, and resource groups.
 */
export type EstateTable = 'resources' | 'configurations' | 'shared' | 'groups';

/** A row of Resource Graph: the id of its resource as it is written there, and the columns that were asked for. */
export interface EstateRow {
  readonly id: string;
  readonly columns: JsonObject;
}

export interface EstateRefusal {
  readonly kind: 'refused';
  readonly failure: ArmFailure;
}

/** `waitSeconds`: seconds before the next query. */
export type EstateCount = { readonly kind: 'counted'; readonly total: number; readonly waitSeconds: number };

export type EstateList = {
  readonly kind: 'listed';
  /** In the order of their ids in lower case; none twice. */
  readonly rows: readonly EstateRow[];
  /** Whether there are as many rows as Resource Graph counted. */
  readonly complete: boolean;
  readonly waitSeconds: number;
};

/**
 * The resources in Azure, from Resource Graph. It lags behind, and rows that the service may not read are missing
 * without a word: rows say where to look, and nothing is written, closed or cleared because of one.
 */
export interface Estate {
  /** How many resources there are of the types that Plumbline looks at; one query. */
  countResources(subscriptionId: string): Promise<EstateCount | EstateRefusal>;
  /**
   * The rows of one hash partition of a table, by a query for each 1000. `columns`: expressions of the query language
   * by the names of the columns. Partitions are those of the resources in both tables.
   */
  listPart(query: EstateQuery): Promise<EstateList | EstateRefusal>;
}

export interface EstateQuery {
  readonly subscriptionId: string;
  readonly table: EstateTable;
  readonly part: Part;
  readonly columns: Readonly<Record<string, string>>;
}

/** Whether Resource Graph does not have the table here, as in some clouds. */
export function isTableRefused({ failure }: EstateRefusal): boolean {
  return failure.code === 'DisallowedLogicalTableName';
}
// ---- Who changed it -----------------------------------------------------------------------------------------------------
/** A write, a deletion or a configuration move on a resource or its children, from Azure's Activity Log. */
export interface ActivityEntry {
  /** The correlation id that all entries of an operation share. */
  readonly correlationId: string | null;
  /** ARM's operation, e.g. `Microsoft.Web/sites/write`. */
  readonly operation: string;
  /** When the operation completed (ISO), as far as the log has it. */
  readonly at: string;
  /** The caller by the object id in the claims; null when they have none, as in the steps of a swap. */
  readonly caller: Caller | null;
  readonly appId: string | null;
}

export type ActivityResult =
  /** `complete`: all entries of that period were read. */
  | { readonly kind: 'read'; readonly entries: readonly ActivityEntry[]; readonly complete: boolean }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

/** A finished write of a resource that Plumbline looks at. Its event has the same id at every reading of the log. */
export interface LoggedChange {
  readonly event: ChangeEvent;
  readonly resource: Resource;
  /** When it ended (ISO). */
  readonly at: string;
}

export interface ActivityQuery {
  readonly subscriptionId: string;
  /** For example `Microsoft.Web`. */
  readonly provider: string;
  readonly from: Date;
  readonly to: Date;
  readonly maxPages: number;
}

export type LoggedChanges =
  /** Oldest first. `unreadTo`: older entries of that period were on further pages; null: all pages were read. */
  | { readonly kind: 'read'; readonly changes: readonly LoggedChange[]; readonly unreadTo: Date | null }
  | { readonly kind: 'refused'; readonly failure: ArmFailure };

/** Azure's Activity Log. Entries appear after some minutes. */
export interface ActivityLog {
  /** The writes at a resource in a period, oldest first, by one request. Refusals of ARM are results. */
  listWrites(resource: Resource, from: Date, to: Date): Promise<ActivityResult>;
  /** The finished writes of one resource provider in a subscription. */
  listChanges(query: ActivityQuery): Promise<LoggedChanges>;
}

/** How far the Activity Log was read, in the storage. */
const providerProgress = z.strictObject({
  /** Entries up to this time were read, but for those of `rest`. */
  readTo: time,
  /** A period that is still to be read. */
  rest: z.strictObject({ from: time, to: time }).nullable(),
  /** The changes of the last period that are events. Its end is read again. */
  known: z.array(z.string()),
});
export type ProviderProgress = Infer<typeof providerProgress>;

export const activityProgress = z.strictObject({
  /** When the service began to read the log. Older entries are not its concern. */
  since: time,
  /** By resource provider. */
  providers: z.record(z.string(), providerProgress),
  /** When Azure last refused for want of a right, and when that was last logged; null when it does not refuse. */
  forbidden: z.strictObject({ at: time, loggedAt: time }).nullable(),
});
export type ActivityProgress = Infer<typeof activityProgress>;

export interface ActivityProgressStore {
  load(subscriptionId: string): Promise<Versioned<ActivityProgress> | null>;
  /** Saves under the loaded version (null: there was none). Throws ConflictError when another instance saved first. */
  save(subscriptionId: string, progress: ActivityProgress, version: string | null): Promise<void>;
}
