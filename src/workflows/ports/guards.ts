/** The ports that limit damage: heartbeat, throttling by subscription, budget of fixes. */
import type { BudgetAnswer } from '../../domain/decisions/budget.ts';
import type { Throttle } from '../../domain/decisions/throttle.ts';
import type { Resource } from '../../domain/resources/resource.ts';

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
