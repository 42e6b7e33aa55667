/** The stored rows of each resource: its state between two reconciles, its waiting events, and its lease. */
import * as z from 'zod';
import { storedAttempt } from '../../domain/approvals/attempt.ts';
import { trigger } from '../../domain/audit/audit.ts';
import { declinedChange } from '../../domain/decisions/constraints.ts';
import { finding } from '../../domain/decisions/finding.ts';
import { type Resource, resourceView } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { documentView } from '../../domain/resources/snapshot.ts';
import { writerHistory } from '../../domain/resources/writers.ts';
import { ruleHistory } from '../../domain/rules/history.ts';
import type { StoredEvent } from './events.ts';

/** The stored state of one resource: one row, saved under its version (optimistic concurrency). */
export const resourceState = z.strictObject({
  resource: resourceView,
  gone: z.boolean(),
  evaluatedAt: time.nullable(),
  /** When every rule was last evaluated, including those that only the sweep evaluates. */
  fullyEvaluatedAt: time.nullable(),
  trigger: trigger.nullable(),
  documents: z.array(documentView),
  findings: z.array(finding),
  /** When the list of findings got these findings; null when it may have others. */
  listedAt: time.nullable().default(null),
  /** No reconcile before this time: ARM is busy with the resource, or asked to wait. */
  recheckAt: time.nullable(),
  ...writerHistory.shape,
  /** By rule: until when the resource last met it. It stays while the rule is off. */
  compliantAt: z.record(z.string(), time),
  /** By rule: when a violation was first found without a known writer since the rule was met. */
  unattributedSince: z.record(z.string(), time),
  /** By rule: these two values when its last fix was written. They give the changers for a rollback of that fix. */
  beforeFix: z.record(z.string(), z.strictObject({ compliantAt: time.nullable(), unattributed: z.boolean() })),
  /** By rule: the outcomes of its fixes. */
  history: z.record(z.string(), ruleHistory),
  openApprovals: z.array(z.string()),
  /** By digest: changes that were rejected or expired. */
  declined: z.record(z.string(), declinedChange),
  /** The attempts whose intents are in the log and have no final outcome. */
  attempts: z.array(storedAttempt),
});
export type ResourceState = Infer<typeof resourceState>;

/** The state as it was read, and the version to save it under; null: it is not stored here yet. */
export interface VersionedState {
  readonly state: ResourceState | null;
  readonly version: string | null;
}

/** The lease as it was read. */
export interface LeaseSeen {
  /** Somebody holds it, by the times of the storage service. */
  readonly held: boolean;
  /** Null: nobody ever held it. */
  readonly version: string | null;
}

/** The rows of a resource, read together. */
export interface ResourceRows extends VersionedState {
  /** The events without an outcome, oldest first. */
  readonly waiting: readonly StoredEvent[];
  readonly lease: LeaseSeen;
}

export interface Resources {
  /** One request, unless more than a thousand events wait. */
  load(resource: Resource): Promise<ResourceRows>;
  /** Only the state. */
  loadState(resource: Resource): Promise<VersionedState>;
  /** Saves the state outside of a reconcile. Returns the new version. Throws ConflictError. */
  saveState(resource: Resource, resourceState: ResourceState, version: string | null): Promise<string>;
  /**
   * Acquires the exclusive right to work on a resource, timed by the storage service. Null while somebody else holds
   * it, and when somebody has held it since it was seen: then the other rows are not those that were read with it.
   */
  acquire(resource: Resource, seen: LeaseSeen): Promise<Lease | null>;
}

/** Whoever has lost the lease can neither renew it nor save. */
export interface Lease {
  /** Extends the lease to its full length from now. Throws when it was lost. */
  renew(): Promise<void>;
  /** Saves the state under its version, and renews the lease. Returns the new version. Throws ConflictError. */
  save(resourceState: ResourceState, version: string | null): Promise<string>;
  /** Saves the state, then gives these events their outcome, then releases the lease. Throws ConflictError. */
  complete(work: CompletedWork): Promise<void>;
  /** Does nothing after `complete`. */
  release(): Promise<void>;
}

/** What a reconcile stores at its end. */
export interface CompletedWork {
  readonly resourceState: ResourceState;
  /** The version of the stored state; null when there is none yet. */
  readonly version: string | null;
  /** Events that waited, with their outcome. */
  readonly concluded: readonly StoredEvent[];
}
