/** The ports that limit damage: heartbeat, throttling by subscription, budget of fixes, roll-outs. */
import type { Rollout } from '../../domain/approvals/rollout.ts';
import type { BudgetAnswer } from '../../domain/decisions/budget.ts';
import type { Throttle } from '../../domain/decisions/throttle.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

/**
 * Who asks Azure. What Azure refuses to a change slows down everything about its subscription; what it refuses to a
 * sweep or a scan slows down only these.
 */
export type Requester = 'change' | 'sweep';

/** The rows that every message reads first. `requester`: a change unless given; for a sweep the longer wait counts. */
export interface Guards {
  /**
   * One request at most: the rows may be some seconds old, unless this process has written them since. `heartbeat`:
   * when the service last ran (ISO); null when it never did.
   */
  read(
    subscriptionId: string,
    requester?: Requester,
  ): Promise<{ readonly heartbeat: string | null; readonly throttle: Throttle | null }>;
  /** One request. */
  readThrottle(subscriptionId: string, requester?: Requester): Promise<Throttle | null>;
  readHeartbeat(): Promise<string | null>;
  writeHeartbeat(at: Date): Promise<void>;
  /** Never shortens a stored wait, unless it is longer than any that Azure can request. */
  storeThrottle(subscriptionId: string, throttle: Throttle, requester?: Requester): Promise<void>;
}

/** How many resources of each subscription are written automatically within an hour: see domain/decisions/budget.ts. */
export interface Budgets {
  /** Claims a write of a resource under a limit per hour. Throws ConflictError when too many claims run at once. */
  claim(resource: Resource, now: Date, limit: number): Promise<BudgetAnswer>;
  /** Removes the resource from the queue of the budget. */
  withdraw(resource: Resource): Promise<void>;
}

/** Roll-outs. None is read or written while the settings have no stages. */
export interface Rollouts {
  /** The same for the same settings, rule and scope; it sorts newest first. */
  idOf(start: {
    readonly at: string;
    readonly revision: number;
    readonly rule: string;
    readonly scope: string;
  }): string;
  get(id: string): Promise<Versioned<Rollout> | null>;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(rollout: Rollout, version: string | null): Promise<string>;
  remove(id: string): Promise<void>;
  /** Those that are not ended and released. Always read from the store, by one request for each 1,000. */
  listOpen(): Promise<readonly Versioned<Rollout>[]>;
  /** The same, but it may be some seconds old, unless this process has listed or changed them since. */
  listRecentOpen(): Promise<readonly Versioned<Rollout>[]>;
  /** Newest first; of these statuses, or of all. */
  list(statuses: readonly Rollout['status'][] | null, page: PageRequest): Promise<Page<Rollout>>;
  /** Removes some of those that were released and began before a time. */
  removeBefore(at: Date): Promise<void>;
}
