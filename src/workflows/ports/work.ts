/** Queues, leases and wake-ups. */
import type { Resource } from '../../domain/resources/resource.ts';

// ---- Work -------------------------------------------------------------------------------------------------------------
/** A message names a resource and the cause. It has ids only. */
export interface WorkMessage {
  readonly resource: string;
  readonly cause: 'event' | 'decision' | 'wake' | 'sweep' | 'scan' | 'request';
  /** For events: the id, and when it was received by the clock of the service (ISO). */
  readonly event?: { readonly id: string; readonly receivedAt: string } | undefined;
  /** For sweeps and scans: which one. */
  readonly sweep?: SweepRun | undefined;
  /** For requests: the rule for whose violation an operator requests an approval. */
  readonly rule?: string | undefined;
  /** How often it was requeued. */
  readonly attempt: number;
}

export interface SweepRun {
  readonly id: string;
  /** By the clock of the service (ISO). A resource that was reconciled since needs no reconcile for this sweep. */
  readonly startedAt: string;
}

/** A page of resources to list. They are put on the same queue, then the next page. */
export interface SweepPage {
  readonly list: {
    readonly cause: 'sweep' | 'scan';
    readonly subscriptionId: string;
    /** The subscription, or a part of it. */
    readonly scope: string;
    readonly token: string | null;
    /** The key of the last resource on the page before; empty for the first page. */
    readonly after: string;
  };
  readonly sweep: SweepRun;
  readonly attempt: number;
}

/** The slow queue. It is separate, so that a sweep never delays a change of a user. */
export interface SweepQueue {
  send(message: WorkMessage | SweepPage, delaySeconds: number): Promise<void>;
}

export interface WorkQueue {
  /** Queues a message that is visible after so many seconds (at most a day). */
  send(message: WorkMessage, delaySeconds: number): Promise<void>;
}

export interface Leases {
  /**
   * Acquires the exclusive right to work on a resource, timed by the storage service; null while another instance
   * holds it.
   */
  acquire(resource: Resource): Promise<Lease | null>;
}

export interface Lease {
  /** Extends the lease to its full length from now. Throws when it was lost. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** Wake-ups outlive every message: housekeeping queues the resource when one is due. */
export interface Wakeups {
  /** Returns the key for cancelling it. Scheduling the same wake-up twice gives one. */
  schedule(resource: Resource, at: Date, why: string): Promise<string>;
  cancel(key: string): Promise<void>;
  listDue(
    now: Date,
    limit: number,
  ): Promise<{ readonly key: string; readonly resource: string; readonly why: string }[]>;
}
